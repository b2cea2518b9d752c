// Explicit flows and capacity events out of their messages.
#pragma once

#include "configs/schema/document.h"
#include "configs/schema/experiment.pb.h"
#include "sim/experiment.h"

namespace polyplane::sim {

/// Adds them to `experiment`, whose cluster is loaded. Names of devices and links are checked where the cluster is a
/// graph; those of a recipe are known once it is built. Throws InputError through source.fail(): a name that exists
/// twice or does not exist, one end without the other, a route that is no way from src to dst, or passes a link twice.
/// A flow without ends has any set of links as its route.
/// Capacity events need something that they could act on: a collective, a flow or an exchange.
void load_flows(const configs::Source& source, const v1::Experiment& from, Experiment& experiment);

}  // namespace polyplane::sim
