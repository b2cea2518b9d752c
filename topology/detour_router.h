// What the routings with detours have in common: one path a flow, minimal or over a place in between.
#pragma once

#include <cstdint>
#include <vector>

#include "topology/detours.h"
#include "topology/single_path_router.h"

namespace polyplane::topology {

class DetourRouter : public SinglePathRouter {
 public:
  DetourRouter(const Topology& topology, const RoutingSpec& spec)
      : SinglePathRouter(topology),
        scale_up_(topology, finder().paths(Layer::scale_up), table(Layer::scale_up), spec.seed),
        scale_out_(topology, finder().paths(Layer::scale_out), table(Layer::scale_out), spec.seed) {}

  /// A leg after the other: of both together.
  [[nodiscard]] ChannelNeed channel_need(Layer layer, std::uint32_t have) override {
    return detours(layer).minimal().need(have, Legs::two);
  }
  /// Of minimal routes over shortest paths, which are some of these.
  [[nodiscard]] std::vector<LinkId> dependency_cycle(Layer layer) override;

 protected:
  [[nodiscard]] Detours& detours(Layer layer) { return layer == Layer::scale_up ? scale_up_ : scale_out_; }

 private:
  [[nodiscard]] std::uint32_t pick_at_source(const FlowKey& key, std::size_t count) const override;
  [[nodiscard]] std::uint32_t pick_next_hop(const FlowKey& key, const TransitGraph& graph, const Access& exit,
                                            Vertex at, const NextHops& hops) const override;

  Detours scale_up_, scale_out_;
};

}  // namespace polyplane::topology
