// NVLSTree (NCCL 2.18): all-reduce of several scale-up domains whose switches reduce. In each domain the switch adds and
// delivers part j to local j (nvls.cpp); locals j of all domains form the two trees of a double binary tree (Sanders, Speck
// and Traeff, 2009), half of the part in each, up and down; then local j has the switch of its domain multicast the sum. No
// rank's NIC carries more than 2 S/L each way, with the root of one tree a leaf of the other about S/L; its NVLink carries
// S + S/L up. Unlike nvls, the multicast does not come back to its sender, which may still be sending the sum on.
//
// Slices as for nvls: of at least 512 KiB, at most 64.
#include <array>
#include <utility>

#include "collectives/agent_stages.h"
#include "collectives/algorithm.h"
#include "collectives/domain_grid.h"
#include "collectives/double_tree.h"
#include "collectives/own_choice.h"

namespace polyplane::collectives {
namespace {

constexpr std::uint32_t kTrees = 2;

std::string cannot(const AlgorithmRequest& request) {
  const Reducers& reducers = request.layout.reducers();
  if (request.layout.num_domains() < 2) return "needs several scale-up domains; nvls does one";
  if (std::string why = needs_equal_domains(request); !why.empty()) return why;
  if (reducers.domain_switches.empty()) return "needs " + reducers.missing_switches;
  for (const auto& switches : reducers.domain_switches) {
    if (switches.size() != reducers.domain_switches[0].size() || switches.empty()) {
      return "needs as many switches that reduce in one scale-up domain as in the other";
    }
  }
  return "";
}

class Builder {
 public:
  explicit Builder(const AlgorithmRequest& request)
      : reducers_(request.layout.reducers()),
        grid_(request.layout),
        ranks_(request.layout.num_ranks()),
        switches_(static_cast<std::uint32_t>(reducers_.domain_switches[0].size())),
        pattern_(ranks_ + reducers_.num_agents) {
    const RankLayout domains = RankLayout::regular(grid_.domains(), 1);
    for (std::uint32_t t = 0; t < kTrees; ++t) trees_[t] = double_tree(domains, 0, t);
  }

  SlicePattern build() && {
    for (std::uint32_t s = 0; s < switches_; ++s) add_share(s);
    return std::move(pattern_);
  }
  [[nodiscard]] std::uint32_t parts() const { return switches_ * grid_.locals() * kTrees; }

 private:
  /// What one switch of each domain does.
  void add_share(std::uint32_t number) {
    std::vector<AgentTree> agents;
    std::vector<Dependency> in_domain(ranks_);  // the sum of the domain is at its owner
    for (std::uint32_t domain = 0; domain < grid_.domains(); ++domain) {
      const std::vector<std::uint32_t> members = members_of(domain);
      agents.emplace_back(reducers_.domain_switches[domain][number], ranks_, members);
      std::vector<Contribution> arrays;
      std::vector<Delivery> to_owners;
      for (const std::uint32_t rank : members) {
        arrays.push_back({rank, all_parts(number), {}});
        to_owners.push_back({rank, {{part(number, local_of(rank), 0), kTrees}}});
      }
      const auto delivered = descend(pattern_, agents.back(), climb(pattern_, agents.back(), arrays, true), to_owners);
      for (std::size_t i = 0; i < members.size(); ++i) in_domain[members[i]] = delivered[i].complete;
    }
    std::vector<std::array<Dependency, kTrees>> total(ranks_);
    for (std::uint32_t local = 0; local < grid_.locals(); ++local) {
      for (std::uint32_t t = 0; t < kTrees; ++t) join_domains(number, local, t, in_domain, total);
    }
    for (std::uint32_t domain = 0; domain < grid_.domains(); ++domain) {
      std::vector<Contribution> sums;
      std::vector<Delivery> others;
      for (const std::uint32_t rank : members_of(domain)) {
        for (std::uint32_t t = 0; t < kTrees; ++t) {
          sums.push_back({rank, {{part(number, local_of(rank), t), 1}}, total[rank][t]});
        }
        others.push_back({rank, runs_without({{part(number, local_of(rank), 0), kTrees}}, part(number, 0, 0),
                                             part(number + 1, 0, 0))});
      }
      descend(pattern_, agents[domain], climb(pattern_, agents[domain], sums, false), others);
    }
  }

