// polyplane-mpi sweep: the same as polyplane sweep, its points spread over ranks.
#include <optional>
#include <string>
#include <vector>

#include "base/log.h"
#include "cli/command_line.h"
#include "cli/exit_code.h"
#include "cli/output.h"
#include "cli/signals.h"
#include "cli/sweep.h"
#include "mpi/commands.h"
#include "mpi/environment.h"
#include "mpi/sweep_farm.h"
#include "sim/simulation.h"

namespace polyplane::mpi {
namespace {

int hand_out(const Communicator& ranks, const std::vector<RankPlace>& places, const cli::SweepArguments& arguments) {
  std::optional<SweepFarm> farm(std::in_place, ranks, places);
  const auto on_ranks = [&](const sim::SweepPlan& plan, const sim::SweepOptions& options) -> sim::PointRunner {
    return [&](std::span<const sim::RunningPoint> points, const sim::KeepResult& keep) {
      farm->run(plan, points, keep, options);
    };
  };
  // The end of MPI waits for all ranks: nobody says goodbye where some have died.
  int exit_code = cli::kExitFine;
  try {
    exit_code = cli::sweep_with(arguments, on_ranks);
  } catch (const sim::Interrupted&) {
    if (farm->lost_ranks()) Environment::abort(cli::kExitSignalBase + cli::caught_signal());
    throw;
  }
  if (!farm->lost_ranks()) return exit_code;
  farm.reset();
  log(LogLevel::warn, "sweep", "all points are run; mpirun is told to end, since some ranks have died");
  Environment::abort(cli::kExitFailed);
}

/// Collective. What points may need on any machine: of all alike, so that it does not matter which one runs a point. 0: some
/// machine does not tell.
std::int64_t memory_of_all(const Communicator& ranks, const cli::SweepArguments& arguments) {
  const std::optional<Bytes> here =
      cli::runs_points(arguments) ? cli::sweep_options(arguments).max_memory : std::nullopt;
  return -ranks.max(-(here ? here->count() : 0));
}

int sweep_on(const Communicator& world, const cli::SweepArguments& sweep) {
  const Communicator ranks = world.duplicate();
  const std::vector<RankPlace> places = gather_places(ranks);
  const std::int64_t least = memory_of_all(ranks, sweep);
  if (ranks.size() == 1) return cli::sweep_with(sweep, sim::thread_runner);
  if (ranks.is_root()) return hand_out(ranks, places, sweep);
  if (!cli::runs_points(sweep)) return cli::kExitFine;
  sim::SweepOptions options = cli::sweep_options(sweep);
  if (least > 0) options.max_memory = Bytes(least);
  cli::set_last_words("its point stays open");
  work_for_sweep(ranks, cli::sweep_request(sweep), options);
  if (cli::caught_signal() != 0) throw sim::Interrupted{};
  return cli::kExitFine;
}

}  // namespace

Task prepare_sweep(const Communicator& world, const std::vector<std::string>& arguments) {
  cli::SweepArguments sweep;
  if (const auto text = cli::fill(cli::declare_sweep(sweep), arguments)) {
    if (world.is_root()) cli::print(text->text);
    return {};
  }
  cli::check_sweep(sweep);
  return [&world, sweep] { return sweep_on(world, sweep); };
}

}  // namespace polyplane::mpi
