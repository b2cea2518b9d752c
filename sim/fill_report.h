// Results as messages of configs/schema/report.proto, for the sources that write reports.
#pragma once

#include <vector>

#include "configs/schema/report.pb.h"
#include "sim/report.h"

namespace polyplane::sim {

/// `explained`: the attribution too.
void fill(const CollectiveResult& from, bool explained, v1::CollectiveResult& to);
void fill(const Attribution& from, v1::Attribution& to);
/// `time`: of the result that was asked about.
void fill(const std::vector<Sensitivity>& from, Duration time, google::protobuf::RepeatedPtrField<v1::Sensitivity>& to);

}  // namespace polyplane::sim
