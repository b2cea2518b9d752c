#include "sim/switch_arithmetic.h"

#include <string>
#include <utility>

#include "collectives/kind_traits.h"
#include "sim/datatype.h"
#include "sim/nccl/reductions.h"

namespace polyplane::sim {

SwitchArithmetic arithmetic_of(const ClusterChoice& cluster) {
  SwitchArithmetic all = cluster.arithmetic;
  for (const ClusterMember& member : cluster.members) {
    const SwitchArithmetic of_member = arithmetic_of(*member.cluster);
    all.domains &= of_member.domains;
    all.fabric &= of_member.fabric;
  }
  return all;
}

collectives::RankLayout with_able_switches(collectives::RankLayout layout, const SwitchArithmetic& arithmetic,
                                           collectives::CollectiveKind kind, std::string_view datatype,
                                           std::string_view reduction) {
  const std::uint32_t pair = reduction_pair(datatype, reduction);
  if (!collectives::reduces(kind)) return layout;
  collectives::Reducers able = layout.reducers();
  const std::string what = std::string(reduction) + " of " + std::string(datatype);
  if (!able.domain_switches.empty() && !arithmetic.domains.contains(pair)) {
    able.domain_switches.clear();
    able.missing_switches =
        "switches in the scale-up domains that can do " + what + " (in_network_arithmetic of the accelerator)";
  }
  if (!able.trees.empty() && !arithmetic.fabric.contains(pair)) {
    able.trees.clear();
    able.missing_trees = "a fabric whose switches can do " + what + " (in_network_arithmetic of the switch)";
  }
  layout.set_reducers(std::move(able));
  return layout;
}

}  // namespace polyplane::sim
