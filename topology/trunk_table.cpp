#include "topology/trunk_table.h"

#include <algorithm>
#include <span>
#include <tuple>
#include <utility>

#include "base/check.h"
#include "base/random.h"
#include "topology/alike_components.h"
#include "topology/modular.h"

namespace polyplane::topology {
namespace {

constexpr std::int64_t kMaxShareTerm = std::int64_t{1} << 20U;

/// The two random linear forms of a row.
struct Signature {
  Modular plain, by_distance;
};

/// Signatures of the edges of one component after another; zero where an edge is on no shortest path.
class SignaturePass {
 public:
  explicit SignaturePass(const ShortestPaths& paths)
      : paths_(paths), is_origin_(paths.graph().num_vertices(), 0), values_(2 * paths.graph().num_vertices()) {
    inverses_.emplace_back();
    for (const Vertex v : paths.graph().origins()) is_origin_[v] = 1;
  }

  /// By edge from the component's first one on, valid until the next call; empty where targets x edges exceed
  /// kMaxMergeWork.
  [[nodiscard]] std::span<const Signature> of(const TransitGraph::Component& component) {
    const auto targets = paths_.graph().targets();
    const auto begin = std::lower_bound(targets.begin(), targets.end(), component.first);
    const auto end = std::lower_bound(begin, targets.end(), component.first + component.num_vertices);
    if (static_cast<std::uint64_t>(end - begin) * component.num_edges > kMaxMergeWork) return {};
    first_edge_ = edges_of(paths_.graph(), component).begin;
    signatures_.assign(component.num_edges, {});
    for (auto target = begin; target != end; ++target) pass(*target);
    return signatures_;
  }

 private:
  [[nodiscard]] Modular inverse(std::size_t n) {
    while (inverses_.size() <= n) inverses_.push_back(Modular(inverses_.size()).inverse());
    return inverses_[n];
  }
  [[nodiscard]] Modular factor(std::uint32_t hops_to_go) {
    while (factors_.size() <= hops_to_go) factors_.push_back(Modular::from_hash(random_bits(2, factors_.size(), 0)));
    return factors_[hops_to_go];
  }
  Signature& value(PathState s) { return values_[2 * std::size_t{s.vertex} + (s.descending ? 1 : 0)]; }

  void pass(Vertex target) {
    paths_.fill(target, field_, order_);
    for (auto s = order_.rbegin(); s != order_.rend(); ++s) {  // farthest first
      Signature& here = value(*s);
      Signature sum = std::exchange(here, {});
      if (!s->descending && is_origin_[s->vertex] != 0) {
        const std::uint64_t bits = mix64((std::uint64_t{s->vertex} << 32U) | target);
        sum.plain += Modular::from_hash(bits);
        sum.by_distance += Modular::from_hash(mix64(bits ^ 0x5851f42d4c957f2dULL));
      }
      if (sum.plain.value() == 0 && sum.by_distance.value() == 0) continue;
      const auto hops = paths_.next_hops(field_, *s, buffer_);
      if (hops.empty()) continue;
      const Modular split = inverse(hops.size());
      const Signature part{sum.plain * split, sum.by_distance * split};
      const Modular weighed = part.by_distance * factor(field_.at(*s));
      for (const std::uint32_t edge : hops) {
        Signature& row = signatures_[edge - first_edge_];
        row.plain += part.plain;
        row.by_distance += weighed;
        Signature& next = value(paths_.after(*s, edge));
        next.plain += part.plain;
        next.by_distance += part.by_distance;
      }
    }
  }

