// An experiment with all that it names written out, so that what it is does not hang on where a name points to.
#pragma once

#include <string>

#include "configs/schema/experiment.pb.h"
#include "sim/catalog.h"

namespace polyplane::sim {

/// The named cluster (catalogue name, file or one-liner) or stack becomes a part of the experiment; nothing to do where it is
/// one already. `path`: file of the experiment, which files in it count from. Throws InputError as Catalog does.
void inline_cluster(const std::string& path, const Catalog& catalog, v1::Experiment& experiment);
void inline_stack(const std::string& path, const Catalog& catalog, v1::Experiment& experiment);

/// Cluster, its members, and stack written out; values that load_experiments() takes where a field is absent stated; sizes
/// listed, lists of ranks in one form. Parts, models and files of data stay names. REQUIRES: load_experiments() took it; one
/// cluster.
[[nodiscard]] v1::Experiment expanded(const std::string& path, const Catalog& catalog, v1::Experiment experiment);

}  // namespace polyplane::sim
