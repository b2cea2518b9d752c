// What an experiment tells NCCL's model of a job, out of its message.
#pragma once

#include "configs/schema/document.h"
#include "configs/schema/experiment.pb.h"
#include "sim/nccl/setting.h"

namespace polyplane::sim {

/// `from` is part of `document`; files are relative to it. Throws InputError: an unknown vendor, a graph file that is
/// wrong.
[[nodiscard]] nccl::Setting load_nccl_setting(const configs::Document& document, const v1::NcclSetting& from);

}  // namespace polyplane::sim
