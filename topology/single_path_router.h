// What per-flow hashing and static tables have in common: one path a flow, each link a trunk of its own.
#pragma once

#include <span>
#include <utility>
#include <vector>

#include "topology/next_hop_table.h"
#include "topology/path_finder.h"
#include "topology/router.h"
#include "topology/switch_routes.h"
#include "topology/trunk_table.h"

namespace polyplane::topology {

class SinglePathRouter : public Router {
 public:
  explicit SinglePathRouter(const Topology& topology)
      : finder_(topology),
        scale_up_(finder_.paths(Layer::scale_up)),
        scale_out_(finder_.paths(Layer::scale_out)),
        trunks_(single_link_trunks(topology)),
        switch_routes_(topology) {}

  [[nodiscard]] std::span<const Trunk> trunks() const override { return trunks_.trunks; }
  [[nodiscard]] std::span<const TrunkMember> members(TrunkId trunk) const override { return trunks_.members_of(trunk); }
  void route(const FlowKey& key, Route& route) override;
  [[nodiscard]] std::vector<std::pair<LinkId, double>> links(const FlowKey& key) override;
  [[nodiscard]] std::vector<Duration> latency_by_tier(const FlowKey& key) override;
  /// Shortest paths by ChannelOrder, of which these routes are some.
  [[nodiscard]] ChannelNeed channel_need(Layer layer, std::uint32_t have) override;

 protected:
  /// Appends the way from a vertex to the exit's, which is another one. Here: by next hops, as pick_next_hop() says.
  virtual void connect(const FlowKey& key, Layer layer, Vertex from, const Access& exit);
  void append(std::uint32_t edge, Layer layer) {
    const NextHopTable::Step& step = table(layer).step(edge);
    path_.push_back(step.link);
    latency_ += table(layer).latency_of(step);
  }
  /// Which of `count` equal ports or peer cards the source uses; in [0, count). REQUIRES: count > 1.
  [[nodiscard]] virtual std::uint32_t pick_at_source(const FlowKey& key, std::size_t count) const = 0;
  /// Which of several equal next hops (edges of `graph`) a switch uses towards `exit`; an index into `hops`.
  /// REQUIRES: hops.size() > 1.
  [[nodiscard]] virtual std::uint32_t pick_next_hop(const FlowKey& key, const TransitGraph& graph, const Access& exit,
                                                    Vertex at, const NextHops& hops) const = 0;
  /// Links of the route at hand, so far.
  [[nodiscard]] std::span<const LinkId> path() const { return path_; }
  [[nodiscard]] PathFinder& finder() { return finder_; }
  [[nodiscard]] const PathFinder& finder() const { return finder_; }
  [[nodiscard]] NextHopTable& table(Layer layer) { return layer == Layer::scale_up ? scale_up_ : scale_out_; }

 private:
  /// The path of the flow into path_ and latency_; true when it leaves the scale-up domain.
  bool walk(const FlowKey& key);
  void cross(const FlowKey& key, Layer layer, const Access& head, const Access& tail);

  PathFinder finder_;
  NextHopTable scale_up_, scale_out_;
  TrunkTable trunks_;
  SwitchRoutes switch_routes_;
  std::vector<LinkId> path_;
  Duration latency_;
};

}  // namespace polyplane::topology
