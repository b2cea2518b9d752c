// From the options of `perf` to the experiment that they ask for.
#pragma once

#include <string>
#include <vector>

#include "cli/nccl_table.h"
#include "cli/perf_options.h"
#include "sim/catalog.h"
#include "sim/experiment.h"

namespace polyplane::cli {

struct PerfPlan {
  sim::Experiment experiment;  // one collective job
  TableHeader header;
};

/// Throws InputError and LimitError for everything that can be known without building the cluster.
[[nodiscard]] PerfPlan plan_perf(const PerfArguments& arguments, const sim::Catalog& catalog);

}  // namespace polyplane::cli
