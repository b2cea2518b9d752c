// polyplane report: results as a page.
#include <optional>
#include <string>
#include <vector>

#include "cli/commands.h"
#include "cli/output.h"
#include "cli/output_style.h"
#include "sim/view/read_result.h"

namespace polyplane::cli {

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

}  // namespace polyplane::cli
