// What per-flow hashing and static tables have in common: one path a flow, each link a trunk of its own.
#pragma once

#include <span>
#include <utility>
#include <vector>

#include "topology/path_finder.h"
#include "topology/router.h"
#include "topology/trunk_table.h"

namespace polyplane::topology {

class SinglePathRouter : public Router {
 public:
  explicit SinglePathRouter(const Topology& topology) : finder_(topology), trunks_(single_link_trunks(topology)) {}

  [[nodiscard]] std::span<const Trunk> trunks() const override { return trunks_.trunks; }
  [[nodiscard]] std::span<const TrunkMember> members(TrunkId trunk) const override { return trunks_.members_of(trunk); }
  void route(const FlowKey& key, Route& route) override;
  [[nodiscard]] std::vector<std::pair<LinkId, double>> links(const FlowKey& key) override;
  [[nodiscard]] std::vector<Duration> latency_by_tier(const FlowKey& key) override;

 protected:
  /// Which of `count` equal ports or peer cards the source uses; in [0, count). REQUIRES: count > 1.
  [[nodiscard]] virtual std::uint32_t pick_at_source(const FlowKey& key, std::size_t count) const = 0;
  /// Which of several equal next hops (edges of `graph`) a switch uses towards `exit`; an index into `hops`. REQUIRES: hops.size() > 1.
  [[nodiscard]] virtual std::uint32_t pick_next_hop(const FlowKey& key, const TransitGraph& graph, const Access& exit,
                                                    std::span<const std::uint32_t> hops) const = 0;
  [[nodiscard]] PathFinder& finder() { return finder_; }
  [[nodiscard]] const PathFinder& finder() const { return finder_; }

 private:
  /// The path of the flow into path_ and latency_.
  void walk(const FlowKey& key, const Plan& plan);
  void cross(const FlowKey& key, Layer layer, const Passage& passage);

  PathFinder finder_;
  TrunkTable trunks_;
  std::vector<LinkId> path_;
  Duration latency_;
  std::vector<std::uint32_t> buffer_;
};

}  // namespace polyplane::topology
