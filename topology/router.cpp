#include "topology/router.h"

#include "base/error.h"
#include "topology/deadlock.h"

namespace polyplane::topology {

Registry<RoutingFactory>& routings() {
  static Registry<RoutingFactory> registry("routing");
  return registry;
}

Registry<FlowHash>& flow_hashes() {
  static Registry<FlowHash> registry("flow hash");
  return registry;
}

std::unique_ptr<Router> make_router(const Topology& topology, const RoutingSpec& spec) {
  auto router = routings().at(spec.name)(topology, spec);
  if (!topology.lossless()) return router;
  if (const std::vector<LinkId> cycle = router->dependency_cycle(); !cycle.empty()) {
    throw InputError("routing \"" + spec.name + "\" can deadlock on the lossless fabric of \"" + topology.name() +
                     "\": " + describe_cycle(topology, cycle) + "; choose another routing or make the fabric lossy");
  }
  return router;
}

}  // namespace polyplane::topology
