#include "cli/import_options.h"

#include <algorithm>

#include "topology/import/importer.h"

namespace polyplane::cli {
namespace {

std::string value_of(const OptionSpec& option) {
  switch (option.kind) {
    case OptionSpec::Kind::integer:
      return "N";
    case OptionSpec::Kind::ratio:
      return "N:M";
    case OptionSpec::Kind::bit_rate:
      return "RATE";
    case OptionSpec::Kind::duration:
      return "TIME";
    case OptionSpec::Kind::word:
    case OptionSpec::Kind::text:
      return "TEXT";
  }
  return "";
}

std::string dashed(std::string name) {
  std::replace(name.begin(), name.end(), '_', '-');
  return "--" + name;
}

}  // namespace

std::vector<ImportOption> import_options() {
  std::map<std::string, ImportOption> options;
  std::map<std::string, std::string> formats;
  for (const std::string& format : topology::importers().names()) {
    for (const OptionSpec& option : topology::importers().at(format).options) {
      std::string& known_by = formats[option.name];
      known_by += (known_by.empty() ? "" : ", ") + format;
      options.emplace(option.name, ImportOption{dashed(option.name), value_of(option),
                                                option.sentence + " (default " + option.default_text + ")"});
    }
  }
  std::vector<ImportOption> list;
  for (auto& [name, option] : options) {
    option.sentence += ": " + formats.at(name);
    list.push_back(std::move(option));
  }
  return list;
}

std::vector<std::string> reader_options(const std::map<std::string, std::string>& given) {
  std::vector<std::string> texts;
  for (const auto& [name, value] : given) {
    std::string own = name.substr(2);
    std::replace(own.begin(), own.end(), '-', '_');
    texts.push_back(own + "=" + value);
  }
  return texts;
}

}  // namespace polyplane::cli
