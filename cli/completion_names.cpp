#include "cli/completion_names.h"

#include <algorithm>
#include <array>
#include <utility>

#include "base/error.h"
#include "base/suggest.h"
#include "cli/catalog_entries.h"
#include "cli/command_summary.h"
#include "cli/import_options.h"
#include "collectives/collective.h"
#include "collectives/export/exporter.h"
#include "topology/router.h"

namespace polyplane::cli {
namespace {

constexpr std::array<std::pair<std::string_view, std::string_view>, 20> kKinds = {{
    {"--cluster", "clusters"},     {"CLUSTER", "clusters"}, {"CLUSTERS", "clusters"},  {"FORMAT", "importers"},
    {"--from", "importers"},       {"TARGET", "exporters"}, {"--stack", "stacks"},     {"--prices", "prices"},
    {"--algorithm", "algorithms"}, {"--model", "models"},   {"--routing", "routings"}, {"--hash", "hashes"},
    {"COLLECTIVE", "collectives"}, {"PATTERN", "names"},    {"COMMAND", "commands"},   {"SHELL", "shells"},
    {"--format", "formats"},       {"--export", "exports"}, {"--color", "colors"},     {"--op", "operations"},
}};

std::vector<std::string> catalogue_names(const std::vector<std::string>& kinds) {
  std::vector<std::string> names;
  for (const sim::CatalogEntry& entry : catalog_entries(sim::Catalog::open(), kinds, "")) names.push_back(entry.name);
  return names;
}

/// "auto", "nccl" and the names without their collective, each once.
std::vector<std::string> algorithm_names() {
  std::vector<std::string> names = {"auto", "nccl"};
  for (const std::string& full : catalogue_names({"algorithms"})) names.push_back(full.substr(full.find('/') + 1));
  std::sort(names.begin(), names.end());
  names.erase(std::unique(names.begin(), names.end()), names.end());
  return names;
}

std::vector<std::string> collective_names() {
  std::vector<std::string> names;
  for (const collectives::CollectiveKind kind : collectives::all_collectives()) names.emplace_back(to_string(kind));
  return names;
}

std::vector<std::string> command_names() {
  std::vector<std::string> names;
  for (const CommandSummary& command : command_summaries()) names.push_back(command.name);
  return names;
}

}  // namespace

std::string completion_kind(std::string_view option_or_positional) {
  const auto* const place = std::find_if(kKinds.begin(), kKinds.end(),
                                         [&](const auto& entry) { return entry.first == option_or_positional; });
  return place == kKinds.end() ? "" : std::string(place->second);
}

std::vector<std::string> completion_names(const std::string& kind) {
  if (kind == "clusters" || kind == "stacks" || kind == "prices" || kind == "models") return catalogue_names({kind});
  if (kind == "names") return catalogue_names({});
  if (kind == "algorithms") return algorithm_names();
  if (kind == "routings") return topology::routings().names();
  if (kind == "importers") return import_formats();
  if (kind == "exporters") return collectives::exporters().names();
  if (kind == "hashes") return topology::flow_hashes().names();
  if (kind == "collectives") return collective_names();
  if (kind == "commands") return command_names();
  if (kind == "shells") return {"bash", "fish", "zsh"};
  if (kind == "formats") return {"csv", "json", "table"};
  if (kind == "exports") return {"dot", "graphml", "json"};
  if (kind == "colors") return {"always", "auto", "never"};
  if (kind == "operations") return {"avg", "max", "min", "mulsum", "prod", "sum"};
  std::vector<std::string> kinds;
  for (const auto& [option, name] : kKinds) kinds.emplace_back(name);
  throw InputError(unknown_name("kind of names", kind, kinds));
}

}  // namespace polyplane::cli
