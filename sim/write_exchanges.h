// Results of exchanges as messages.
#pragma once

#include "configs/schema/report.pb.h"
#include "sim/report.h"

namespace polyplane::sim {

void fill_exchanges(const Report& report, v1::Report& message);

}  // namespace polyplane::sim
