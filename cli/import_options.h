// Options of `import`: those that the readers declare, as options of the command line. "cable_latency" of a reader is
// --cable-latency there.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "cli/common_options.h"

namespace polyplane::cli {

struct ImportArguments {
  CommonArguments common;
  std::string source_format, file;                   // of what is read
  std::optional<std::string> output, name, cluster;  // cluster: of the experiment of a trace
  std::optional<std::string> root;                   // of schedules with one
  std::map<std::string, std::string> options;        // of the reader: "--cable-latency" to value, see import_options.h
  bool force = false;
};

struct ImportOption {
  std::string name;      // "--cable-latency"
  std::string value;     // "TIME", "RATE", "N", ...
  std::string sentence;  // with its default and the formats that know it
};

/// Of fabrics, schedules and traces, ascending.
[[nodiscard]] std::vector<std::string> import_formats();

/// Each name once, sorted.
[[nodiscard]] std::vector<ImportOption> import_options();

/// "--cable-latency" and its value as "cable_latency=..." of the reader.
[[nodiscard]] std::vector<std::string> reader_options(const std::map<std::string, std::string>& given);

}  // namespace polyplane::cli
