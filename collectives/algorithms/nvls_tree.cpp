// NVLSTree (NCCL 2.18): all-reduce of several scale-up domains whose switches reduce. In each domain the switch adds and
// delivers part j to local j (nvls.cpp); locals j of all domains form the two trees of a double binary tree (Sanders, Speck
// and Traeff, 2009), half of the part in each, up and down; then local j has the switch of its domain multicast the sum. No
// rank's NIC carries more than 2 S/L each way, with the root of one tree a leaf of the other about S/L; its NVLink carries
// S + S/L up. Unlike nvls, the multicast does not come back to its sender, which may still be sending the sum on.
//
// Slices as for nvls: of at least 512 KiB, at most 64.
#include <array>
#include <utility>

#include "collectives/algorithm.h"
#include "collectives/double_tree.h"
#include "collectives/nvls_domains.h"
#include "collectives/own_choice.h"

namespace polyplane::collectives {
namespace {

constexpr std::uint32_t kTrees = 2;

std::string cannot(const AlgorithmRequest& request) {
  if (request.layout.num_domains() < 2) return "needs several scale-up domains; nvls does one";
  return NvlsDomains::cannot(request);
}

/// The two trees over domains.
class DomainTrees {
 public:
  explicit DomainTrees(std::uint32_t domains) {
    const RankLayout one_each = RankLayout::regular(domains, 1);
    for (std::uint32_t t = 0; t < kTrees; ++t) nodes_[t] = double_tree(one_each, 0, t);
  }

  /// Stripe t up tree t and down again.
  [[nodiscard]] std::vector<Dependency> join(SlicePattern& pattern, const NvlsDomains::Owners& owners) const {
    const std::vector<TreeNode>& nodes = nodes_[owners.stripe];
    const std::vector<std::uint32_t> order = from_root(owners.stripe);
    std::vector<Dependency> summed;  // with all below in the tree
    for (const auto& step : owners.summed) summed.push_back(*step);
    for (auto domain = order.rbegin(); domain != order.rend(); ++domain) {
      const TreeNode& node = nodes[*domain];
      if (node.num_children == 0) continue;
      const PatternLane adds = pattern.add_lane(owners.ranks[*domain]);
      for (std::uint8_t c = 0; c < node.num_children; ++c) {
        const std::uint32_t child = node.children[c].index();
        const PatternLane from = pattern.add_lane(owners.ranks[child]);
        summed[*domain] = pattern.transfer(from, adds, owners.part, true, {summed[child]});
        if (c == 0) pattern.wait(adds, *owners.summed[*domain]);
      }
    }
    std::vector<Dependency> total(order.size());
    for (const std::uint32_t domain : order) {
      const TreeNode& node = nodes[domain];
      if (!node.parent.valid()) total[domain] = summed[domain];
      for (std::uint8_t c = 0; c < node.num_children; ++c) {
        const std::uint32_t child = node.children[c].index();
        const PatternLane from = pattern.add_lane(owners.ranks[domain]);
        total[child] =
            pattern.transfer(from, pattern.add_lane(owners.ranks[child]), owners.part, false, {total[domain]});
      }
    }
    return total;
  }

 private:
  /// Domains of a tree, parents before children.
  [[nodiscard]] std::vector<std::uint32_t> from_root(std::uint32_t t) const {
    std::vector<std::uint32_t> order;
    for (std::uint32_t domain = 0; domain < nodes_[t].size(); ++domain) {
      if (!nodes_[t][domain].parent.valid()) order.push_back(domain);
    }
    for (std::size_t i = 0; i < order.size(); ++i) {
      const TreeNode& node = nodes_[t][order[i]];
      for (std::uint8_t c = 0; c < node.num_children; ++c) order.push_back(node.children[c].index());
    }
    return order;
  }

  std::array<std::vector<TreeNode>, kTrees> nodes_;  // by domain
};

std::unique_ptr<Schedule> make(const AlgorithmRequest& request) {
  NvlsDomains domains(request, kTrees);
  const DomainTrees trees(request.layout.num_domains());
  const SlicePattern pattern =
      domains.build([&](SlicePattern& to, const NvlsDomains::Owners& owners) { return trees.join(to, owners); });
  return std::make_unique<SlicedSchedule>(request.collective, pattern, request.layout.reducers().num_agents,
                                          domains.parts(), slices_through_agents(request));
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
     .switches = [](const AlgorithmRequest&) { return SwitchUse{.in_domains = true}; },
     .make = make});

}  // namespace
}  // namespace polyplane::collectives