  /// Half a part up one tree of domains and down again.
  void join_domains(std::uint32_t number, std::uint32_t local, std::uint32_t t,
                    const std::vector<Dependency>& in_domain, std::vector<std::array<Dependency, kTrees>>& total) {
    const PartRuns half{{part(number, local, t), 1}};
    const std::vector<std::uint32_t> order = from_root(t);
    const auto rank_in = [&](std::uint32_t domain) { return grid_.rank(domain, local).index(); };
    std::vector<Dependency> summed(grid_.domains());
    for (auto domain = order.rbegin(); domain != order.rend(); ++domain) {
      const TreeNode& node = trees_[t][*domain];
      const std::uint32_t rank = rank_in(*domain);
      summed[*domain] = in_domain[rank];
      if (node.num_children == 0) continue;
      const PatternLane adds = pattern_.add_lane(rank);
      for (std::uint8_t c = 0; c < node.num_children; ++c) {
        const std::uint32_t child = node.children[c].index();
        summed[*domain] = pattern_.transfer(pattern_.add_lane(rank_in(child)), adds, half, true, {summed[child]});
        if (c == 0) pattern_.wait(adds, in_domain[rank]);
      }
    }
    for (const std::uint32_t domain : order) {
      const TreeNode& node = trees_[t][domain];
      const std::uint32_t rank = rank_in(domain);
      if (!node.parent.valid()) total[rank][t] = summed[domain];
      for (std::uint8_t c = 0; c < node.num_children; ++c) {
        const std::uint32_t child = rank_in(node.children[c].index());
        total[child][t] =
            pattern_.transfer(pattern_.add_lane(rank), pattern_.add_lane(child), half, false, {total[rank][t]});
      }
    }
  }

  /// Domains of a tree, parents before children.
  [[nodiscard]] std::vector<std::uint32_t> from_root(std::uint32_t t) const {
    std::vector<std::uint32_t> order;
    for (std::uint32_t domain = 0; domain < grid_.domains(); ++domain) {
      if (!trees_[t][domain].parent.valid()) order.push_back(domain);
    }
    for (std::size_t i = 0; i < order.size(); ++i) {
      const TreeNode& node = trees_[t][order[i]];
      for (std::uint8_t c = 0; c < node.num_children; ++c) order.push_back(node.children[c].index());
    }
    return order;
  }

  [[nodiscard]] std::vector<std::uint32_t> members_of(std::uint32_t domain) const {
    std::vector<std::uint32_t> members;
    for (std::uint32_t local = 0; local < grid_.locals(); ++local) members.push_back(grid_.rank(domain, local).index());
    std::sort(members.begin(), members.end());
    return members;
  }
  [[nodiscard]] std::uint32_t local_of(std::uint32_t rank) const { return grid_.cell(RankId(rank)).local; }
  [[nodiscard]] std::uint32_t part(std::uint32_t number, std::uint32_t local, std::uint32_t t) const {
    return (number * grid_.locals() + local) * kTrees + t;
  }
  [[nodiscard]] PartRuns all_parts(std::uint32_t number) const {
    return {{part(number, 0, 0), grid_.locals() * kTrees}};
  }

  const Reducers& reducers_;
  DomainGrid grid_;
  std::uint32_t ranks_, switches_;
  SlicePattern pattern_;
  std::array<std::vector<TreeNode>, kTrees> trees_;  // by domain
};

std::unique_ptr<Schedule> make(const AlgorithmRequest& request) {
  Builder builder(request);
  const std::uint32_t parts = builder.parts();
  return std::make_unique<SlicedSchedule>(request.collective, std::move(builder).build(),
                                          request.layout.reducers().num_agents, parts, slices_through_agents(request));
}

const bool kRegistered = register_algorithm(
    {.collective = CollectiveKind::all_reduce,
     .name = "nvls_tree",
     .sentence =
         "Several domains whose switches reduce (NVLink SHARP): 1/L of the array over each rail, up and down two "
         "trees.",
     .cost_family = "nvls_tree",
     .honours_slices = true,
     .cannot = cannot,
     .make = make});

}  // namespace
}  // namespace polyplane::collectives
