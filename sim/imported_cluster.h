// A fabric that topology/import read, as a cluster: to run at once, and as the text of a cluster file.
#pragma once

#include <string>

#include "sim/experiment.h"
#include "topology/import/fabric.h"

namespace polyplane::sim {

/// The same cluster as load_cluster() makes of the text below.
[[nodiscard]] ClusterChoice cluster_of(const topology::ImportedFabric& fabric);

/// A cluster file (configs/schema/cluster.proto): protobuf text with `comment` on top, or the JSON mapping, which has no
/// comments. Throws LimitError when the file would be larger than polyplane reads.
[[nodiscard]] std::string cluster_text(const topology::ImportedFabric& fabric, const std::string& comment);
[[nodiscard]] std::string cluster_json(const topology::ImportedFabric& fabric);

}  // namespace polyplane::sim
