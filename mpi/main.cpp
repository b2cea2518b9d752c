// The program: from arguments to commands, one after the other, from exceptions to exit codes, the same on every rank.
#include <chrono>
#include <csignal>
#include <cstdint>
#include <cstdio>
#include <exception>
#include <functional>
#include <new>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "base/check.h"
#include "base/error.h"
#include "base/log.h"
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

/// One command of a launch.
struct Step {
  std::vector<std::string> arguments;
  std::string which;   // "command 2 of 3, perf"; "" where it is the only one
  std::string prefix;  // of what is said about it: `which` and a colon
  Task task;
};

std::vector<Step> steps_of(const std::vector<std::string>& arguments) {
  std::vector<Step> steps(1);
  for (const std::string& argument : arguments) {
    if (argument == kThen) {
      steps.emplace_back();
    } else {
      steps.back().arguments.push_back(argument);
    }
  }
  for (std::size_t i = 0; steps.size() > 1 && i < steps.size(); ++i) {
    Step& step = steps[i];
    step.which = "command " + std::to_string(i + 1) + " of " + std::to_string(steps.size());
    if (!step.arguments.empty()) step.which += ", " + printable(step.arguments.front());
    step.prefix = step.which + ": ";
  }
  return steps;
}

/// Empty: only a text was asked for, and is printed.
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

/// Nothing is in order between the ranks any more: no goodbye. Ranks that are stuck find out at about the same time, and all of
/// them are to be heard.
[[noreturn]] void end_all(const Communicator& world, const std::string& message) {
  std::fputs(("polyplane-mpi: rank " + std::to_string(world.rank()) + ": " + message + "\n").c_str(), stderr);
  std::this_thread::sleep_for(std::chrono::milliseconds(500));
  Environment::abort(cli::kExitFailed);
}

struct Outcome {
  Ending ending;
  bool reader_has_gone = false;  // of stdout
};

Outcome guarded(const Communicator& world, const Step& step, const std::function<int()>& work) {
  const auto failed = [&](int exit_code, const std::string& message) {
    return Outcome{.ending = {exit_code, step.prefix + message}};
  };
  try {
    return {.ending = {work(), ""}};
  } catch (const StallError& error) { end_all(world, step.prefix + error.what()); } catch (const MpiError& error) {
    end_all(world, step.prefix + error.what());
  } catch (const cli::OutputClosed&) {
    return {.ending = {cli::kExitFine, ""}, .reader_has_gone = true};
  } catch (const sim::Interrupted&) {
    return {.ending = {cli::kExitSignalBase + cli::caught_signal(), ""}};
  } catch (const InputError& error) {
    return failed(cli::kExitWrongInput, error.what());
  } catch (const LimitError& error) { return failed(cli::kExitLimit, error.what()); } catch (const RunError& error) {
    return failed(cli::kExitFailed, error.what());
  } catch (const std::bad_alloc&) {
    return failed(cli::kExitLimit, "out of memory; a smaller size needs less");
  } catch (const std::exception& error) {
    return failed(cli::kExitBug, "this is a bug in polyplane " + std::string(cli::kVersion) + ": " + error.what() +
                                     "; please report this line with the command line and the files it reads");
  }
}

/// Up to the first that is wrong or asks for a text alone, which stays without a task.
Ending prepare_all(const Communicator& world, std::vector<Step>& steps) {
  for (Step& step : steps) {
    const Outcome outcome = guarded(world, step, [&] {
      step.task = prepare(world, step.arguments);
      return cli::kExitFine;
    });
    if (!step.task) return outcome.ending;
  }
  return {};
}

/// Command after command, until one is over with another exit code than 0 on any rank; that code, or the last one. All ranks
/// leave each command together. REQUIRES: `steps` live as long as the program.
int run_launch(const Communicator& world, const Communicator& farewell, std::vector<Step>& steps) {
  const LogLevel level = log_level();
  const bool color = log_color();
  int exit_code = say_goodbye(farewell, prepare_all(world, steps), kPatienceSeconds);
  if (!steps.back().task) return exit_code;
  for (std::size_t i = 0; exit_code == cli::kExitFine && i < steps.size(); ++i) {
    Step& step = steps[i];
    const bool is_last = i + 1 == steps.size();
    set_log_level(level);
    set_log_color(color);
    cli::begin_command(step.prefix.c_str());
    Outcome outcome = guarded(world, step, std::exchange(step.task, {}));
    if (!is_last && outcome.ending.exit_code == cli::kExitFine && cli::caught_signal() != 0) {
      outcome.ending = {cli::kExitSignalBase + cli::caught_signal(),
                        "interrupted after " + step.which + "; what follows was not started"};
    }
    exit_code = say_goodbye(farewell, outcome.ending, kPatienceSeconds);
    if (world.max(std::int64_t{outcome.reader_has_gone}) > 0) break;
  }
  return exit_code;
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
    static std::vector<mpi::Step> steps =
        mpi::steps_of(argc > 1 ? std::vector<std::string>(argv + 1, argv + argc) : std::vector<std::string>());
    const int exit_code = mpi::run_launch(world, farewell, steps);
    // mpirun ends the others as soon as one exits with another code than 0: one is enough, and all are on their way out.
    cli::cancel_countdown();
    std::signal(SIGTERM, SIG_IGN);
    return world.is_root() ? exit_code : cli::kExitFine;
  } catch (const mpi::MpiError& error) {
    std::fputs(("polyplane-mpi: " + std::string(error.what()) + "\n").c_str(), stderr);
    return cli::kExitFailed;
  }
}
