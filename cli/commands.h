// The subcommands, each declared and run in a file of its own.
#pragma once

#include <vector>

#include "cli/command.h"

namespace polyplane::cli {

[[nodiscard]] Command perf_command();
[[nodiscard]] Command run_command();
[[nodiscard]] Command explain_command();
[[nodiscard]] Command diff_command();
[[nodiscard]] Command topo_command();
[[nodiscard]] Command compare_command();
[[nodiscard]] Command tune_command();
[[nodiscard]] Command fit_command();
[[nodiscard]] Command validate_command();
[[nodiscard]] Command sweep_command();
[[nodiscard]] Command merge_command();
[[nodiscard]] Command import_command();
[[nodiscard]] Command export_command();
[[nodiscard]] Command report_command();
[[nodiscard]] Command catalog_command();
[[nodiscard]] Command completion_command();
/// Asked by the completion scripts: the names of one kind, one a line.
[[nodiscard]] Command complete_names_command();
[[nodiscard]] Command doctor_command();
[[nodiscard]] Command version_command();
[[nodiscard]] Command help_command();

/// All of them, in the order of --help, bound to values of their own.
[[nodiscard]] std::vector<Command> commands();

}  // namespace polyplane::cli
