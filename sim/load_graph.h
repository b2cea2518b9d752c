// A plain graph out of its message.
#pragma once

#include <string>

#include "configs/schema/cluster.pb.h"
#include "configs/schema/document.h"
#include "sim/experiment.h"

namespace polyplane::sim {

/// Accelerators without a node get one each, numbered after the largest stated one; without a rail, their position
/// among the accelerators of their node. Throws InputError through source.fail(): a name that exists twice (also NAME~,
/// the reverse of a two-way link), a '.' in the name of a device (selectors write A.B for a link), an end that is no
/// device, a link from a device to itself, no device at all. `graph` is the root of `source` or part of it.
[[nodiscard]] GraphSpec load_graph(const configs::Source& source, const v1::Graph& graph, const std::string& name);

}  // namespace polyplane::sim
