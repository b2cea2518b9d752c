#include "sim/campaign/expand_experiment.h"

#include <cstdint>
#include <filesystem>
#include <vector>

#include "base/units.h"
#include "configs/schema/document.h"
#include "configs/schema/measure_text.h"
#include "sim/load_cluster.h"
#include "sim/rank_list.h"
#include "topology/cluster_spec.h"

namespace polyplane::sim {
namespace {

std::string stem_of(const std::string& path) { return std::filesystem::path(path).stem().string(); }

std::string absolute(const std::string& path) { return std::filesystem::absolute(path).lexically_normal().string(); }

/// Files that the members of a cluster name count from its own folder: once it stands elsewhere, from the root.
void anchor_members(const std::string& file, v1::Cluster& cluster) {
  for (v1::Member& member : *cluster.mutable_members()) {
    if (member.has_cluster() && is_file_name(member.cluster())) {
      member.set_cluster(absolute(beside(file, member.cluster())));
    }
  }
}

/// What a name, file or one-liner stands for, with its name.
v1::Cluster cluster_of(const std::string& name, const Catalog& catalog) {
  v1::Cluster cluster;
  const std::string file = catalog.cluster_file(name);
  if (file.empty()) {
    cluster = one_liner_message(name, Parts(catalog.directory() + "/hardware"));
    cluster.set_name(name);
    return cluster;
  }
  const configs::Document document(file, cluster);
  if (!cluster.has_name()) cluster.set_name(stem_of(file));
  anchor_members(file, cluster);
  return cluster;
}

void expand_members(const std::string& path, const Catalog& catalog, v1::Cluster& cluster) {
  for (v1::Member& member : *cluster.mutable_members()) {
    if (!member.has_cluster()) continue;
    const std::string name = beside(path, member.cluster());
    member.clear_cluster();
    *member.mutable_inline_cluster() = cluster_of(name, catalog);
  }
}

/// 0-7,16 whatever way it was written: runs of neighbours as ranges, the order kept.
std::string canonical_ranks(const std::string& text) {
  const std::vector<std::uint32_t> ranks = parse_rank_list(text, topology::kMaxDevices);
  std::string out;
  for (std::size_t i = 0; i < ranks.size();) {
    std::size_t end = i + 1;
    while (end < ranks.size() && ranks[end] == ranks[end - 1] + 1) ++end;
    out += (out.empty() ? "" : ",") + std::to_string(ranks[i]);
    if (end > i + 1) out += "-" + std::to_string(ranks[end - 1]);
    i = end;
  }
  return out;
}

void expand_collective(int number, v1::CollectiveJob& job) {
  if (!job.has_name()) job.set_name("job" + std::to_string(number));
  if (!job.has_datatype()) job.set_datatype("float");
  if (!job.has_reduction()) job.set_reduction("sum");
  if (!job.has_algorithm() && !job.has_schedule()) job.set_algorithm("auto");
  if (!job.has_protocol()) job.set_protocol("auto");
  if (job.has_ranks()) job.set_ranks(canonical_ranks(job.ranks()));
  for (std::string& group : *job.mutable_groups()) group = canonical_ranks(group);
  if (!job.has_size_range()) return;
  const v1::SizeRange& range = job.size_range();
  const std::int64_t factor = range.has_factor() ? range.factor() : 2;
  for (Bytes size = parse_bytes(range.from()); size <= parse_bytes(range.to()); size = size * factor) {
    job.add_sizes(configs::measure_text(v1::Rule::bytes, size.count()));
  }
  job.clear_size_range();
}

void expand_routing(v1::Experiment& experiment) {
  v1::Routing& routing = *experiment.mutable_routing();
  if (!routing.has_name() && experiment.inline_cluster().has_routing()) {
    routing.set_name(experiment.inline_cluster().routing());
  }
  if (routing.name() == "ecmp" && !routing.has_hash()) routing.set_hash("mix");
}

}  // namespace

void inline_cluster(const std::string& path, const Catalog& catalog, v1::Experiment& experiment) {
  if (!experiment.has_cluster()) return;
  const std::string name = beside(path, experiment.cluster());
  experiment.clear_cluster();
  *experiment.mutable_inline_cluster() = cluster_of(name, catalog);
}

void inline_stack(const std::string& path, const Catalog& catalog, v1::Experiment& experiment) {
  if (experiment.has_inline_stack()) return;
  const std::string name = experiment.has_stack() ? beside(path, experiment.stack()) : "ideal";
  experiment.clear_stack();
  const configs::Document document(catalog.stack_file(name), *experiment.mutable_inline_stack());
}

v1::Experiment expanded(const std::string& path, const Catalog& catalog, v1::Experiment experiment) {
  inline_cluster(path, catalog, experiment);
  inline_stack(path, catalog, experiment);
  v1::Cluster& cluster = *experiment.mutable_inline_cluster();
  if (!cluster.has_name()) cluster.set_name(stem_of(path));
  expand_members(path, catalog, cluster);
  expand_routing(experiment);
  experiment.clear_name();
  if (!experiment.has_model()) experiment.set_model("flow");
  for (int i = 0; i < experiment.collectives_size(); ++i) expand_collective(i, *experiment.mutable_collectives(i));
  return experiment;
}

}  // namespace polyplane::sim
