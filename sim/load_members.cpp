#include "sim/load_members.h"

#include <algorithm>
#include <memory>
#include <set>

#include "base/error.h"
#include "base/suggest.h"
#include "sim/load_cluster.h"
#include "topology/router.h"

namespace polyplane::sim {
namespace {

constexpr std::size_t kLetters = 26;

bool is_name(const std::string& name) {
  const auto fits = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
  };
  return !name.empty() && name.size() <= 64 && std::ranges::all_of(name, fits);
}

class MemberLoader {
 public:
  MemberLoader(const configs::Source& source, const v1::Cluster& cluster, const Parts& parts,
               const MemberLookup& lookup)
      : source_(source), cluster_(cluster), parts_(parts), lookup_(lookup) {}

  ClusterChoice load(const std::string& fallback_name) {
    refuse_others();
    choice_.spec.name = cluster_.has_name() ? cluster_.name() : fallback_name;
    choice_.spec.description = cluster_.description();
    for (int i = 0; i < cluster_.members_size(); ++i) add(cluster_.members(i), static_cast<std::size_t>(i));
    load_routing();
    for (const std::string& assumed : cluster_.assumed()) choice_.spec.assumed.push_back(assumed);
    if (cluster_.has_interconnect()) {
      choice_.interconnect = {parse_bit_rate(cluster_.interconnect().rate()),
                              parse_duration(cluster_.interconnect().latency())};
    }
    return std::move(choice_);
  }

 private:
  void refuse_others() const {
    for (const char* field : {"nodes", "node", "fabric", "graph"}) {
      const auto* descriptor = cluster_.GetDescriptor()->FindFieldByName(field);
      if (cluster_.GetReflection()->HasField(cluster_, descriptor)) {
        source_.fail(cluster_, field, "contradicts members: a cluster is a recipe, a graph, or members joined");
      }
    }
  }

  void add(const v1::Member& from, std::size_t index) {
    const std::string name = name_of(from, index);
    const auto cluster = std::make_shared<const ClusterChoice>(cluster_of(from, name));
    const topology::ClusterSpec& spec = cluster->spec;
    if (cluster_.has_interconnect() && !cluster->graph && spec.fabric.generator.empty() && spec.node.nics == 0) {
      source_.fail(from, from.has_cluster() ? "cluster" : "inline_cluster",
                   "has neither a fabric nor NICs; nothing of it could reach the interconnect");
    }
    for (const std::string& assumed : spec.assumed) choice_.spec.assumed.push_back(name + ": " + assumed);
    const std::int32_t count = from.has_count() ? from.count() : 1;
    if (choice_.members.size() + static_cast<std::size_t>(count) > kMaxMembers) {
      throw LimitError(source_.place(from, "count", -1) + "more than " + std::to_string(kMaxMembers) +
                       " members in all");
    }
    for (std::int32_t i = 0; i < count; ++i) {
      const std::string full = from.has_count() ? name + std::to_string(i) : name;
      if (!names_.insert(full).second) {
        source_.fail(from, from.has_name() ? "name" : "cluster",
                     "a member \"" + full + "\" exists already; give each a name of its own");
      }
      choice_.members.push_back({full, cluster});
    }
  }

  std::string name_of(const v1::Member& from, std::size_t index) const {
    if (from.has_name() && !is_name(from.name())) {
      source_.fail(from, "name",
                   "\"" + printable(from.name()) + "\" is not a name: letters, digits, '-' and '_', at most 64");
    }
    if (!from.has_name() && index >= kLetters) {
      source_.fail(from, "name", "is missing; only the first 26 members are named by a letter");
    }
    return from.has_name() ? from.name() : std::string(1, static_cast<char>('a' + static_cast<int>(index)));
  }

  ClusterChoice cluster_of(const v1::Member& from, const std::string& name) const {
    if (from.has_cluster() == from.has_inline_cluster()) {
      source_.fail(from, from.has_cluster() ? "inline_cluster" : "cluster",
                   from.has_cluster() ? "contradicts cluster; state one of the two"
                                      : "is missing; name a cluster or state inline_cluster");
    }
    if (from.has_inline_cluster()) return load_cluster(source_, from.inline_cluster(), parts_, name);
    try {
      return lookup_(from.cluster());
    } catch (const InputError& error) { source_.fail(from, "cluster", error.what()); }
  }

  void load_routing() {
    std::string& routing = choice_.spec.default_routing;
    routing = choice_.members.front().cluster->spec.default_routing;
    if (cluster_.has_routing()) {
      routing = cluster_.routing();
      if (!topology::routings().contains(routing)) {
        source_.fail(cluster_, "routing", unknown_name("routing", routing, topology::routings().names()));
      }
      return;
    }
    for (const ClusterMember& member : choice_.members) {
      const std::string& other = member.cluster->spec.default_routing;
      if (other != routing) {
        source_.fail(cluster_, "routing",
                     "is missing; " + choice_.members.front().name + " uses " + routing + " and " + member.name +
                         " uses " + other);
      }
    }
  }

  const configs::Source& source_;
  const v1::Cluster& cluster_;
  const Parts& parts_;
  const MemberLookup& lookup_;
  ClusterChoice choice_;
  std::set<std::string> names_;
};

}  // namespace

ClusterChoice load_members(const configs::Source& source, const v1::Cluster& cluster, const Parts& parts,
                           const std::string& fallback_name, const MemberLookup& lookup) {
  return MemberLoader(source, cluster, parts, lookup).load(fallback_name);
}

}  // namespace polyplane::sim
