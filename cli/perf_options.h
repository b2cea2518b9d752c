// The options of perf.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "cli/common_options.h"
#include "cli/compute_options.h"
#include "cli/nccl_model_options.h"
#include "cli/record.h"
#include "cli/trace_options.h"

namespace polyplane::cli {

struct PerfArguments {
  CommonArguments common;
  ComputeArguments compute;
  std::string collective, cluster;
  std::optional<std::string> min_bytes, max_bytes, step_factor, step_bytes;
  std::optional<std::string> ranks, ranks_per_node, rank_map, placement, split;
  std::string algorithm = "auto", protocol = "auto", model = "flow";
  std::optional<std::string> stack;  // none: sim::Catalog::stack_of() the cluster
  NcclModelArguments nccl_model;
  std::optional<std::string> schedule;  // a file, instead of the algorithm
  std::optional<std::string> channels, slices;
  std::optional<std::string> tokens;  // of dispatch, combine, alltoallv: see token_option.h
  std::optional<std::string> routing, hash, seed;
  std::vector<std::string> faults;
  std::string reduction = "sum", root = "0";
  std::optional<std::string> datatype;  // float, where data have one
  std::optional<std::string> json_file;
  TraceArguments trace;
  RecordArguments record;
  bool explain = false, force = false, band = false;
  /// Options of nccl-tests without a counterpart here: long name to value, as given (see nccl_options.h).
  std::map<std::string, std::string> nccl_options;
};

/// `polyplane perf` bound to `perf`, without a run.
[[nodiscard]] Command declare_perf(PerfArguments& perf);

}  // namespace polyplane::cli
