// A result of tune as the configuration file of NCCL's example tuner plug-in (NVIDIA/nccl, plugins/tuner/example):
//   collective_type,min_bytes,max_bytes,algorithm,protocol,channels,nNodes,nRanks,numPipeOps,regBuff
// one line a range of sizes, # begins a comment, no line is longer than 255 characters. -1: any, or NCCL's own choice.
#pragma once

#include <string>

#include "sim/campaign/tune.h"

namespace polyplane::sim {

/// The best of each size, those in Tuned::between included, holds from that size up to the next one that was simulated;
/// neighbours that are alike are one line. What is smaller or larger than all of them, and rows without a best, are left to
/// NCCL.
[[nodiscard]] std::string to_tuner_csv(const Tuned& tuned, const std::string& version);

}  // namespace polyplane::sim
