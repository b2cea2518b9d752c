// Nothing joins the cards of a node but its NICs.
#include "topology/scale_up.h"

namespace polyplane::topology {

namespace {

const bool kRegistered = [] {
  scale_ups().add("none", "Cards of a node are not joined: each is a domain of its own",
                  {.options = {},
                   .cards_forward = false,
                   .size = [](const ScaleUpSpec&, const Options&, const DomainShape&) { return DomainSize{0, 0, 1}; },
                   .build = [](DomainContext&, const Options&) {}});
  return true;
}();

}  // namespace

}  // namespace polyplane::topology
