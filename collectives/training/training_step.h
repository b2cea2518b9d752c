// One training step as a Program: every micro-batch through the pipeline, forward and backward, the sums of gradients,
// the optimiser, and what sharded parameters cost.
//
// An actor is a pipeline rank with all its cards, which do the same at the same moments; unfold() makes single cards of
// them. ZeRO (arXiv:1910.02054), with n cards that hold the same parameters:
//   0   gradients are all-reduced after the last micro-batch
//   1   they are reduce-scattered, each card updates 1/n, parameters are gathered: before the first micro-batch that
//       needs them, as the step before left them sharded
//   2   as 1, but gradients are reduce-scattered after every micro-batch
//   3   as 2, but parameters are gathered before every use, forward and backward, and not kept
// Left out: the norm over all gradients for clipping (a few bytes), data loading, checkpoints, dropped and unequal
// tokens of experts, loss scaling, failures.
#pragma once

#include <cstdint>
#include <vector>

#include "collectives/program.h"
#include "collectives/training/compute_spec.h"
#include "collectives/training/parallel_layout.h"

namespace polyplane::collectives {

/// Most operations of a program made here.
inline constexpr std::uint64_t kMaxStepOperations = 20'000'000;

/// `cards`: accelerators of the cluster, in the order of the layout. Throws InputError (layout.check(), model.check())
/// and LimitError past kMaxStepOperations.
[[nodiscard]] Program training_step(const ModelSpec& model, const ParallelLayout& layout, const ComputeSpec& compute,
                                    std::vector<std::uint32_t> cards);

/// The same with an actor for every card, and a call for every group.
[[nodiscard]] Program unfold(const Program& program);

}  // namespace polyplane::collectives
