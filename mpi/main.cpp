// The program: from arguments to a command, from exceptions to exit codes, the same on every rank.
#include <algorithm>
#include <chrono>
#include <csignal>
#include <cstdint>
#include <cstdio>
#include <exception>
#include <new>
#include <string>
#include <thread>
#include <vector>

#include "base/check.h"
#include "base/error.h"
#include "base/resident.h"
#include "base/suggest.h"
#include "cli/exit_code.h"
#include "cli/output.h"
#include "cli/signals.h"
#include "cli/version.h"
#include "mpi/commands.h"
#include "mpi/environment.h"
#include "mpi/farewell.h"
#include "mpi/mpi_error.h"
#include "sim/simulation.h"

namespace polyplane::mpi {
namespace {

constexpr double kPatienceSeconds = 2;

std::string help_text() {
  std::string text =
      "polyplane-mpi: the schedules of polyplane on real ranks\n\n"
      "Usage: mpirun -n RANKS polyplane-mpi COMMAND ... [then COMMAND ...]\n\nCommands:\n";
  for (const Command& command : commands()) {
    text += "  " + std::string(command.name) +
            std::string(command.name.size() < 12 ? 12 - command.name.size() : 1, ' ') + std::string(command.sentence) +
            "\n";
  }
  return text +
         "\npolyplane-mpi COMMAND --help says more about a command. What follows \"then\" runs on the same ranks when "
         "the\n"
         "command before it is over with exit code 0.\n\nExamples:\n"
         "  mpirun -n 4 polyplane-mpi verify --all\n"
         "  mpirun -n 2 polyplane-mpi perf all_reduce -b 8 -e 64M\n"
         "  mpirun -n 2 polyplane-mpi calibrate -o . then perf all_reduce --cluster ./cluster.textproto --stack "
         "./stack.textproto\n";
}

/// Between two commands of one launch.
constexpr const char* kThen = "then";

/// One for each command; empty: only a text was asked for, and is printed.
Task prepare(const Communicator& world, const std::vector<std::string>& arguments) {
  if (arguments.empty()) throw InputError("a command is missing; polyplane-mpi --help lists them");
  const std::string& name = arguments.front();
  std::string text;
  if (name == "--help" || name == "-h" || name == "help") text = help_text();
  if (name == "--version" || name == "version") text = "polyplane-mpi " + std::string(cli::kVersion) + "\n";
  if (!text.empty()) {
    if (world.is_root()) cli::print(text);
    return {};
  }
  std::vector<std::string> names;
  for (const Command& command : commands()) {
    if (command.name == name) return command.prepare(world, {arguments.begin() + 1, arguments.end()});
    names.emplace_back(command.name);
  }
  throw InputError(unknown_name("command", name, names) + "; polyplane-mpi --help says more");
}

/// Command after command, until one is over with another exit code than 0 on any rank.
int run_commands(const Communicator& world, const std::vector<std::string>& arguments) {
  std::vector<Task> tasks;
  for (auto from = arguments.begin();;) {
    const auto to = std::find(from, arguments.end(), kThen);
    tasks.push_back(prepare(world, {from, to}));
    if (!tasks.back()) return cli::kExitFine;
    if (to == arguments.end()) break;
    from = to + 1;
  }
  for (std::size_t i = 0; i + 1 < tasks.size(); ++i) {
    const std::int64_t exit_code = world.max(std::int64_t{tasks[i]()});
    if (exit_code != cli::kExitFine) return static_cast<int>(exit_code);
  }
  return tasks.back()();
}

/// Nothing is in order between the ranks any more: no goodbye. Ranks that are stuck find out at about the same time, and all of
/// them are to be heard.
[[noreturn]] void end_all(const Communicator& world, const std::string& message) {
  std::fputs(("polyplane-mpi: rank " + std::to_string(world.rank()) + ": " + message + "\n").c_str(), stderr);
  std::this_thread::sleep_for(std::chrono::milliseconds(500));
  Environment::abort(cli::kExitFailed);
}

Ending guarded(const Communicator& world, const std::vector<std::string>& arguments) {
  try {
    return {run_commands(world, arguments), ""};
  } catch (const StallError& error) { end_all(world, error.what()); } catch (const MpiError& error) {
    end_all(world, error.what());
  } catch (const cli::OutputClosed&) { return {cli::kExitFine, ""}; } catch (const sim::Interrupted&) {
    return {cli::kExitSignalBase + cli::caught_signal(), ""};
  } catch (const InputError& error) { return {cli::kExitWrongInput, error.what()}; } catch (const LimitError& error) {
    return {cli::kExitLimit, error.what()};
  } catch (const RunError& error) { return {cli::kExitFailed, error.what()}; } catch (const std::bad_alloc&) {
    return {cli::kExitLimit, "out of memory; a smaller size needs less"};
  } catch (const std::exception& error) {
    return {cli::kExitBug, "this is a bug in polyplane " + std::string(cli::kVersion) + ": " + error.what() +
                               "; please report this line with the command line and the files it reads"};
  }
}

}  // namespace
}  // namespace polyplane::mpi

int main(int argc, char** argv) {
  using namespace polyplane;
  return_large_blocks();
  try {
    const mpi::Environment environment(argc, argv);
    cli::install_signal_handlers("polyplane-mpi");
    const mpi::Communicator world = mpi::Communicator::world();
    const mpi::Communicator farewell = world.duplicate();
    const mpi::Ending ending =
        mpi::guarded(world, argc > 1 ? std::vector<std::string>(argv + 1, argv + argc) : std::vector<std::string>());
    const int exit_code = mpi::say_goodbye(farewell, ending, mpi::kPatienceSeconds);
    // mpirun ends the others as soon as one exits with another code than 0: one is enough, and all are on their way out.
    cli::cancel_countdown();
    std::signal(SIGTERM, SIG_IGN);
    return world.is_root() ? exit_code : cli::kExitFine;
  } catch (const mpi::MpiError& error) {
    std::fputs(("polyplane-mpi: " + std::string(error.what()) + "\n").c_str(), stderr);
    return cli::kExitFailed;
  }
}
