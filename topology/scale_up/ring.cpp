// Two neighbours, half of the rate to each; a ring of two has two cables. Cards forward.
#include "topology/scale_up.h"

namespace polyplane::topology {

namespace {

DomainSize ring_size(const ScaleUpSpec& /*spec*/, const Options& /*options*/, const DomainShape& shape) {
  return {.switches = 0, .cables = shape.cards(), .joined = shape.cards(), .links_per_card = 2};
}

void build_ring(DomainContext& domain, const Options& /*options*/) {
  const std::int64_t n = domain.shape.cards();
  const BitRate rate = link_group_rate(domain.spec, 1, 2);
  for (std::int64_t a = 0; a < n; ++a) join_cards(domain, domain.card(a), domain.card((a + 1) % n), rate);
}

const bool kRegistered = [] {
  scale_ups().add(
      "ring", "Two neighbours each, cards forward: Inferentia 2",
      {.options = {}, .cards_forward = true, .takes_link_rate = true, .size = ring_size, .build = build_ring});
  return true;
}();

}  // namespace

}  // namespace polyplane::topology
