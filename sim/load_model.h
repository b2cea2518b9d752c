// A model out of its message.
#pragma once

#include "configs/schema/document.h"
#include "configs/schema/model.pb.h"
#include "sim/training_job.h"

namespace polyplane::sim {

/// Throws InputError through source.fail(): an unknown precision, shapes that contradict each other.
[[nodiscard]] ModelChoice load_model(const configs::Source& source, const v1::Model& model);

}  // namespace polyplane::sim
