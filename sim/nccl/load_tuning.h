// NCCL's table out of its message.
#pragma once

#include "configs/schema/document.h"
#include "configs/schema/nccl_tuning.pb.h"
#include "sim/nccl/constants.h"

namespace polyplane::sim::nccl {

/// Throws InputError through source.fail(): an algorithm, protocol or card missing, unknown or twice, generations that
/// do not rise from 0, speeds that do not fall, corrections fewer than the factors count.
[[nodiscard]] Constants load_tuning(const configs::Source& source, const v1::NcclTuning& tuning);

}  // namespace polyplane::sim::nccl
