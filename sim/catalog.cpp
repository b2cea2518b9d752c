#include "sim/catalog.h"

#include <fnmatch.h>

#include <algorithm>
#include <filesystem>
#include <functional>
#include <set>

#include "base/error.h"
#include "base/suggest.h"
#include "configs/directory.h"
#include "configs/schema/document.h"
#include "configs/schema/experiment.pb.h"
#include "sim/describe.h"
#include "sim/load_cluster.h"
#include "sim/load_experiment.h"
#include "sim/load_members.h"
#include "sim/load_model.h"
#include "sim/load_prices.h"
#include "sim/load_stack.h"
#include "sim/nccl/load_tuning.h"
#include "sim/parts.h"
#include "sim/training_job.h"

namespace polyplane::sim {
namespace {

std::string lower(std::string_view text) {
  std::string out(text);
  for (char& c : out) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  return out;
}

bool matches(const CatalogEntry& entry, const std::string& pattern) {
  const std::string name = lower(entry.name);
  if (pattern.find_first_of("*?") != std::string::npos) return fnmatch(pattern.c_str(), name.c_str(), 0) == 0;
  return (name + " " + entry.kind + " " + lower(entry.sentence)).find(pattern) != std::string::npos;
}

CatalogEntry entry_of(const std::string& kind, const std::string& name, const std::string& sentence,
                      const v1::Provenance& provenance) {
  return {.kind = kind,
          .name = name,
          .sentence = sentence,
          .source = provenance.source(),
          .as_of = provenance.as_of(),
          .confidence = v1::Confidence_Name(provenance.confidence())};
}

std::string heading(const CatalogEntry& entry) { return entry.kind + " " + entry.name + "\n"; }

/// An entry and all about it; the text is made when asked for.
struct Described {
  CatalogEntry entry;
  std::function<std::string()> text;
};

template <class Part>
Described described_part(const std::string& kind, const Part& part) {
  CatalogEntry entry = entry_of(kind, part.name(), sentence_of(part), part.provenance());
  return {entry, [part, entry] { return heading(entry) + describe_part(part, part.provenance()); }};
}

/// A shipped cluster, stack or price sheet, whose name must be that of its file.
template <class Message>
Message read_shipped(const std::string& folder, const std::string& name) {
  Message message;
  const configs::Document document(folder + "/" + name + ".textproto", message);
  if (message.name() != name) {
    document.fail(message, "name", "\"" + printable(message.name()) + "\" is not the name of the file");
  }
  return message;
}

template <class Message>
Described described_file(const std::string& kind, const Message& message) {
  CatalogEntry entry = entry_of(kind, message.name(), message.description(), message.provenance());
  return {entry, [message, entry] { return heading(entry) + describe_part(message, message.provenance()); }};
}

/// Calls `found` for each shipped entry, by kind and name.
void for_each_entry(const std::string& directory, const std::function<void(const Described&)>& found) {
  const Parts parts(directory + "/hardware");
  for (const auto& name : names_in(directory + "/clusters")) {
    found(described_file("cluster", read_shipped<v1::Cluster>(directory + "/clusters", name)));
  }
  for (const auto& name : parts.accelerators()) found(described_part("accelerator", parts.accelerator(name)));
  for (const auto& name : parts.switches()) found(described_part("switch", parts.network_switch(name)));
  for (const auto& name : parts.nics()) found(described_part("nic", parts.nic(name)));
  for (const auto& name : parts.cables()) found(described_part("cable", parts.cable(name)));
  for (const auto& name : names_in(directory + "/stacks")) {
    found(described_file("stack", read_shipped<v1::Stack>(directory + "/stacks", name)));
  }
  for (const auto& name : names_in(directory + "/prices")) {
    found(described_file("prices", read_shipped<v1::PriceSheet>(directory + "/prices", name)));
  }
  for (const auto& name : names_in(directory + "/models")) {
    found(described_file("language-model", read_shipped<v1::Model>(directory + "/models", name)));
  }
}

/// The file of a name or file name. Throws InputError for a name that is not shipped.
std::string file_of(const std::string& folder, const std::string& kind, const std::string& name) {
  if (is_file_name(name)) return name;
  const std::vector<std::string> known = names_in(folder);
  if (!std::ranges::binary_search(known, name)) throw InputError(unknown_name(kind, name, known));
  return folder + "/" + name + ".textproto";
}

/// Makers of a cluster's cards, each once, as far as it names parts.
void add_vendors(const ClusterChoice& cluster, const Parts& parts, std::set<std::string>& vendors) {
  const std::string& part = cluster.spec.node.accelerator_part;
  if (!part.empty()) vendors.insert(parts.accelerator(part).vendor());
  for (const ClusterMember& member : cluster.members) add_vendors(*member.cluster, parts, vendors);
}

bool is_one_liner(const std::string& name) { return !is_file_name(name) && name.find(':') != std::string::npos; }

}  // namespace

bool is_file_name(std::string_view name) {
  // Rates of a one-liner have a '/', too: "fat_tree:rate=50 GB/s".
  const std::string_view before_slash = name.substr(0, name.find('/'));
  const std::size_t colon = before_slash.find(':');
  if (colon != std::string_view::npos && before_slash.find('=', colon) != std::string_view::npos) return false;
  if (before_slash.size() < name.size()) return true;
  return std::ranges::any_of(std::initializer_list<std::string_view>{".textproto", ".txtpb", ".pbtxt", ".json"},
                             [&](std::string_view ending) { return name.ends_with(ending); });
}

std::string beside(const std::string& file, const std::string& name) {
  if (!is_file_name(name)) return name;
  return (std::filesystem::path(file).parent_path() / name).lexically_normal().string();
}

Catalog Catalog::open() { return Catalog(configs::find_directory()); }

Catalog::Catalog(std::string directory) : directory_(std::move(directory)) {}

std::vector<CatalogEntry> Catalog::list(std::string_view pattern) const {
  const std::string wanted = lower(pattern);
  std::vector<CatalogEntry> entries;
  for_each_entry(directory_, [&](const Described& found) {
    if (matches(found.entry, wanted)) entries.push_back(found.entry);
  });
  return entries;
}

std::string Catalog::describe(std::string_view name) const {
  std::string text;
  std::vector<std::string> known;
  for_each_entry(directory_, [&](const Described& found) {
    known.push_back(found.entry.name);
    if (found.entry.name == name) text += (text.empty() ? "" : "\n") + found.text();
  });
  if (text.empty()) throw InputError(unknown_name("catalogue entry", name, known));
  return text;
}

ClusterChoice Catalog::cluster(std::string_view name_or_file, Reading reading) const {
  const std::string name(name_or_file);
  const Parts parts(directory_ + "/hardware", reading);
  if (is_one_liner(name)) return load_one_liner(name, parts);
  v1::Cluster cluster;
  const configs::Document document(file_of(directory_ + "/clusters", "cluster", name), cluster);
  const std::filesystem::path path(document.path());
  if (cluster.members_size() == 0) return load_cluster(document, cluster, parts, path.stem().string());
  return load_members(document, cluster, parts, path.stem().string(), [&](const std::string& of_member) {
    return member(beside(document.path(), of_member), reading);
  });
}

ClusterChoice Catalog::member(std::string_view name_or_file, Reading reading) const {
  const std::string name(name_or_file);
  const Parts parts(directory_ + "/hardware", reading);
  if (is_one_liner(name)) return load_one_liner(name, parts);
  v1::Cluster cluster;
  const configs::Document document(file_of(directory_ + "/clusters", "cluster", name), cluster);
  return load_cluster(document, cluster, parts, std::filesystem::path(document.path()).stem().string());
}

std::string Catalog::cluster_file(std::string_view name_or_file) const {
  const std::string name(name_or_file);
  return is_one_liner(name) ? "" : file_of(directory_ + "/clusters", "cluster", name);
}

std::string Catalog::stack_file(std::string_view name_or_file) const {
  return file_of(directory_ + "/stacks", "stack", std::string(name_or_file));
}

Stack Catalog::stack(std::string_view name_or_file) const {
  v1::Stack stack;
  const configs::Document document(stack_file(name_or_file), stack);
  return load_stack(document, stack, *this);
}

Stack Catalog::stack_of(const ClusterChoice& cluster) const {
  std::set<std::string> vendors;
  add_vendors(cluster, Parts(directory_ + "/hardware"), vendors);
  if (vendors.size() == 1) {
    for (const auto& name : names_in(directory_ + "/stacks")) {
      const auto shipped = read_shipped<v1::Stack>(directory_ + "/stacks", name);
      const auto& makers = shipped.vendors();
      if (std::ranges::find(makers, *vendors.begin()) != makers.end()) return stack(name);
    }
  }
  Stack nccl = stack("nccl");
  std::string whose;
  for (const std::string& vendor : vendors) whose += (whose.empty() ? "" : " and ") + vendor;
  if (!whose.empty()) {
    nccl.assumed.insert(nccl.assumed.begin(),
                        "stack nccl: costs of NCCL stand for the software of " + whose + "; --stack names another");
  }
  return nccl;
}

std::shared_ptr<const nccl::Constants> Catalog::nccl_tuning(std::string_view name_or_file) const {
  v1::NcclTuning tuning;
  const std::string folder = directory_ + "/stacks/nccl-tuning";
  const configs::Document document(file_of(folder, "table of NCCL", std::string(name_or_file)), tuning);
  return std::make_shared<const nccl::Constants>(nccl::load_tuning(document, tuning));
}

PriceSheet Catalog::prices(std::string_view name_or_file) const {
  v1::PriceSheet sheet;
  const configs::Document document(file_of(directory_ + "/prices", "price sheet", std::string(name_or_file)), sheet);
  return load_price_sheet(document, sheet, Parts(directory_ + "/hardware"));
}

ModelChoice Catalog::model(std::string_view name_or_file) const {
  v1::Model model;
  const configs::Document document(file_of(directory_ + "/models", "model", std::string(name_or_file)), model);
  return load_model(document, model);
}

std::vector<Experiment> Catalog::experiments(std::string_view file, Reading reading) const {
  v1::Experiment experiment;
  const configs::Document document{std::string(file), experiment};
  return load_experiments(document, experiment, *this, Parts(directory_ + "/hardware", reading));
}

std::string Catalog::place_of(std::string_view file, std::string_view field, int index) {
  v1::Experiment experiment;
  const configs::Document document{std::string(file), experiment};
  return document.place(experiment, field, index);
}

Experiment Catalog::experiment(std::string_view file) const {
  std::vector<Experiment> all = experiments(file);
  if (all.size() > 1) {
    throw InputError(printable(file) + ": has " + std::to_string(all.size()) + " clusters; one is needed here");
  }
  return std::move(all.front());
}

}  // namespace polyplane::sim