  const ShortestPaths& paths_;
  std::vector<std::uint8_t> is_origin_;  // by vertex
  std::vector<Signature> signatures_;    // by edge of the component
  std::uint32_t first_edge_ = 0;
  std::vector<Signature> values_;  // by state; zero between passes
  std::vector<Modular> inverses_, factors_;
  DistanceField field_;
  std::vector<PathState> order_;
  std::vector<std::uint32_t> buffer_;
};

/// A link beside those that may be merged with it: same key, same trunk.
struct Candidate {
  std::uint64_t key = 0;  // ratio of the two forms
  std::uint32_t tier = 0;
  LinkId link;
  Modular row;      // the plain form
  Modular inverse;  // of row
};

/// Sets the inverses with one division for all of them (Montgomery).
void invert_rows(std::vector<Candidate>& candidates) {
  Modular product(1);
  for (Candidate& c : candidates) {
    c.inverse = product;  // of the rows before
    product = product * c.row;
  }
  Modular rest = product.inverse();
  for (auto c = candidates.rbegin(); c != candidates.rend(); ++c) {
    c->inverse = c->inverse * rest;
    rest = rest * c->row;
  }
}

struct Group {
  std::vector<LinkId> links;     // ascending
  std::vector<Fraction> shares;  // of each, relative to the first
};

/// `signatures`: of the edges from `first_edge` on.
std::vector<Group> group(const Topology& topology, const TransitGraph& graph, std::uint32_t first_edge,
                         std::span<const Signature> signatures) {
  std::vector<Candidate> candidates;
  candidates.reserve(signatures.size());
  for (std::size_t e = 0; e < signatures.size(); ++e) {
    if (signatures[e].plain.value() == 0) continue;
    const LinkId link = graph.edges()[first_edge + e].link;
    candidates.push_back({signatures[e].by_distance.value(), topology.link(link).tier, link, signatures[e].plain, {}});
  }
  invert_rows(candidates);
  for (Candidate& c : candidates) c.key = (Modular(c.key) * c.inverse).value();
  std::sort(candidates.begin(), candidates.end(), [](const Candidate& a, const Candidate& b) {
    return std::tuple(a.key, a.tier, a.link) < std::tuple(b.key, b.tier, b.link);
  });
  std::vector<Group> groups;
  for (std::size_t i = 0; i < candidates.size();) {
    const Candidate& first = candidates[i];
    Group group;
    for (; i < candidates.size() && candidates[i].key == first.key && candidates[i].tier == first.tier; ++i) {
      if (const auto share = small_fraction(candidates[i].row * first.inverse, kMaxShareTerm)) {
        group.links.push_back(candidates[i].link);
        group.shares.push_back(*share);
      }
    }
    if (group.links.size() > 1) groups.push_back(std::move(group));
  }
  return groups;
}

/// Components that are alike are worked out once.
void find_groups(const Topology& topology, const ShortestPaths& paths, std::vector<Group>& groups) {
  const TransitGraph& graph = paths.graph();
  const std::vector<std::uint32_t> model = first_alike(topology, graph);
  SignaturePass pass(paths);
  struct Range {
    std::size_t begin = 0, end = 0;
  };
  std::vector<Range> found(graph.components().size());  // in `groups`
  for (std::uint32_t c = 0; c < found.size(); ++c) {
    const TransitGraph::Component& component = graph.components()[c];
    if (component.num_edges == 0) continue;
    const std::uint32_t first_edge = edges_of(graph, component).begin;
    found[c].begin = groups.size();
    if (model[c] == c) {
      for (Group& g : group(topology, graph, first_edge, pass.of(component))) groups.push_back(std::move(g));
    } else {
      const std::uint32_t model_edge = edges_of(graph, graph.components()[model[c]]).begin;
      const std::uint32_t offset =
          graph.edges()[first_edge].link.index() - graph.edges()[model_edge].link.index();  // modulo 2^32
      for (std::size_t g = found[model[c]].begin; g < found[model[c]].end; ++g) {
        Group copy = groups[g];
        for (LinkId& link : copy.links) link = LinkId(link.index() + offset);
        groups.push_back(std::move(copy));
      }
    }
    found[c].end = groups.size();
  }
}

void add_single(const Topology& topology, LinkId link, TrunkTable& table) {
  table.trunk_of_link[link.index()] = TrunkId(static_cast<std::uint32_t>(table.trunks.size()));
  const Link& of = topology.link(link);
  table.trunks.push_back({.capacity = of.rate,
                          .tier = of.tier,
                          .first_member = static_cast<std::uint32_t>(table.members.size()),
                          .num_members = 1,
                          .lost = BitRate::from_bps(of.nominal_rate.bps() - of.rate.bps())});
  table.members.push_back({link, 1.0});
}

void add_trunk(const Topology& topology, const Group& group, TrunkTable& table) {
  const TrunkId id(static_cast<std::uint32_t>(table.trunks.size()));
  const auto first_member = static_cast<std::uint32_t>(table.members.size());
  const auto n = static_cast<std::uint32_t>(group.links.size());
  const auto ratio = [&](std::size_t i) {
    return static_cast<double>(group.shares[i].numerator) / static_cast<double>(group.shares[i].denominator);
  };
  bool equal = true;
  double whole = 0;
  for (std::size_t i = 0; i < group.links.size(); ++i) {
    equal = equal && group.shares[i].numerator == group.shares[i].denominator;
    whole += ratio(i);
  }
  std::int64_t capacity = INT64_MAX, nominal = INT64_MAX;
  for (std::size_t i = 0; i < group.links.size(); ++i) {
    const Link& link = topology.link(group.links[i]);
    const double share = ratio(i) / whole;
    const auto with = [&](BitRate rate) {
      return equal ? n * rate.bps() : static_cast<std::int64_t>(static_cast<double>(rate.bps()) / share);
    };
    capacity = std::min(capacity, with(link.rate));
    nominal = std::min(nominal, with(link.nominal_rate));
    table.members.push_back({group.links[i], share});
    table.trunk_of_link[group.links[i].index()] = id;
  }
  table.trunks.push_back({.capacity = BitRate::from_bps(capacity),
                          .tier = topology.link(group.links[0]).tier,
                          .first_member = first_member,
                          .num_members = n,
                          .lost = BitRate::from_bps(nominal - capacity)});
}

}  // namespace

TrunkTable single_link_trunks(const Topology& topology) {
  TrunkTable table;
  table.trunk_of_link.resize(topology.links().size());
  table.trunks.reserve(topology.links().size());
  table.members.reserve(topology.links().size());
  for (std::uint32_t l = 0; l < topology.links().size(); ++l) add_single(topology, LinkId(l), table);
  return table;
}

TrunkTable merged_trunks(const Topology& topology, const ShortestPaths& scale_up, const ShortestPaths& scale_out) {
  std::vector<Group> groups;
  find_groups(topology, scale_up, groups);
  find_groups(topology, scale_out, groups);
  constexpr std::uint32_t kAlone = 0xffffffffU;
  std::vector<std::uint32_t> group_of(topology.links().size(), kAlone);
  std::size_t trunks = topology.links().size();
  for (std::uint32_t g = 0; g < groups.size(); ++g) {
    for (const LinkId l : groups[g].links) group_of[l.index()] = g;
    trunks -= groups[g].links.size() - 1;
  }
  TrunkTable table;
  table.trunk_of_link.resize(topology.links().size());
  table.trunks.reserve(trunks);
  table.members.reserve(topology.links().size());
  for (std::uint32_t l = 0; l < topology.links().size(); ++l) {
    if (table.trunk_of_link[l].valid()) continue;
    if (group_of[l] == kAlone) {
      add_single(topology, LinkId(l), table);
    } else {
      add_trunk(topology, groups[group_of[l]], table);
    }
  }
  return table;
}

}  // namespace polyplane::topology
