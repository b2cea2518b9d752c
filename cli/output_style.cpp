#include "cli/output_style.h"

#include "base/log.h"
#include "cli/values.h"

namespace polyplane::cli {

std::string apply_output_style(const CommonArguments& common, const std::vector<std::string>& formats) {
  const std::string color = one_of("--color", common.color, {"auto", "always", "never"});
  if (color != "auto") set_log_color(color == "always");
  if (common.quiet) set_log_level(LogLevel::error);
  return one_of("--format", common.format, formats);
}

}  // namespace polyplane::cli
