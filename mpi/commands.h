// The subcommands of polyplane-mpi. Each is a function that all ranks run, with the same arguments: it prints on rank 0 alone
// (cli/output.h) and returns an exit code (cli/exit_code.h); rank 0 exits with the largest one.
//
// What is wrong with the input is found by all ranks alike and thrown by all of them. An error of one rank alone is thrown too:
// main waits a moment for the others and then ends them (see main.cpp).
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "mpi/communicator.h"

namespace polyplane::mpi {

/// `arguments`: those after the name of the command.
using CommandFunction = int (*)(const Communicator& world, const std::vector<std::string>& arguments);

struct Command {
  std::string_view name;
  std::string_view sentence;  // for --help
  CommandFunction run;
};

/// In the order of --help.
[[nodiscard]] const std::vector<Command>& commands();

[[nodiscard]] int run_calibrate(const Communicator& world, const std::vector<std::string>& arguments);
[[nodiscard]] int run_verify(const Communicator& world, const std::vector<std::string>& arguments);
[[nodiscard]] int run_perf(const Communicator& world, const std::vector<std::string>& arguments);
[[nodiscard]] int run_program(const Communicator& world, const std::vector<std::string>& arguments);
[[nodiscard]] int run_sweep(const Communicator& world, const std::vector<std::string>& arguments);

}  // namespace polyplane::mpi
