// Sweeps as messages of configs/schema/sweep_report.proto, for the sources that write them.
#pragma once

#include "configs/schema/sweep_report.pb.h"
#include "sim/campaign/sweep_store.h"
#include "sim/campaign/sweep_table.h"

namespace polyplane::sim {

/// All but the points.
void fill(const SweepDescription& from, v1::SweepReport& to);
/// The whole report.
void fill(const SweepTable& from, v1::SweepReport& to);

}  // namespace polyplane::sim
