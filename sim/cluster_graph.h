// A ClusterChoice, whatever it is made of (a recipe, a plain graph, members joined), counted and built.
#pragma once

#include "sim/experiment.h"
#include "topology/cluster_spec.h"
#include "topology/topology.h"

namespace polyplane::sim {

[[nodiscard]] const std::string& name_of(const ClusterChoice& cluster);

/// Counts before building; of joined clusters without what joins them. Throws as topology::cluster_size() does, and
/// LimitError when members together are over its limits.
[[nodiscard]] topology::ClusterSize size_of(const ClusterChoice& cluster);

/// Members that are alike are built once and copied. Throws as build_cluster(), build_graph() and join_clusters() do.
[[nodiscard]] topology::Topology build(const ClusterChoice& cluster);

}  // namespace polyplane::sim
