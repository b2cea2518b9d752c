// All-reduce over any number of levels (collectives/rank_levels.h): the cards of a node or scale-up domain write to each other
// (collectives/hierarchical_all_reduce.h), then come, along the rails, the nodes of a domain, the domains of a leaf, the leaves
// of a pod, pods and sites, as far as the cluster has them (collectives/level_exchange.h): each level inside reduce-scatters,
// the outermost one all-reduces, and back in all gather. With S bytes on a rail, S (n - 1) / n leave a leaf of n domains, and
// of what comes out of a group 1 / (its members) goes up: what a fabric that thins out towards the top needs. Each level has a
// lane of its own, in which slice follows slice. Groups that differ in size share unequally
// (collectives/uneven_level_exchange.h).
// Own choice: slices of a rank's part of at least 512 KiB, at most 4.
#include <bit>
#include <cstddef>
#include <memory>
#include <string>

#include "collectives/algorithm.h"
#include "collectives/hierarchical_all_reduce.h"
#include "collectives/level_exchange.h"
#include "collectives/rank_levels.h"
#include "collectives/uneven_level_exchange.h"

namespace polyplane::collectives {
namespace {

std::string needs_levels(const AlgorithmRequest& request) {
  const RankLevels levels = levels_of(request.layout);
  if (!levels.why_not.empty()) return levels.why_not;
  if (levels.extents.size() > 1) return "";
  return "needs levels between the cards that are next to each other and the whole: nodes of a domain, domains of a "
         "leaf, "
         "leaves of a pod, or clusters joined; hierarchical does without";
}

/// Over sites alone it has the pattern of "hierarchical_sites", where a site has a power of two of domains. With one slice, powers
/// of two, and domains that are numbered level by level, halving and doubling at each level meets whom
/// "hierarchical" meets, which walks through all domains at once.
std::string same_as_another(const AlgorithmRequest& request) {
  const RankLevels levels = levels_of(request.layout);
  if (!levels.even) return "";
  const std::uint32_t domains = levels.innermost->num_domains();
  const bool sites_alone = levels.extents.size() == 2 && levels.extents.back() == request.layout.num_sites() &&
                           domains == request.layout.num_domains() && std::has_single_bit(levels.extents.front());
  if (sites_alone) return "it is what hierarchical_sites does here";
  const Bytes part(request.collective.size().count() / levels.innermost->uniform_domain_size());
  const bool one_slice = request.slices == 0 ? part < Bytes(2 * kLeastSlice.count()) : request.slices == 1;
  if (!one_slice || domains != request.layout.num_domains()) return "";
  for (std::uint32_t domain = 0; domain < domains; ++domain) {
    std::uint32_t number = 0;
    for (std::size_t level = levels.extents.size(); level-- > 0;) {
      if (!std::has_single_bit(levels.extents[level])) return "";
      number = number * levels.extents[level] + levels.digit[level][domain];
    }
    if (number != domain) return "";
  }
  return "in one slice it is what hierarchical does here";
}

std::unique_ptr<Schedule> make(const AlgorithmRequest& request) {
  const RankLevels levels = levels_of(request.layout);
  const DomainGrid grid(*levels.innermost);
  if (levels.even) return make_hierarchical(request, grid, LevelExchange(levels), 4);
  return make_hierarchical(request, grid, UnevenLevelExchange(levels), 4);
}

const bool kRegistered =
    register_algorithm({.collective = CollectiveKind::all_reduce,
                        .name = "hierarchical_levels",
                        .sentence = "Fabrics that thin out towards the top: sums are formed level by level (domain, "
                                    "leaf, pod, site), less going up at each.",
                        .cost_family = "tree",
                        .honours_slices = true,
                        .cannot = needs_levels,
                        .not_by_auto = same_as_another,
                        .make = make});

}  // namespace
}  // namespace polyplane::collectives
