// What a user may tell NCCL's model of a job beyond the cluster itself.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "sim/nccl/communicator.h"

namespace polyplane::sim::nccl {

/// Figures of graphs that NCCL found itself, out of its dump (graph_file.h). A graph that the file does not hold is
/// absent.
struct GraphSet {
  std::string file;
  std::optional<GraphFigures> ring, tree, collnet_direct, collnet_chain, nvls;
};

struct Setting {
  std::optional<CpuVendor> cpu;            // of x86 hosts; Intel's, and said so, when absent
  bool collnet = false;                    // NCCL_COLLNET_ENABLE with a plug-in that does every collective
  std::shared_ptr<const GraphSet> graphs;  // null: derived from the cluster
};

/// "intel", "amd" or "other". Throws InputError with a did-you-mean.
[[nodiscard]] CpuVendor parse_cpu_vendor(const std::string& name);

}  // namespace polyplane::sim::nccl
