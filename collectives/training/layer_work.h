// What one card computes for one micro-batch in each part of a model, by direction. Matrix products are counted
// exactly; memory traffic of everything else by the widths of its tensors, each read and written once, which is what
// fused kernels do. Experts are taken as equally loaded.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "collectives/training/compute_spec.h"
#include "collectives/training/parallel_layout.h"

namespace polyplane::collectives {

/// prediction_join: where an MTP layer takes in the next token.
enum class Part : std::uint8_t { embedding, attention, feed_forward, experts, prediction_join, head };
enum class Direction : std::uint8_t { forward, input_gradient, weight_gradient, recompute };

[[nodiscard]] std::string_view to_string(Part part);
[[nodiscard]] std::string_view to_string(Direction direction);
/// "attention forward": as tables of measured times name it.
[[nodiscard]] std::string operation_name(Part part, Direction direction);

class LayerWork {
 public:
  /// Keeps references to all three.
  LayerWork(const ModelSpec& model, const ParallelLayout& layout, const ComputeSpec& compute)
      : model_(model), layout_(layout), compute_(compute) {}

  [[nodiscard]] Work work(Part part, Direction direction) const;
  [[nodiscard]] Duration time(Part part, Direction direction) const {
    return compute_.time(operation_name(part, direction), work(part, direction));
  }

 private:
  [[nodiscard]] Work attention(Direction direction) const;
  [[nodiscard]] Work feed_forward(Direction direction, bool experts) const;
  [[nodiscard]] Work head(Direction direction) const;
  /// Products with `parameters` numbers of matrices on this card, for `tokens`.
  [[nodiscard]] static Flops product(std::int64_t tokens, std::int64_t parameters) {
    return Flops(2 * tokens * parameters);
  }
  /// Norm before a part, residual and dropout after it.
  [[nodiscard]] std::int64_t frame_bytes(Direction direction) const;
  /// To fp8 and its layouts: `width` numbers of every token.
  [[nodiscard]] std::int64_t cast_bytes(Direction direction, std::int64_t width) const;
  [[nodiscard]] std::int64_t tokens() const { return layout_.tokens(model_); }

  const ModelSpec& model_;
  const ParallelLayout& layout_;
  const ComputeSpec& compute_;
};

}  // namespace polyplane::collectives
