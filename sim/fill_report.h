// Results as messages of configs/schema/report.proto, for the sources that write reports.
#pragma once

#include "configs/schema/report.pb.h"
#include "sim/report.h"

namespace polyplane::sim {

/// `explained`: the attribution too.
void fill(const CollectiveResult& from, bool explained, v1::CollectiveResult& to);
void fill(const Attribution& from, v1::Attribution& to);

}  // namespace polyplane::sim
