// What a training step needs in the memory of one card, by the accounting of ZeRO (arXiv:1910.02054) and of "Reducing
// Activation Recomputation" (arXiv:2205.05198): weights, gradients, optimiser, and the inputs of operations that are
// kept from a forward pass to its backward pass. How many passes are open at once is counted on the schedule itself.
// Left out: buffers of communication libraries, workspaces of kernels, fragmentation, CUDA contexts: a few gigabytes.
#pragma once

#include <cstdint>
#include <vector>

#include "base/units.h"
#include "collectives/training/compute_spec.h"
#include "collectives/training/model_stages.h"

namespace polyplane::collectives {

struct StepMemory {
  Bytes weights, gradients, optimiser, activations;
  [[nodiscard]] Bytes total() const { return weights + gradients + optimiser + activations; }
};

/// Of one card of each rank of the pipeline. REQUIRES: layout.check() passes.
[[nodiscard]] std::vector<StepMemory> step_memory(const ModelSpec& model, const ParallelLayout& layout,
                                                  const ComputeSpec& compute);

/// What one micro-batch leaves in a block of a stage until its backward pass, on one card.
[[nodiscard]] Bytes kept_bytes(const ModelSpec& model, const ParallelLayout& layout, const ComputeSpec& compute,
                               const ModelBlock& block);

}  // namespace polyplane::collectives
