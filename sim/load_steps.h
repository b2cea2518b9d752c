// Training and inference jobs out of their messages, with the figures of the cluster's card looked up.
#pragma once

#include "configs/schema/document.h"
#include "configs/schema/experiment.pb.h"
#include "sim/catalog.h"
#include "sim/experiment.h"
#include "sim/parts.h"

namespace polyplane::sim {

/// Appends to `experiment`, whose cluster and model of the network are settled. Throws InputError through
/// document.fail(): unknown names, contradictions, layouts that do not fit the model or the cluster, cards that state
/// no peak or no memory bandwidth.
void load_steps(const configs::Document& document, const v1::Experiment& from, const Catalog& catalog,
                const Parts& parts, Experiment& experiment);

}  // namespace polyplane::sim
