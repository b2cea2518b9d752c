#include "cli/catalog_entries.h"

#include <fnmatch.h>

#include <algorithm>
#include <cctype>

#include "collectives/algorithm.h"
#include "collectives/export/exporter.h"
#include "collectives/import/importer.h"
#include "sim/network/network_model.h"
#include "topology/generator.h"
#include "topology/import/importer.h"
#include "topology/router.h"
#include "topology/scale_up.h"

namespace polyplane::cli {
namespace {

/// The flag under which an entry of this kind is listed.
std::string flag_of(const std::string& kind) {
  if (kind == "algorithm") return "algorithms";
  if (kind == "topology") return "topologies";
  if (kind == "scale-up") return "scale-ups";
  if (kind == "cluster") return "clusters";
  if (kind == "stack") return "stacks";
  if (kind == "routing" || kind == "hash") return "routings";
  if (kind == "model") return "models";
  if (kind == "importer") return "importers";
  if (kind == "exporter") return "exporters";
  if (kind == "prices") return "prices";
  if (kind == "language-model") return "language-models";
  return "hardware";
}

std::string lower(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(), [](unsigned char c) { return std::tolower(c); });
  return text;
}

bool matches(const std::string& name, const std::string& pattern) {
  if (pattern.find_first_of("*?[") != std::string::npos) {
    return fnmatch(pattern.c_str(), name.c_str(), FNM_CASEFOLD) == 0;
  }
  return lower(name).find(lower(pattern)) != std::string::npos;
}

template <class Entry>
void add_guests(const std::string& kind, const Registry<Entry>& guests, std::vector<sim::CatalogEntry>& entries) {
  for (const std::string& name : guests.names()) entries.push_back({kind, name, guests.sentence(name), "", "", ""});
}

}  // namespace

const std::vector<std::string>& catalog_kinds() {
  static const std::vector<std::string> kinds = {"algorithms", "topologies", "scale-ups", "clusters",
                                                 "stacks",     "hardware",   "routings",  "models",
                                                 "importers",  "exporters",  "prices",    "language-models"};
  return kinds;
}

std::vector<sim::CatalogEntry> catalog_entries(const sim::Catalog& catalog, const std::vector<std::string>& kinds,
                                               const std::string& pattern) {
  std::vector<sim::CatalogEntry> all = catalog.list("");
  add_guests("algorithm", collectives::algorithms(), all);
  add_guests("topology", topology::generators(), all);
  add_guests("scale-up", topology::scale_ups(), all);
  add_guests("routing", topology::routings(), all);
  add_guests("hash", topology::flow_hashes(), all);
  add_guests("model", sim::network_models(), all);
  add_guests("importer", topology::importers(), all);
  add_guests("importer", collectives::program_importers(), all);
  add_guests("importer", collectives::schedule_importers(), all);
  add_guests("exporter", collectives::exporters(), all);

  std::vector<sim::CatalogEntry> chosen;
  for (const std::string& flag : catalog_kinds()) {
    if (!kinds.empty() && std::find(kinds.begin(), kinds.end(), flag) == kinds.end()) continue;
    for (const sim::CatalogEntry& entry : all) {
      if (flag_of(entry.kind) == flag && matches(entry.name, pattern)) chosen.push_back(entry);
    }
  }
  std::stable_sort(chosen.begin(), chosen.end(), [](const sim::CatalogEntry& a, const sim::CatalogEntry& b) {
    const auto place = [](const sim::CatalogEntry& entry) {
      return std::find(catalog_kinds().begin(), catalog_kinds().end(), flag_of(entry.kind));
    };
    if (place(a) != place(b)) return place(a) < place(b);
    return a.kind != b.kind ? a.kind < b.kind : a.name < b.name;
  });
  return chosen;
}

}  // namespace polyplane::cli
