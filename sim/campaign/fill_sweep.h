// Sweeps as messages of configs/schema/sweep_report.proto, for the sources that write them.
#pragma once

#include "configs/schema/sweep_report.pb.h"
#include "sim/campaign/sweep_store.h"

namespace polyplane::sim {

/// All but the points.
void fill(const SweepDescription& from, v1::SweepReport& to);

}  // namespace polyplane::sim
