// The subcommands of polyplane-mpi. All ranks prepare and run them, with the same arguments: they print on rank 0 alone
// (cli/output.h) and return an exit code (cli/exit_code.h); rank 0 exits with the largest one.
//
// What is wrong with the input is found by all ranks alike and thrown by all of them. An error of one rank alone is thrown too:
// main waits a moment for the others and then ends them (see main.cpp).
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "mpi/communicator.h"

namespace polyplane::mpi {

/// What a command does once its arguments are understood; returns an exit code. Empty: help was asked for and printed.
using Task = std::function<int()>;

/// Reads `arguments`, those after the name of the command, and finds wrong what can be found without files that a command before
/// it may still write. REQUIRES: `world` outlives the task.
using PrepareFunction = Task (*)(const Communicator& world, const std::vector<std::string>& arguments);

struct Command {
  std::string_view name;
  std::string_view sentence;  // for --help
  PrepareFunction prepare;
};

/// In the order of --help.
[[nodiscard]] const std::vector<Command>& commands();

[[nodiscard]] Task prepare_calibrate(const Communicator& world, const std::vector<std::string>& arguments);
[[nodiscard]] Task prepare_verify(const Communicator& world, const std::vector<std::string>& arguments);
[[nodiscard]] Task prepare_perf(const Communicator& world, const std::vector<std::string>& arguments);
[[nodiscard]] Task prepare_run(const Communicator& world, const std::vector<std::string>& arguments);
[[nodiscard]] Task prepare_sweep(const Communicator& world, const std::vector<std::string>& arguments);

}  // namespace polyplane::mpi
