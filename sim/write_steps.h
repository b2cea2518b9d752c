// Results of training and inference steps as messages of configs/schema/report.proto.
#pragma once

#include <string>

#include "configs/schema/report.pb.h"
#include "sim/step_result.h"

namespace polyplane::sim {

void write_step(const StepResult& from, const std::string& cluster, v1::StepResult& to);

}  // namespace polyplane::sim
