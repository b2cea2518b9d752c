// The options of perf and tune that tell NCCL's model what a cluster does not say of its machines.
#pragma once

#include <optional>
#include <string>

#include "cli/command.h"
#include "sim/nccl/setting.h"

namespace polyplane::cli {

struct NcclModelArguments {
  std::optional<std::string> cpu, graph;  // --nccl-cpu, --nccl-graph
  bool collnet = false;                   // --nccl-collnet
};

void add_nccl_model(Command& command, NcclModelArguments& nccl);

/// Throws InputError: an unknown vendor, a graph file that is wrong; any of them given while `used` is false.
[[nodiscard]] sim::nccl::Setting nccl_setting(const NcclModelArguments& arguments, bool used);

}  // namespace polyplane::cli
