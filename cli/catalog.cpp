// polyplane catalog: what is known by name.
#include <algorithm>
#include <string>
#include <vector>

#include "base/error.h"
#include "base/suggest.h"
#include "cli/catalog_entries.h"
#include "cli/commands.h"
#include "cli/common_options.h"
#include "cli/json_records.h"
#include "cli/output.h"
#include "cli/output_style.h"
#include "cli/text_table.h"

namespace polyplane::cli {
namespace {

struct CatalogArguments {
  CommonArguments common;
  std::string pattern;
  std::vector<std::string> kinds;  // "algorithms", "topologies", ...; empty = all
};

Command declare(CatalogArguments& catalog) {
  Command command{"catalog", "what polyplane knows by name: one sentence, source and confidence each",
                  Examples{"polyplane catalog --algorithms", "polyplane catalog nvidia-h800-sxm5"}};
  command.positional("PATTERN", &catalog.pattern, "part of a name, a glob, or a whole name for every figure of it");
  const std::pair<const char*, const char*> kinds[] = {
      {"algorithms", "collective algorithms"},
      {"topologies", "topology generators"},
      {"scale-ups", "kinds of scale-up domain"},
      {"clusters", "clusters"},
      {"stacks", "software stacks"},
      {"hardware", "accelerators, switches, NICs, cables"},
      {"routings", "routings and flow hashes"},
      {"models", "network models"},
      {"importers", "formats of real fabrics, schedules and traces that import reads"},
      {"exporters", "formats of schedules and traces that export writes"},
      {"prices", "price sheets"},
      {"language-models", "models to train and to serve"}};
  for (const auto& [kind, sentence] : kinds) {
    command.flag(
        std::string("--") + kind, [&catalog, name = std::string(kind)] { catalog.kinds.push_back(name); }, sentence);
  }
  add_common(command, catalog.common);
  return command;
}

using Align = TextTable::Align;

std::string provenance(const sim::CatalogEntry& entry) {
  std::string text;
  for (const std::string& part : {entry.source, entry.as_of, entry.confidence}) {
    if (!part.empty()) text += (text.empty() ? "[" : ", ") + printable(part);
  }
  return text.empty() ? text : text + "]";
}

std::string list_text(const std::vector<sim::CatalogEntry>& entries) {
  TextTable table({Align::left, Align::left, Align::left});
  for (const sim::CatalogEntry& entry : entries) {
    std::string sentence = printable(entry.sentence);
    const std::string source = provenance(entry);
    if (!source.empty()) sentence += (sentence.empty() ? "" : " ") + source;
    table.add({entry.kind, printable(entry.name), sentence});
  }
  return table.text();
}

std::string list_json(const std::vector<sim::CatalogEntry>& entries) {
  std::vector<JsonRecord> records;
  for (const sim::CatalogEntry& entry : entries) {
    records.push_back({{"kind", entry.kind},
                       {"name", entry.name},
                       {"sentence", entry.sentence},
                       {"source", entry.source},
                       {"as_of", entry.as_of},
                       {"confidence", entry.confidence}});
  }
  return json_records("polyplane/catalog/1", "entries", records);
}

/// A whole name of a file of configs/ is shown with every figure; guests have none.
bool has_figures(const sim::Catalog& catalog, const std::string& name) {
  const std::vector<sim::CatalogEntry> entries = catalog.list("");
  return std::any_of(entries.begin(), entries.end(),
                     [&](const sim::CatalogEntry& entry) { return entry.name == name; });
}

int run_catalog(const CatalogArguments& arguments) {
  const std::string format = apply_output_style(arguments.common, {"table", "json"});
  const sim::Catalog catalog = sim::Catalog::open();
  const std::vector<sim::CatalogEntry> entries = catalog_entries(catalog, arguments.kinds, arguments.pattern);
  if (entries.empty()) {
    std::vector<std::string> names;
    for (const sim::CatalogEntry& entry : catalog_entries(catalog, arguments.kinds, "")) names.push_back(entry.name);
    throw InputError(unknown_name("name", arguments.pattern, names));
  }
  if (format == "json") {
    print(list_json(entries));
  } else if (arguments.kinds.empty() && has_figures(catalog, arguments.pattern)) {
    print(catalog.describe(arguments.pattern));
  } else {
    print(list_text(entries));
  }
  return 0;
}

}  // namespace

Command catalog_command() { return make_command(declare, run_catalog); }

}  // namespace polyplane::cli
