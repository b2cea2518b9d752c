#include "topology/target_sweep.h"

#include <algorithm>

namespace polyplane::topology {

TargetSweep::TargetSweep(const ShortestPaths& paths, const TrunkTable& trunks) : paths_(paths) {
  trunk_of_edge_.reserve(paths.graph().edges().size());
  for (const TransitGraph::Edge& edge : paths.graph().edges()) {
    trunk_of_edge_.push_back(trunks.trunk_of_link[edge.link.index()]);
  }
  reach_.resize(2 * paths.graph().num_vertices());
}

void TargetSweep::sweep(Vertex target) {
  for (const PathState s : order_) reach_[slot(s)] = {};
  chains_.assign(1, {});
  chain_index_.clear();
  paths_.fill(target, field_, order_);
  for (const PathState s : order_) {  // nearest first
    reach_[slot(s)] = s.vertex == target ? Reach{kEnd, {}} : reach_from(s);
  }
}

bool TargetSweep::in_line(Vertex origin) const {
  const std::uint32_t chain = reach_[slot({origin, false})].chain;
  return chain != kMixed && chain != kEnd;
}

TargetSweep::Reach TargetSweep::reach_from(PathState s) {
  const auto hops = paths_.next_hops(field_, s, buffer_);
  const TrunkId trunk = trunk_of_edge_[hops[0]];
  const std::uint32_t next = reach_[slot(paths_.after(s, hops[0]))].chain;
  if (next == kMixed) return {};
  Duration longest{};
  for (const std::uint32_t edge : hops) {
    const Reach& beyond = reach_[slot(paths_.after(s, edge))];
    if (trunk_of_edge_[edge] != trunk || beyond.chain != next) return {};
    longest = std::max(longest, paths_.graph().edges()[edge].latency + beyond.latency);
  }
  return {chain_of(trunk, next), longest};
}

std::uint32_t TargetSweep::chain_of(TrunkId trunk, std::uint32_t next) {
  if (chains_.back().trunk == trunk && chains_.back().next == next) {
    return static_cast<std::uint32_t>(chains_.size() - 1);
  }
  const std::uint64_t key = (std::uint64_t{trunk.index()} << 32U) | next;
  const auto [place, fresh] = chain_index_.try_emplace(key, static_cast<std::uint32_t>(chains_.size()));
  if (fresh) chains_.push_back({trunk, next});
  return place->second;
}

}  // namespace polyplane::topology
