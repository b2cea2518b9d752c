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

namespace {

void refuse_deadlock(const Topology& topology, const RoutingSpec& spec, Router& router, Layer layer) {
  const std::uint32_t have = topology.virtual_channels();
  const ChannelNeed need = router.channel_need(layer, have);
  if (need.channels <= have) return;
  const std::vector<LinkId> cycle = router.dependency_cycle(layer);
  const std::string where = layer == Layer::scale_out ? "lossless fabric" : "scale-up links, which never drop,";
  throw InputError("routing \"" + spec.name + "\" can deadlock on the " + where + " of \"" + topology.name() + "\"" +
                   (cycle.empty() ? "" : ": " + describe_cycle(topology, cycle)) + "; " +
                   std::to_string(need.channels) + " virtual channels a link would do (" + need.rule + "), and there " +
                   (have == 1 ? "is 1" : "are " + std::to_string(have)) +
                   "; set virtual_channels, choose another routing" +
                   (layer == Layer::scale_out ? " or make the fabric lossy" : ""));
}

}  // namespace

std::unique_ptr<Router> make_router(const Topology& topology, const RoutingSpec& spec) {
  auto router = routings().at(spec.name)(topology, spec);
  refuse_deadlock(topology, spec, *router, Layer::scale_up);
  if (topology.lossless()) refuse_deadlock(topology, spec, *router, Layer::scale_out);
  return router;
}

}  // namespace polyplane::topology
