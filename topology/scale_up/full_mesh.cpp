// A link group to each peer (MI300X, Gaudi, Ascend 910B): one pair gets rate / (n - 1), rounded down, and never more
// than peer_rate, however few cards there are. Cards do not forward: xGMI and HCCS route to direct peers only.
#include <algorithm>

#include "topology/scale_up.h"

namespace polyplane::topology {

namespace {

DomainSize full_mesh_size(const ScaleUpSpec& /*spec*/, const Options& /*options*/, const DomainShape& shape) {
  const int128 n = shape.cards();
  return {.switches = 0, .cables = n * (n - 1) / 2, .joined = shape.cards()};
}

void build_full_mesh(DomainContext& domain, const Options& /*options*/) {
  const std::int64_t n = domain.shape.cards();
  BitRate group = part_of(domain.spec.rate, n - 1);
  if (domain.spec.peer_rate.bps() > 0) group = std::min(group, domain.spec.peer_rate);
  for (std::int64_t a = 0; a < n; ++a) {
    for (std::int64_t b = a + 1; b < n; ++b) join_cards(domain, domain.card(a), domain.card(b), group);
  }
}

const bool kRegistered = [] {
  scale_ups().add("full_mesh", "A link group from every card to every other, never more to one peer: MI300X, Gaudi 3",
                  {.options = {},
                   .cards_forward = false,
                   .takes_peer_rate = true,
                   .size = full_mesh_size,
                   .build = build_full_mesh});
  return true;
}();

}  // namespace

}  // namespace polyplane::topology
