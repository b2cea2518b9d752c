// What a rank does to take one micro-batch through one of its chunks: computations and collectives, and what waits for
// what. The pieces of a pass are emitted in order, alone or shuffled with those of another pass that it overlaps.
//
// A tensor-parallel part gathers its input and scatters the sum of its output under sequence parallelism
// (arXiv:2205.05198, figure 5), else sums its output (arXiv:1909.08053); backward the other way round. The input of a
// part is gathered once more for the gradients of its weights, beside the gradient of the input. Weight gradients hold
// up nothing but the end of the step. Experts: tokens are dispatched, worked on, combined; backward the gradients make
// the same two ways, in the precisions of `dispatch` and of `combine` (DeepSeek-V3, arXiv:2412.19437, section 3.3.2).
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "collectives/training/model_stages.h"
#include "collectives/training/step_calls.h"

namespace polyplane::collectives {

enum class StepStream : std::uint8_t {
  compute,
  tensor,
  context,
  expert,
  gather,     // parameters
  reduce,     // gradients
  send_up,    // to the stage after
  send_down,  // to the stage before
  receive
};

enum class StepLabel : std::uint8_t {
  other,
  forward,
  backward,
  recompute,
  optimiser,
  tensor,
  context,
  dispatch,
  combine,
  pipeline,
  gradients,
  parameters,
  embedding
};
/// "tp", "ep dispatch", ... in the order of StepLabel.
[[nodiscard]] const std::vector<std::string>& step_labels();
[[nodiscard]] std::vector<Stream> step_streams();

struct Piece {
  StepStream stream = StepStream::compute;
  StepLabel label = StepLabel::forward;
  Duration duration;       // compute
  std::uint32_t call = 0;  // else
  std::string name;
  std::vector<std::size_t> after;  // pieces of the same pass; empty: what the pass itself waits for
  std::uint32_t segment = 0;       // passes that overlap take turns by segment
  std::int32_t opens = -1;         // the first piece of this block of the stage
  std::int32_t closes = -1;        // its last weight gradient
};

/// The pieces of a pass in order, and the one whose end is the end of the pass.
struct PassPieces {
  std::vector<Piece> pieces;
  std::size_t tail = 0;
};

class ChunkPieces {
 public:
  /// Keeps references to all of them.
  ChunkPieces(const ModelSpec& model, const ParallelLayout& layout, const LayerWork& work, StepCalls& calls)
      : model_(model), layout_(layout), work_(work), calls_(calls) {}

  [[nodiscard]] PassPieces forward(std::uint32_t pipeline_rank, const ModelStage& stage);
  /// `weights` false: without the gradients of weights.
  [[nodiscard]] PassPieces backward(std::uint32_t pipeline_rank, const ModelStage& stage, bool weights);
  /// The gradients of weights that backward() left out: one piece.
  [[nodiscard]] PassPieces weight_gradients(const ModelStage& stage) const;

 private:
  class Writer;
  void forward_part(Writer& writer, Part part, Direction direction, const std::string& where);
  void backward_part(Writer& writer, Part part, bool weights, const std::string& where);
  void attention_core(Writer& writer, Direction direction, Duration time, const std::string& where);
  [[nodiscard]] Bytes activation() const;       // of a micro-batch on one card, whole
  [[nodiscard]] Bytes keys_and_values() const;  // of all context-parallel cards

  const ModelSpec& model_;
  const ParallelLayout& layout_;
  const LayerWork& work_;
  StepCalls& calls_;
};

}  // namespace polyplane::collectives
