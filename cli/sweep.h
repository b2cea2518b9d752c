// A sweep from its options to its final table, whoever runs the points: threads here, ranks in mpi/.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "cli/common_options.h"
#include "sim/campaign/sweep_run.h"

namespace polyplane::cli {

struct SweepArguments {
  CommonArguments common;
  std::string experiment;         // "" = print a store
  std::vector<std::string> vary;  // "KEY=VALUES"
  std::optional<std::string> store, jobs, shard, max_memory, prices;
  std::optional<std::string> budget, minimise, seed;  // of a search
  bool resume = false, list = false;
};
/// `polyplane sweep` bound to `sweep`, without a run.
[[nodiscard]] Command declare_sweep(SweepArguments& sweep);

using MakeRunner = std::function<sim::PointRunner(const sim::SweepPlan&, const sim::SweepOptions&)>;

/// What the options say of the plan. Throws InputError when nothing varies.
[[nodiscard]] sim::SweepRequest sweep_request(const SweepArguments& arguments);
/// -j, --max-memory, and the signals as `stop`. Throws InputError.
[[nodiscard]] sim::SweepOptions sweep_options(const SweepArguments& arguments);
/// Does the command run points, and not only print a store or a list?
[[nodiscard]] bool runs_points(const SweepArguments& arguments);

/// Throws what is wrong with the options, whatever is in the files that they name.
void check_sweep(const SweepArguments& arguments);
/// Checks the options and every point, opens the store, runs what is open, prints the table. Returns an exit code; throws as
/// commands do.
[[nodiscard]] int sweep_with(const SweepArguments& arguments, const MakeRunner& make_runner);

}  // namespace polyplane::cli
