// Equal-cost multipath: each switch hashes the flow and sends all of it to one of its shortest next hops.
#include <memory>

#include "base/random.h"
#include "topology/deadlock.h"
#include "topology/single_path_router.h"

namespace polyplane::topology {
namespace {

class EcmpRouter final : public SinglePathRouter {
 public:
  EcmpRouter(const Topology& topology, const RoutingSpec& spec)
      : SinglePathRouter(topology), hash_(flow_hashes().at(spec.hash)), seed_(spec.seed) {}

  [[nodiscard]] std::vector<LinkId> dependency_cycle(Layer layer) override {
    return find_dependency_cycle(finder().topology(), finder().paths(layer));
  }

 private:
  /// A card does not hash as switches do: its choice of port or peer is mixed once more, so that it never polarises.
  [[nodiscard]] std::uint32_t pick_at_source(const FlowKey& key, std::size_t count) const override {
    return static_cast<std::uint32_t>(mix64(hash_(key, key.src, seed_)) % count);
  }
  [[nodiscard]] std::uint32_t pick_next_hop(const FlowKey& key, const TransitGraph& graph, const Access& /*exit*/,
                                            Vertex at, const NextHops& hops) const override {
    const std::uint64_t hash = hash_(key, graph.device(at), seed_);
    const std::uint32_t count = hops.size();  // a power of two mostly, which needs no division
    return static_cast<std::uint32_t>((count & (count - 1)) == 0 ? hash & (count - 1) : hash % count);
  }

  const FlowHash& hash_;
  std::uint64_t seed_;
};

[[maybe_unused]] const bool kRegistered = [] {
  routings().add(
      "ecmp", "One shortest path per flow, picked by a hash at each switch; for plain Ethernet. Flows may collide.",
      [](const Topology& topology, const RoutingSpec& spec) { return std::make_unique<EcmpRouter>(topology, spec); });
  return true;
}();

}  // namespace
}  // namespace polyplane::topology
