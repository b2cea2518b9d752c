#include "collectives/training/layer_work.h"

#include <array>

#include "base/check.h"

namespace polyplane::collectives {
namespace {

constexpr std::array kParts{"embedding", "attention", "feed_forward", "experts", "prediction_join", "head"};
constexpr std::array kDirections{"forward", "input_gradient", "weight_gradient", "recompute"};

}  // namespace

std::string_view to_string(Part part) { return kParts[static_cast<std::size_t>(part)]; }

std::string_view to_string(Direction direction) { return kDirections[static_cast<std::size_t>(direction)]; }

std::string operation_name(Part part, Direction direction) {
  return std::string(to_string(part)) + " " + std::string(to_string(direction));
}

std::int64_t LayerWork::frame_bytes(Direction direction) const {
  const std::int64_t a = bytes_of(model_.precisions.activations);
  const std::int64_t mask = model_.dropout ? 1 : 0;
  const std::int64_t split = layout_.sequence_parallel ? layout_.tensor : 1;
  std::int64_t per_number = 0;
  if (direction == Direction::forward || direction == Direction::recompute) {
    per_number = 2 * a + 3 * a + mask;  // norm; residual, in and out
  } else if (direction == Direction::input_gradient) {
    per_number = 3 * a + 3 * a + mask * (2 * a + 1);  // norm; sum of both branches; dropout
  }
  return per_number * model_.hidden * tokens() / split;
}

std::int64_t LayerWork::cast_bytes(Direction direction, std::int64_t width) const {
  if (model_.precisions.products != Precision::fp8) return 0;
  const std::int64_t a = bytes_of(model_.precisions.activations);
  // A weight gradient needs what was kept in tiles along the other axis.
  return (direction == Direction::weight_gradient ? 2 : a + 1) * width * tokens();
}

Work LayerWork::attention(Direction direction) const {
  const AttentionSpec& spec = model_.attention;
  const std::int64_t a = bytes_of(model_.precisions.activations), t = tokens(), tp = layout_.tensor;
  const std::int64_t context = model_.sequence_length;
  const std::int64_t ranks = spec.latent() ? spec.query_rank + spec.kv_rank : 0;
  const std::int64_t key_width = spec.kv_heads * spec.head_dim;
  Work work;
  // The core: two products forward, four more backward; FlashAttention works its scores out again for those.
  const std::int64_t core = attention_core(spec, t, context).count() / tp / (compute_.stored_scores ? 1 : 2);
  const std::int64_t scores = compute_.stored_scores ? t * context * (spec.heads / tp) : 0;
  const bool selective = layout_.recompute == Recompute::selective;
  if (direction == Direction::recompute && selective) {
    // Of latent attention the up-projections, of stored scores the core; FlashAttention keeps no scores as it is.
    if (spec.latent()) {
      const std::int64_t up =
          spec.query_rank * spec.query_width() + spec.kv_rank * spec.heads * (spec.head_dim + spec.value_dim);
      work.products = product(t, up / tp);
      work.traffic = Bytes(2 * a * model_.hidden * t);  // the norm
    }
    if (compute_.stored_scores) {
      work.attention = Flops(core);
      work.traffic += Bytes(scores * (model_.dropout ? 9 : 4));
    }
    return work;
  }
  if (direction == Direction::recompute && layout_.recompute == Recompute::none) return work;
  work.products = product(t, model_.attention_parameters() / tp);
  std::int64_t traffic =
      frame_bytes(direction) + cast_bytes(direction, model_.hidden + spec.value_width() / tp + ranks);
  if (direction == Direction::forward || direction == Direction::recompute) {
    work.attention = Flops(core);
    traffic += scores * (model_.dropout ? 9 : 4);
  } else if (direction == Direction::input_gradient) {
    work.attention = Flops(compute_.stored_scores ? 2 * core : 5 * core / 2);
    traffic += scores * (model_.dropout ? 11 : 6);
  }
  if (!model_.learned_positions && direction != Direction::weight_gradient) {
    traffic += 2 * a * t * (spec.query_width() + key_width) / tp;  // rotary positions
  }
  work.traffic = Bytes(traffic);
  return work;
}

Work LayerWork::feed_forward(Direction direction, bool experts) const {
  const std::int64_t a = bytes_of(model_.precisions.activations), t = tokens(), tp = layout_.tensor;
  const bool again = direction == Direction::recompute;
  Work work;
  // How often a token meets matrices of inner size `width`.
  const std::int64_t met = experts ? model_.experts->top_k + model_.experts->shared : 1;
  const std::int64_t width = experts ? model_.experts->width : model_.ffn;
  if (again && layout_.recompute != Recompute::full) {
    // The norm, and the activation function from its inputs.
    if (layout_.recompute == Recompute::selective && model_.attention.latent()) {
      work.traffic = Bytes(a * t * (2 * model_.hidden + (model_.gated ? 3 : 2) * met * width / tp));
    }
    return work;
  }
  const std::int64_t parameters = experts ? met * model_.expert_parameters() : model_.dense_parameters();
  work.products = product(t, parameters / tp);
  std::int64_t traffic =
      frame_bytes(direction) +
      cast_bytes(direction, (experts ? model_.experts->shared + 1 : 1) * model_.hidden + met * width / tp);
  const bool forward = direction == Direction::forward || again;
  if (forward) {
    traffic += (model_.gated ? 3 : 2) * a * t * met * width / tp;
  } else if (direction == Direction::input_gradient) {
    traffic += (model_.gated ? 5 : 3) * a * t * met * width / tp;
  }
  if (experts) {
    const std::int64_t routed = t * model_.experts->top_k / (layout_.sequence_parallel ? 1 : tp);
    work.products += product(t, model_.router_parameters() / (layout_.sequence_parallel ? tp : 1));
    if (direction != Direction::weight_gradient) {
      // Into the order of experts, and the weighted sum of what they give.
      traffic += routed * model_.hidden * (2 * bytes_of(model_.precisions.dispatch) + a) + t * model_.hidden * a;
    }
    if (direction == Direction::weight_gradient) {
      // Few tokens an expert: sums of gradients are read and written for every micro-batch.
      const std::int64_t held =
          (model_.experts->count / layout_.expert + model_.experts->shared) * model_.expert_parameters() / tp;
      work.operands = Bytes(2 * bytes_of(model_.precisions.gradients) * held);
    } else {
      const std::int64_t held =
          (model_.experts->count / layout_.expert + model_.experts->shared) * model_.expert_parameters() / tp;
      work.operands = Bytes(bytes_of(model_.precisions.products) * held);
    }
  }
  work.traffic = Bytes(traffic);
  return work;
}

Work LayerWork::head(Direction direction) const {
  const std::int64_t logits = tokens() * (model_.vocabulary / layout_.tensor);
  Work work;
  if (direction == Direction::recompute) return work;
  work.head_products = product(tokens(), model_.hidden * (model_.vocabulary / layout_.tensor));
  // Softmax and loss in fp32: converted (2 + 4 bytes), exponentials (4 + 4); backward read and rounded (4 + 2).
  if (direction == Direction::forward) work.traffic = Bytes(14 * logits + frame_bytes(direction));
  if (direction == Direction::input_gradient) work.traffic = Bytes(6 * logits + frame_bytes(direction));
  return work;
}

Work LayerWork::work(Part part, Direction direction) const {
  const std::int64_t row = bytes_of(model_.precisions.activations) * model_.hidden * tokens();
  switch (part) {
    case Part::embedding: {
      Work work;
      if (direction == Direction::forward) work.traffic = Bytes(2 * row);
      if (direction == Direction::weight_gradient) work.traffic = Bytes(3 * row);
      return work;
    }
    case Part::attention:
      return attention(direction);
    case Part::feed_forward:
      return feed_forward(direction, false);
    case Part::experts:
      return feed_forward(direction, true);
    case Part::prediction_join: {
      Work work;
      if (direction == Direction::recompute && layout_.recompute != Recompute::full) return work;
      work.products = product(tokens(), 2 * model_.hidden * model_.hidden / layout_.tensor);
      if (direction != Direction::weight_gradient) work.traffic = Bytes(6 * row);
      return work;
    }
    case Part::head:
      return head(direction);
  }
  check_failed("part", "an unknown part of a model");
}

}  // namespace polyplane::collectives
