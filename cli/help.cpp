// polyplane help and polyplane version.
#include <string>

#include "cli/command_line.h"
#include "cli/command_summary.h"
#include "cli/commands.h"
#include "cli/exit_code.h"
#include "cli/man_page.h"
#include "cli/output.h"

namespace polyplane::cli {
namespace {

struct HelpArguments {
  std::string topic;
  bool man_page = false;
};

Command declare(HelpArguments& help) {
  Command command{"help", "prints the help of a command",
                  Examples{"polyplane help perf", "polyplane help --man > polyplane.1"}};
  command.positional("COMMAND", &help.topic, "default: the overview");
  command.flag("--man", &help.man_page, "all of it as a man page");
  return command;
}

int run_help(const HelpArguments& arguments) {
  print(arguments.man_page ? man_page(command_summaries()) : help_text(arguments.topic));
  return kExitFine;
}

}  // namespace

Command help_command() { return make_command(declare, run_help); }

Command version_command() {
  Command command{"version", "prints the version", Examples{"polyplane version", "polyplane --version"}};
  command.run = [] {
    print(version_text());
    return kExitFine;
  };
  return command;
}

}  // namespace polyplane::cli
