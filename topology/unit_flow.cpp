#include "topology/unit_flow.h"

#include <algorithm>

#include "base/check.h"

namespace polyplane::topology {

std::span<const EdgeShare> UnitFlow::spread(Vertex x, Vertex y) {
  shares_.clear();
  nodes_.assign(1, Node{.state = {x, false}, .share = 1.0});
  if (x == y) return shares_;
  const TransitGraph& graph = paths_.graph();
  const DistanceField& field = paths_.field(y);
  CHECK(field.from(x) != DistanceField::kUnreachable, "a unit flow between vertices that are cut off");
  // All paths are equally long, so first in, first out finishes one depth before the next: shares are whole when read.
  for (std::size_t n = 0; n < nodes_.size(); ++n) {
    const Node here = nodes_[n];
    const auto hops = paths_.next_hops(field, here.state, buffer_);
    if (hops.empty()) break;  // the target
    const double share = here.share / static_cast<double>(hops.size());
    for (const std::uint32_t edge : hops) {
      shares_.push_back({.edge = edge, .depth = here.depth, .share = share});
      // At the target both phases are one.
      const PathState after = paths_.after(here.state, edge);
      const PathState to = after.vertex == y ? PathState{y, false} : after;
      std::uint32_t& index = slot(to);
      const Duration latency = here.latency + graph.edges()[edge].latency;
      if (index == kNone) {
        index = static_cast<std::uint32_t>(nodes_.size());
        nodes_.push_back({.state = to,
                          .depth = here.depth + 1,
                          .latency = latency,
                          .before = static_cast<std::uint32_t>(n),
                          .edge = edge});
      }
      Node& next = nodes_[index];
      next.share += share;
      if (latency > next.latency) {
        next.latency = latency;
        next.before = static_cast<std::uint32_t>(n);
        next.edge = edge;
      }
    }
  }
  for (const Node& node : nodes_) slot(node.state) = kNone;
  return shares_;
}

std::vector<LinkId> UnitFlow::longest_path() const {
  std::vector<LinkId> path;
  for (const Node* node = &nodes_.back(); node->before != kNone; node = &nodes_[node->before]) {
    path.push_back(paths_.graph().edges()[node->edge].link);
  }
  std::reverse(path.begin(), path.end());
  return path;
}

}  // namespace polyplane::topology
