// The scale-up half of a node out of its message: kind, options, domain, rates, with what the accelerator states.
#pragma once

#include <string>

#include "configs/schema/cluster.pb.h"
#include "configs/schema/document.h"
#include "sim/part_lookup.h"
#include "topology/cluster_spec.h"

namespace polyplane::sim {

/// Name in topology::scale_ups() of what a part states; "" where that leaves it open: not stated, or several levels.
[[nodiscard]] std::string scale_up_kind_of(v1::ScaleUpKind stated);

/// `card` may be empty: no part is named. A kind is taken from the card when the file states none; a lower rate in the
/// file lowers the card's link and peer rates in proportion. Throws InputError through source.fail(): what neither states,
/// contradictions, a domain larger than the card's, options and shapes that the kind refuses.
[[nodiscard]] topology::ScaleUpSpec load_scale_up(const configs::Source& source, const v1::Cluster& cluster,
                                                  const v1::Accelerator& card, PartLookup& parts);

}  // namespace polyplane::sim
