// NVSwitch: every card has its whole rate into one non-blocking crossbar, one vertex a domain. So one pair of cards can
// use all of it.
#include "topology/scale_up.h"

namespace polyplane::topology {

namespace {

DomainSize switched_size(const ScaleUpSpec& /*spec*/, const Options& /*options*/, const DomainShape& shape) {
  return {.switches = 1, .cables = shape.cards(), .joined = shape.cards()};
}

void build_switched(DomainContext& domain, const Options& /*options*/) {
  const DeviceId crossbar = add_domain_switch(domain, switch_name(domain.spec));
  for (const DeviceId card : domain.cards) attach_card(domain, card, crossbar, domain.spec.rate);
}

const bool kRegistered = [] {
  scale_ups().add("switched", "One hop through a non-blocking crossbar, the full rate to any one peer: NVSwitch, NVL72",
                  {.options = {}, .cards_forward = false, .size = switched_size, .build = build_switched});
  return true;
}();

}  // namespace

}  // namespace polyplane::topology
