#include "cli/output_style.h"

#include "base/log.h"
#include "cli/values.h"

namespace polyplane::cli {

std::string check_output_style(const CommonArguments& common, const std::vector<std::string>& formats) {
  one_of("--color", common.color, {"auto", "always", "never"});
  return one_of("--format", common.format, formats);
}

std::string apply_output_style(const CommonArguments& common, const std::vector<std::string>& formats) {
  std::string format = check_output_style(common, formats);
  if (common.color != "auto") set_log_color(common.color == "always");
  if (common.quiet) set_log_level(LogLevel::error);
  return format;
}

}  // namespace polyplane::cli
