// All-reduce striped over the planes of a fabric, each lane in a plane of its own, the stripes in proportion to the rates that
// the cards have into the planes (RankLayout::plane_shares()): a plane that is slow holds up nothing, one that has failed gets
// no stripe. Else as "hierarchical" (collectives/hierarchical_all_reduce.h), the rail by halving-doubling.
//
// Where every card has one plane, that is what "hierarchical" does with even planes: local l of each domain sums up 1/L of the
// array and takes it along its rail, which is one plane and no other; here the L stripes may differ. Where every card has a port
// on each of several planes, messages of any algorithm are spread over all of them by the routing: evenly by spray, one by one
// and by chance by a hash. Here each plane has lanes that keep to it (Schedule::plane()).
// Own choice: slices of a rank's part of at least 512 KiB, at most 8.
#include <memory>
#include <string>

#include "collectives/algorithm.h"
#include "collectives/hierarchical_all_reduce.h"

namespace polyplane::collectives {
namespace {

std::string needs_planes(const AlgorithmRequest& request) {
  if (std::string why = needs_equal_domains(request); !why.empty()) return why;
  if (request.layout.plane_shares()) return "";
  return "needs cards with ports on several planes, or that reach the fabric at unequal rates; hierarchical stripes "
         "evenly";
}

/// Even stripes take as long as spraying, and do not fold; a hash they outdo, but a layout does not know the routing.
std::string not_by_auto(const AlgorithmRequest& request) {
  const PlaneShares& shares = *request.layout.plane_shares();
  if (shares.even()) return "planes are even, which spraying makes use of by itself";
  const bool planes = shares.planes.size() > 1 || !request.layout.rails_meet();
  return planes ? "" : "cards differ in rate within one plane, not planes";
}

std::unique_ptr<Schedule> make(const AlgorithmRequest& request) {
  const DomainGrid grid(request.layout);
  return make_hierarchical(request, grid, PlainRail(HalvingDoublingExchange(grid.domains(), Pattern::all_reduce)),
                           *request.layout.plane_shares(), 8);
}

const bool kRegistered = register_algorithm(
    {.collective = CollectiveKind::all_reduce,
     .name = "plane_striped",
     .sentence = "Several planes, of which some may be slow or down: a stripe for each, in proportion "
                 "to its rate, each lane in its plane.",
     .cost_family = "tree",
     .honours_slices = true,
     .cannot = needs_planes,
     .not_by_auto = not_by_auto,
     .make = make});

}  // namespace
}  // namespace polyplane::collectives
