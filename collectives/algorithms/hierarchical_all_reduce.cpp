// All-reduce over scale-up domains and rails (collectives/hierarchical_all_reduce.h), the rail by halving-doubling
// ("hierarchical") or ring ("hierarchical_ring"). "hierarchical_sites" is for clusters that a thin link joins: its rail
// reduce-scatters inside the site, all-reduces between sites, and gathers inside the site (collectives/site_exchange.h), in
// three stages with a lane each, so that one slice crosses while others are summed or gathered.
// Own choice: slices of a rank's 1/L that are at least 512 KiB, at most 8; over sites at most 4, since each slice pays the
// distance again.
#include <memory>

#include "collectives/algorithm.h"
#include "collectives/hierarchical_all_reduce.h"
#include "collectives/site_exchange.h"

namespace polyplane::collectives {
namespace {

template <class Among>
std::unique_ptr<Schedule> make(const AlgorithmRequest& request) {
  const DomainGrid grid(request.layout);
  return make_hierarchical(request, grid, PlainRail(Among(grid.domains(), Pattern::all_reduce)), 8);
}

std::unique_ptr<Schedule> make_over_sites(const AlgorithmRequest& request) {
  return make_hierarchical(request, DomainGrid(request.layout), SiteExchange(request.layout), 4);
}

const bool kRegistered =
    register_algorithm({.collective = CollectiveKind::all_reduce,
                        .name = "hierarchical",
                        .sentence = "Many nodes with fast links inside: only 1/L of the array leaves each rank, along "
                                    "its rail, in 2 log2(nodes) steps.",
                        .cost_family = "tree",
                        .honours_slices = true,
                        .cannot = needs_equal_domains,
                        .make = make<HalvingDoublingExchange>}) &&
    register_algorithm({.collective = CollectiveKind::all_reduce,
                        .name = "hierarchical_ring",
                        .sentence = "As hierarchical, with a ring along each rail: the largest arrays on few nodes.",
                        .cost_family = "ring",
                        .honours_slices = true,
                        .cannot = needs_equal_domains,
                        .make = make<RingExchange>}) &&
    register_algorithm({.collective = CollectiveKind::all_reduce,
                        .name = "hierarchical_sites",
                        .sentence = "Several clusters joined by a thin link: sums are formed inside each, only their "
                                    "parts cross, each once a direction.",
                        .cost_family = "tree",
                        .honours_slices = true,
                        .cannot = needs_equal_sites,
                        .make = make_over_sites});

}  // namespace
}  // namespace polyplane::collectives
