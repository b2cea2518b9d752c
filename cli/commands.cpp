#include "cli/commands.h"

namespace polyplane::cli {

std::vector<Command> commands() {
  return {perf_command(),           run_command(),     explain_command(), diff_command(),
          topo_command(),           compare_command(), tune_command(),    fit_command(),
          validate_command(),       sweep_command(),   merge_command(),   import_command(),
          export_command(),         report_command(),  catalog_command(), completion_command(),
          complete_names_command(), doctor_command(),  version_command(), help_command()};
}

}  // namespace polyplane::cli
