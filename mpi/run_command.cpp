// polyplane-mpi run: a program of sends, receives and compute (GOAL) on real ranks, beside its simulation.
#include <fmt/format.h>
#include <CLI/CLI.hpp>
#include <memory>
#include <optional>

#include "base/error.h"
#include "base/suggest.h"
#include "cli/exit_code.h"
#include "cli/output.h"
#include "cli/values.h"
#include "cli/version.h"
#include "mpi/arguments.h"
#include "mpi/commands.h"
#include "mpi/on_root.h"
#include "mpi/program_runner.h"
#include "mpi/simulated_machine.h"
#include "mpi/timing.h"
#include "sim/read_imports.h"
#include "sim/simulation.h"

namespace polyplane::mpi {
namespace {

struct RunArguments {
  std::string file, format;
  std::string iterations = "20", warm_ups = "2", patience = "60";
  std::optional<std::string> cluster, stack;
};

std::string format_of(const RunArguments& arguments) {
  if (!arguments.format.empty()) return cli::one_of("--format", arguments.format, {"goal", "goal_binary"});
  return arguments.file.ends_with(".bin") ? "goal_binary" : "goal";
}

Duration simulate(const Communicator& world, const SimulatedMachine& machine, const sim::Catalog& catalog,
                  const std::string& format, std::shared_ptr<const collectives::Program> program) {
  const std::string ps = on_root(world, [&] {
    sim::Experiment experiment;
    experiment.name = program->name;
    experiment.cluster = catalog.cluster(machine.cluster);
    experiment.routing.name = experiment.cluster.spec.default_routing;
    experiment.stack = catalog.stack(machine.stack);
    experiment.traces.push_back({.name = program->name, .format = format, .program = std::move(program), .notes = {}});
    return std::to_string(sim::run(experiment, {}).programs.front().time.ps());
  });
  return Duration::from_ps(std::stoll(ps));
}

int run_program(const Communicator& world, const RunArguments& arguments,
                const std::shared_ptr<const collectives::Program>& program, int iterations, int warm_ups,
                double patience) {
  ProgramRunner runner(world, *program, patience);

  const sim::Catalog catalog = sim::Catalog::open();
  const SimulatedMachine machine = simulated_machine(world, catalog, arguments.cluster, arguments.stack);
  const Duration simulated = simulate(world, machine, catalog, format_of(arguments), program);
  const std::string before = load_text();
  const Timing timing = time_together(world, warm_ups, iterations, [&] { runner.run(); });
  if (!world.is_root()) return cli::kExitFine;
  std::string text =
      fmt::format("# polyplane-mpi version {}: {}, measured\n#\n", cli::kVersion, printable(arguments.file));
  text += fmt::format("#  {} ranks; {} before, {} after\n", world.size(), before, load_text());
  text += fmt::format("#  {} warm-ups, then the median of {} runs; spread: from quartile to quartile, of the median\n",
                      warm_ups, iterations);
  text += "#  clock: MPI_Wtime, the slowest rank, from when it left a barrier; messages without content\n";
  text += "#  " + printable(machine.sentence) + "\n#\n";
  text += fmt::format("# {:>12}  {:>6}  {:>14}  {:>7}\n", "measured(us)", "spread", "simulated(us)", "error");
  text +=
      fmt::format("{:>14.2f}  {:>5.1f}%  {:>14.2f}  {:>6.1f}%\n", timing.median * 1e6, 100 * timing.spread(),
                  simulated.microseconds(), timing.median > 0 ? 100 * (simulated.seconds() / timing.median - 1) : 0.0);
  cli::print(text);
  return cli::kExitFine;
}

}  // namespace

Task prepare_run(const Communicator& world, const std::vector<std::string>& given) {
  RunArguments arguments;
  CLI::App app("runs the sends, receives and calcs of a GOAL file on these ranks, beside its simulation",
               "mpirun -n RANKS polyplane-mpi run");
  app.add_option("FILE", arguments.file, "GOAL as text, or in its binary form (.bin)")->required();
  app.add_option("--format", arguments.format, "goal or goal_binary (default: by the ending)")->type_name("FORMAT");
  app.add_option("-n,--iters", arguments.iterations, "timed runs (default 20)")->type_name("N");
  app.add_option("-w,--warmup_iters", arguments.warm_ups, "runs before those (default 2)")->type_name("N");
  app.add_option("--cluster", arguments.cluster,
                 "that the simulation takes (default: what calibrate wrote, else a guess)")
      ->type_name("CLUSTER");
  app.add_option("--stack", arguments.stack, "a name or file (default: what calibrate wrote, else mpi)")
      ->type_name("STACK");
  app.add_option("--patience", arguments.patience, "seconds without any message after which it is a stall (default 60)")
      ->type_name("S");
  app.footer("Examples:\n  mpirun -n 4 polyplane-mpi run ring.goal\n  mpirun -n 4 polyplane-mpi run app.bin -n 5\n");
  if (!parse_arguments(app, world, given)) return {};

  const auto iterations = static_cast<int>(cli::parse_whole("--iters", arguments.iterations, 1, 1'000'000));
  const auto warm_ups = static_cast<int>(cli::parse_whole("--warmup_iters", arguments.warm_ups, 0, 1'000'000));
  const auto patience = static_cast<double>(cli::parse_whole("--patience", arguments.patience, 1, 86'400));
  collectives::ImportedProgram imported = sim::read_program(format_of(arguments), arguments.file);
  const auto program = std::make_shared<const collectives::Program>(std::move(imported.program));
  check_runnable(*program, world.size());
  return [=, &world] { return run_program(world, arguments, program, iterations, warm_ups, patience); };
}

}  // namespace polyplane::mpi
