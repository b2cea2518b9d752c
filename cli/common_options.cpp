#include "cli/common_options.h"

namespace polyplane::cli {

void add_common(Command& command, CommonArguments& common, const std::string& formats, const std::string& verbose) {
  const OptionGroup output = command.group("Output");
  output.option("--format", &common.format, "FORMAT", formats);
  output.flag("-q,--quiet", &common.quiet, "no progress and no warnings on stderr");
  if (!verbose.empty()) output.flag("-v,--verbose", &common.verbose, verbose);
  output.option("--color", &common.color, "WHEN", "auto, always or never; NO_COLOR is honoured");
}

}  // namespace polyplane::cli
