// A cluster cut down to about a hundred cards, of the same structure: same nodes and parts, same kind of scale-up domain,
// same generator, tiers, planes and routing.
#pragma once

#include "topology/cluster_spec.h"

namespace polyplane::sim {

/// Fewer nodes: two domains, or as many as make 64 cards. A domain that is too large itself, and a fabric whose options
/// give its full size, are cut by the table in cluster_twin.cpp. A tree of three tiers gets small
/// switches, filled one after another, so that it still has several pods.
[[nodiscard]] topology::ClusterSpec cut_down(topology::ClusterSpec full);

}  // namespace polyplane::sim
