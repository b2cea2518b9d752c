// In which order a rank of a pipeline works on micro-batches. The model is cut into virtual stages; a rank holds some
// of them, its chunks. A pass takes one micro-batch through one chunk, forward or backward; the backward pass may be
// split into the gradients of inputs, for which the rank before waits, and those of weights, for which nobody does.
//
//   one_f_one_b   PipeDream-Flush (arXiv:2006.09503): one chunk a rank
//   interleaved   Megatron-LM (arXiv:2104.04473, section 2.2): v chunks a rank, chunk c of rank r is stage c p + r
//   zero_bubble   ZB-H1 (arXiv:2401.10241): one chunk, weight gradients fill the end
//   dualpipe      DeepSeek-V3 (arXiv:2412.19437, section 3.2.1), in the order of the code its authors published: two
//                 chunks a rank, stages r and p - 1 - r; half of the micro-batches enters at either end
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

namespace polyplane::collectives {

enum class PipelineKind : std::uint8_t { one_f_one_b, interleaved, zero_bubble, dualpipe };
[[nodiscard]] std::string_view to_string(PipelineKind kind);
/// "1f1b", "interleaved", "zero_bubble", "dualpipe". Throws InputError with did-you-mean.
[[nodiscard]] PipelineKind parse_pipeline(std::string_view name);

struct PipelineShape {
  PipelineKind kind = PipelineKind::one_f_one_b;
  std::uint32_t ranks = 1;
  std::uint32_t chunks = 1;  // of a rank: interleaved's v; dualpipe 2, else 1
  std::uint32_t micro_batches = 1;

  /// Virtual stages of the model: both directions of dualpipe run through the same ones.
  [[nodiscard]] std::uint32_t stages() const { return kind == PipelineKind::dualpipe ? ranks : ranks * chunks; }
  [[nodiscard]] std::uint32_t stage(std::uint32_t rank, std::uint32_t chunk) const;
  /// Who has a stage, for micro-batches that run in `direction` (dualpipe: 0 or 1; else 0).
  [[nodiscard]] std::uint32_t rank_of(std::uint32_t stage, std::uint32_t direction) const;
  [[nodiscard]] std::uint32_t direction(std::uint32_t micro_batch) const;
  /// The chunk of rank_of(stage) that is the stage.
  [[nodiscard]] std::uint32_t chunk_of(std::uint32_t stage, std::uint32_t direction) const;

  /// Throws InputError: micro-batches that the schedule cannot take, chunks that it does not have.
  void check() const;
};

/// One pass, or two that a rank overlaps.
struct Pass {
  enum class Kind : std::uint8_t {
    forward,
    backward,        // both gradients
    input_gradient,  // weight_gradient comes later
    weight_gradient,
    forward_backward  // `chunk`, `micro_batch` forward, the others backward, both gradients
  };
  Kind kind = Kind::forward;
  std::uint32_t chunk = 0, micro_batch = 0;
  std::uint32_t backward_chunk = 0, backward_micro_batch = 0;
  friend bool operator==(const Pass&, const Pass&) = default;
};

/// All passes of a rank in one step. REQUIRES: shape.check() passes.
[[nodiscard]] std::vector<Pass> pipeline_passes(const PipelineShape& shape, std::uint32_t rank);

}  // namespace polyplane::collectives
