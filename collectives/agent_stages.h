// Stages through agents that algorithms are put together from: contributions climb a tree of switches and are added up or
// collected; data goes down it to many at once.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <vector>

#include "collectives/reducers.h"
#include "collectives/slice_pattern.h"

namespace polyplane::collectives {

/// The agents above some ranks, up to the lowest that is above all of them.
class AgentTree {
 public:
  static constexpr std::uint32_t kNone = UINT32_MAX;
  struct Node {
    std::uint32_t participant = 0;
    std::uint32_t parent = kNone;         // index of a node
    std::vector<std::uint32_t> children;  // indices of nodes
    std::vector<std::uint32_t> ranks;     // directly below, ascending
  };

  /// REQUIRES: the tree reaches all of `ranks`, ascending and at least one, of `num_ranks`.
  AgentTree(const ReductionTree& tree, std::uint32_t num_ranks, std::span<const std::uint32_t> ranks);
  /// One agent above all of them.
  AgentTree(std::uint32_t agent, std::uint32_t num_ranks, std::span<const std::uint32_t> ranks);

  /// Children before parents; the last one is the top.
  [[nodiscard]] const std::vector<Node>& nodes() const { return nodes_; }
  [[nodiscard]] const Node& top() const { return nodes_.back(); }
  /// Of all ranks below a node, ascending.
  [[nodiscard]] std::vector<std::uint32_t> ranks_below(std::uint32_t node) const;

 private:
  std::vector<Node> nodes_;
};

/// What a rank puts in, once `after` is complete (none: at once).
struct Contribution {
  std::uint32_t rank = 0;
  PartRuns parts;
  std::optional<Dependency> after;
};

/// Where data is at an agent: all of it once that step is complete; none: nothing came there.
using ArrivedAt = std::vector<std::optional<Dependency>>;  // by node

/// Contributions, ascending by rank, climb to the top, each in a lane of its own. `add`: all have the same parts and are added
/// up; else each has its own, and they are collected.
ArrivedAt climb(SlicePattern& pattern, const AgentTree& tree, std::span<const Contribution> contributions, bool add);

/// What a receiver below is to get.
struct Delivery {
  std::uint32_t rank = 0;
  PartRuns parts;
  bool add = false;  // to what the rank has
};
struct Delivered {
  PatternLane lane;     // of the rank
  Dependency complete;  // step of that lane
};

/// From the top to the ranks, each in a lane of its own. An agent gets from its parent what `to_child` says of its node;
/// `add`, as for climb(): that is the sum of all, and takes the place of what came there from below. Order of the result: as
/// `deliveries`, which are ascending by rank.
std::vector<Delivered> descend(SlicePattern& pattern, const AgentTree& tree, const ArrivedAt& arrived, bool add,
                               std::span<const Delivery> deliveries,
                               const std::function<PartRuns(std::uint32_t node)>& to_child);
/// Adds up `part` of some ranks, each after its step of `after`, and gives the sum back to them. The steps of the ranks after
/// which they have it, in their order.
std::vector<Dependency> add_through(SlicePattern& pattern, const ReductionTree& tree, std::uint32_t num_ranks,
                                    std::span<const std::uint32_t> ranks, const PartRuns& part,
                                    std::span<const std::optional<Dependency>> after);
/// Of one agent, which has no child.
std::vector<Delivered> descend(SlicePattern& pattern, const AgentTree& tree, const ArrivedAt& arrived,
                               std::span<const Delivery> deliveries);

}  // namespace polyplane::collectives
