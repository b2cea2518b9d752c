// An experiment out of its message: protobuf ends here.
#pragma once

#include <vector>

#include "configs/schema/document.h"
#include "configs/schema/experiment.pb.h"
#include "sim/catalog.h"
#include "sim/parts.h"

namespace polyplane::sim {

/// Names are looked up in `catalog`; files are relative to the experiment's own. Throws InputError with the place:
/// unknown names (of models, routings, collectives, algorithms, protocols, datatypes, devices and links of a graph), names that exist twice,
/// contradictions, more ranks than cards; LimitError for a cluster of more devices than can be built.
/// Fault selectors, and the names of devices and links of a recipe, are left to sim::run, which knows the built graph.
/// One experiment for each cluster of the file, in its order; they differ in nothing else.
[[nodiscard]] std::vector<Experiment> load_experiments(const configs::Document& document,
                                                       const v1::Experiment& experiment, const Catalog& catalog,
                                                       const Parts& parts);

}  // namespace polyplane::sim
