#include "sim/load_placement.h"

#include "base/error.h"

namespace polyplane::sim {

RankPlacement load_placement(const configs::Source& source, const v1::Placement& placement,
                             const ClusterChoice& cluster, std::uint64_t seed) {
  PlacementSpec spec;
  spec.policy = placement.policy();
  if (placement.has_ranks()) spec.ranks = placement.ranks();
  if (placement.has_ranks_per_node()) spec.ranks_per_node = placement.ranks_per_node();
  spec.hosts = placement.hosts();
  if (placement.has_seed() && spec.policy != "random") {
    source.fail(placement, "seed", "is of policy random, not of " + spec.policy);
  }
  spec.seed = placement.has_seed() ? placement.seed() : seed;
  try {
    return place_ranks(cluster, spec);
  } catch (const InputError& error) { source.fail(placement, "policy", error.what()); }
}

}  // namespace polyplane::sim
