#include "cli/figure_text.h"

#include <fmt/format.h>

namespace polyplane::cli {

std::string figure_text(double value) {
  if (value == 0) return "0";
  if (value >= 1000) return fmt::format("{:.0f}", value);
  return fmt::format("{:#.4g}", value);
}

}  // namespace polyplane::cli
