#include "cli/import_options.h"

#include <algorithm>

#include "collectives/import/importer.h"
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

std::vector<std::string> import_formats() {
  std::vector<std::string> formats = topology::importers().names();
  for (const std::vector<std::string>& more :
       {collectives::program_importers().names(), collectives::schedule_importers().names()}) {
    formats.insert(formats.end(), more.begin(), more.end());
  }
  std::sort(formats.begin(), formats.end());
  return formats;
}

std::vector<ImportOption> import_options() {
  std::map<std::string, ImportOption> options;
  std::map<std::string, std::string> formats;
  const auto add = [&](const std::string& format, const std::vector<OptionSpec>& own) {
    for (const OptionSpec& option : own) {
      std::string& known_by = formats[option.name];
      known_by += (known_by.empty() ? "" : ", ") + format;
      options.emplace(option.name, ImportOption{dashed(option.name), value_of(option),
                                                option.sentence + " (default " + option.default_text + ")"});
    }
  };
  for (const std::string& format : topology::importers().names()) add(format, topology::importers().at(format).options);
  for (const std::string& format : collectives::program_importers().names()) {
    add(format, collectives::program_importers().at(format).options);
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
