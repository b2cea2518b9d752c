// Valiant routing: every flow takes a detour (detours.h), whatever the load.
#include <memory>
#include <vector>

#include "topology/detour_router.h"

namespace polyplane::topology {
namespace {

class ValiantRouter final : public DetourRouter {
 public:
  using DetourRouter::DetourRouter;

 private:
  void connect(const FlowKey& key, Layer layer, Vertex from, const Access& exit) override {
    edges_.clear();
    if (!detours(layer).append(key, from, exit.vertex, edges_)) {
      detours(layer).minimal().append(key, from, exit.vertex, edges_);
    }
    for (const std::uint32_t e : edges_) append(e, layer);
  }

  std::vector<std::uint32_t> edges_;
};

[[maybe_unused]] const bool kRegistered = [] {
  routings().add("valiant",
                 "Every flow over a random group or switch in between: steady under any traffic, at twice the way; "
                 "dragonfly, torus.",
                 [](const Topology& topology, const RoutingSpec& spec) {
                   return std::make_unique<ValiantRouter>(topology, spec);
                 });
  return true;
}();

}  // namespace
}  // namespace polyplane::topology
