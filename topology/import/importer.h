// The seam for readers of real fabrics: one file each under topology/import/, self-registered. A reader turns the text
// of one file into an ImportedFabric. It reads the text alone: no other file, no clock, no environment.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "base/options.h"
#include "base/registry.h"
#include "topology/import/fabric.h"

namespace polyplane::topology {

/// What a reader is given.
struct ImportInput {
  std::string file;       // how messages call it
  std::string_view text;  // any bytes at all
  const Options& options;
};

/// `read` throws InputError "file:line: field: ..." for what is wrong, LimitError for what is too large or nested too
/// deeply; it ends, in memory proportional to the text and to the limits of fabric.h, for every text.
struct Importer {
  std::vector<std::string> extensions;  // usual endings of such files, for help: "xml"
  std::vector<OptionSpec> options;      // figures that the format does not have
  std::function<ImportedFabric(const ImportInput&)> read;
};

[[nodiscard]] Registry<Importer>& importers();

/// Reads `text` as `format`. `options` are "name=value" of that reader. Throws as Importer::read does, and InputError
/// for an unknown format and OptionError for a wrong option.
[[nodiscard]] ImportedFabric import_fabric(const std::string& format, const std::string& file, std::string_view text,
                                           const std::vector<std::string>& options);

}  // namespace polyplane::topology
