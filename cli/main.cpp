// The program: from arguments to a command, from exceptions to exit codes.
#include <cstdio>
#include <exception>
#include <functional>
#include <new>
#include <string>
#include <variant>
#include <vector>

#include "base/check.h"
#include "base/error.h"
#include "base/resident.h"
#include "cli/command_line.h"
#include "cli/exit_code.h"
#include "cli/output.h"
#include "cli/signals.h"
#include "cli/version.h"
#include "sim/simulation.h"

namespace polyplane::cli {
namespace {

int run(const Invocation& invocation) {
  if (const auto* text = std::get_if<PrintText>(&invocation)) {
    print(text->text);
    return kExitFine;
  }
  return std::get<std::function<int()>>(invocation)();
}

int failed(const std::string& message, int exit_code) {
  // Not through the log: whatever its level, an error is said.
  std::fputs(("polyplane: " + message + "\n").c_str(), stderr);
  return exit_code;
}

int bug(const std::string& message) {
  return failed("this is a bug in polyplane " + std::string(kVersion) + ": " + message +
                    "; please report this line with the command line and the files it reads",
                kExitBug);
}

int guarded_main(const std::vector<std::string>& arguments) {
  return_large_blocks();
  try {
    return run(parse_command_line(arguments));
  } catch (const OutputClosed&) { return kExitFine; } catch (const sim::Interrupted&) {
    if (!interruption_is_told()) tell_interrupted("before anything was finished; the same command starts again");
    return kExitSignalBase + caught_signal();
  } catch (const InputError& error) { return failed(error.what(), kExitWrongInput); } catch (const LimitError& error) {
    return failed(error.what(), kExitLimit);
  } catch (const RunError& error) { return failed(error.what(), kExitFailed); } catch (const std::bad_alloc&) {
    return failed("out of memory; fewer ranks, a smaller cluster or --threads 1 need less", kExitLimit);
  } catch (const InternalError& error) { return bug(error.what()); } catch (const std::exception& error) {
    return bug(std::string("unexpected ") + error.what());
  }
}

}  // namespace
}  // namespace polyplane::cli

int main(int argc, char** argv) {
  polyplane::cli::install_signal_handlers("polyplane");
  return polyplane::cli::guarded_main(argc > 1 ? std::vector<std::string>(argv + 1, argv + argc)
                                               : std::vector<std::string>());
}
