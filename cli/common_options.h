// --format, --color, --quiet and --verbose, which every command understands; output_style.h acts on them.
#pragma once

#include <string>

#include "cli/command.h"

namespace polyplane::cli {

struct CommonArguments {
  std::string format = "table";  // table | json | csv
  std::string color = "auto";    // auto | always | never
  bool quiet = false;            // no progress, no warnings
  int verbose = 0;
};

inline constexpr const char* kTableJsonOrCsv = "table, json or csv (default table)";

/// `formats` and `verbose` are the sentences of --help; without the latter there is no --verbose.
void add_common(Command& command, CommonArguments& common, const std::string& formats = "table or json",
                const std::string& verbose = "");

}  // namespace polyplane::cli
