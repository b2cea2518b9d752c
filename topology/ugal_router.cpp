// UGAL, universal globally-adaptive load-balanced routing (Singh, 2005; for dragonflies Kim, Dally, Scott and Abts, ISCA
// 2008): at its start a flow weighs its minimal path against its detour (detours.h) and takes the detour when that is the
// cheaper one.
//
//   cost = hops between switches x most over all links, access included, of (flows in flight there + 1) / rate
//
// That is UGAL-G: the loads of all links of both paths are known, at once and exactly; what a switch would have to learn of
// the queues of others is left out. With it goes what flows do afterwards: a path is chosen once. Flows count from their
// start to their last byte, whatever rate they have, since rates of flows that start together are not known yet. Equal costs
// go to the minimal path, so an idle network is routed minimally.
#include <algorithm>
#include <array>
#include <memory>
#include <optional>
#include <vector>

#include "topology/detour_router.h"

namespace polyplane::topology {
namespace {

class UgalRouter final : public DetourRouter {
 public:
  using DetourRouter::DetourRouter;

  [[nodiscard]] bool adaptive() const override { return true; }
  void route_by_load(const FlowKey& key, const TrunkLoads& loads, Route& route) override {
    loads_ = &loads;
    choices_ = {};
    chosen_for_ = key;
    this->route(key, route);
    loads_ = nullptr;
  }

 private:
  void connect(const FlowKey& key, Layer layer, Vertex from, const Access& exit) override {
    minimal_.clear();
    detours(layer).minimal().append(key, from, exit.vertex, minimal_);
    bool& detour = choices_[layer == Layer::scale_up ? 0 : 1];
    if (loads_ != nullptr || (detour && key == chosen_for_)) {
      detour_.clear();
      const bool found = detours(layer).append(key, from, exit.vertex, detour_);
      if (loads_ != nullptr) detour = found && cost(layer, detour_, exit) < cost(layer, minimal_, exit);
      if (found && detour) minimal_.swap(detour_);
    }
    for (const std::uint32_t e : minimal_) append(e, layer);
  }

  [[nodiscard]] double cost(Layer layer, const std::vector<std::uint32_t>& edges, const Access& exit) {
    double most = 0;
    const auto look = [&](LinkId link) {
      const TrunkId trunk(link.index());  // each link its own
      most = std::max(most, static_cast<double>(loads_->flows(trunk) + 1) /
                                static_cast<double>(trunks()[trunk.index()].capacity.bps()));
    };
    for (const LinkId link : path()) look(link);
    for (const std::uint32_t e : edges) look(finder().paths(layer).graph().edges()[e].link);
    for (std::uint32_t i = 0; i < exit.num_links; ++i) look(exit.links[i]);
    return static_cast<double>(edges.size()) * most;
  }

  const TrunkLoads* loads_ = nullptr;
  FlowKey chosen_for_;
  std::array<bool, 2> choices_{};  // by layer: the flow takes its detour
  std::vector<std::uint32_t> minimal_, detour_;
};

[[maybe_unused]] const bool kRegistered = [] {
  routings().add(
      "ugal",
      "Minimal or by a detour, whichever is the less loaded when a flow starts: adaptive routing of dragonflies.",
      [](const Topology& topology, const RoutingSpec& spec) { return std::make_unique<UgalRouter>(topology, spec); });
  return true;
}();

}  // namespace
}  // namespace polyplane::topology
