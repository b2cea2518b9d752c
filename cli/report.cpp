// polyplane report: results as a page.
#include <optional>
#include <string>
#include <vector>

#include "cli/commands.h"
#include "cli/common_options.h"
#include "cli/output.h"
#include "cli/output_style.h"
#include "sim/view/read_result.h"

namespace polyplane::cli {
namespace {

struct ReportArguments {
  CommonArguments common{.format = "html"};
  std::vector<std::string> results, measured;
  std::optional<std::string> output;
  bool force = false;
};

Command declare(ReportArguments& report) {
  Command command{"report", "one self-contained HTML page of results, or the explorer without any",
                  Examples{"polyplane report run.pprec -o report.html",
                           "polyplane report before.json after.json -o comparison.html"}};
  command.positional("RESULTS", &report.results,
                     "what --record wrote, what a command printed with --format json, stores of sweeps; none: a page "
                     "to drop results on");
  command.option("--measured", &report.measured, "FILE",
                 "tables of nccl-tests, rccl-tests or OSU to show beside the results; repeatable");
  command.option("-o,--output", &report.output, "FILE", "write to FILE instead of stdout");
  command.flag("--force", &report.force, "overwrite FILE");
  add_common(command, report.common, "html, or json: what the page holds (default html)");
  return command;
}

int run_report(const ReportArguments& arguments) {
  const std::string format = apply_output_style(arguments.common, {"html", "json"});
  std::vector<std::optional<std::string>> inputs(arguments.results.begin(), arguments.results.end());
  inputs.insert(inputs.end(), arguments.measured.begin(), arguments.measured.end());
  check_outputs({arguments.output}, inputs, arguments.force);
  const sim::PageInput input{arguments.results, arguments.measured};
  const std::string text = format == "json" ? sim::json_of(input) : sim::page_of(input);
  if (arguments.output) {
    write_file(*arguments.output, text, arguments.force);
  } else {
    print(text);
  }
  return 0;
}

}  // namespace

Command report_command() { return make_command(declare, run_report); }

}  // namespace polyplane::cli
