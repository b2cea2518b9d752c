#include "collectives/training/step_memory.h"

#include <algorithm>

#include "base/check.h"

namespace polyplane::collectives {
namespace {

/// Bytes that a token leaves: `whole` on every tensor-parallel card but for sequence parallelism, `split` over them.
struct PerToken {
  std::int64_t whole = 0, split = 0;
};

class KeptInputs {
 public:
  KeptInputs(const ModelSpec& model, const ParallelLayout& layout, const ComputeSpec& compute)
      : model_(model),
        layout_(layout),
        compute_(compute),
        a_(bytes_of(model.precisions.activations)),
        kept_(bytes_of(model.precisions.kept)),
        selective_(layout.recompute == Recompute::selective),
        again_(selective_ && model.attention.latent()) {}

  [[nodiscard]] PerToken of(Part part) const {
    switch (part) {
      case Part::embedding:
        return {model_.dropout ? model_.hidden : 0, 0};
      case Part::attention:
        return attention();
      case Part::feed_forward:
        return {frame(), inner(model_.ffn)};
      case Part::experts:
        return experts();
      case Part::prediction_join:
        return {2 * model_.hidden * a_, 0};
      case Part::head:
        return {2 * model_.hidden * a_, 4 * model_.vocabulary};  // norm and product; logits in fp32
    }
    check_failed("part", "an unknown part of a model");
  }

 private:
  /// Input of the norm, its output (worked out again where that is the recipe), mask of the dropout.
  [[nodiscard]] std::int64_t frame() const {
    return model_.hidden * (a_ + (again_ ? 0 : kept_) + (model_.dropout ? 1 : 0));
  }
  /// Inputs of the activation function and of the last product.
  [[nodiscard]] std::int64_t inner(std::int64_t width) const {
    return width * kept_ * ((model_.gated ? 2 : 1) + (again_ ? 0 : 1));
  }
  [[nodiscard]] PerToken attention() const {
    const AttentionSpec& spec = model_.attention;
    std::int64_t split = spec.value_width() * kept_;  // into the output product
    if (spec.latent()) split += (spec.query_rank + spec.kv_rank + spec.rotary_dim) * kept_ * layout_.tensor;
    if (!again_) {
      const std::int64_t keys = spec.latent() ? spec.query_width() : spec.kv_heads * spec.head_dim;
      const std::int64_t values = spec.latent() ? spec.value_width() : spec.kv_heads * spec.head_dim;
      split += a_ * (spec.query_width() + keys + values);
    }
    if (compute_.stored_scores && !selective_) {
      split += model_.sequence_length * spec.heads * (model_.dropout ? 5 : 2);
    }
    return {frame(), split};
  }
  [[nodiscard]] PerToken experts() const {
    const ExpertSpec& spec = *model_.experts;
    // Copies that arrive from elsewhere; the router's scores are small.
    const std::int64_t copies = spec.top_k * model_.hidden * bytes_of(model_.precisions.dispatch);
    return {frame() + copies, inner((spec.top_k + spec.shared) * spec.width)};
  }

  const ModelSpec& model_;
  const ParallelLayout& layout_;
  const ComputeSpec& compute_;
  std::int64_t a_, kept_;
  bool selective_, again_;
};

std::int64_t on_card(const ModelSpec& model, const ParallelLayout& layout, PerToken bytes) {
  const std::int64_t tokens = layout.tokens(model);
  return tokens * bytes.whole / (layout.sequence_parallel ? layout.tensor : 1) + tokens * bytes.split / layout.tensor;
}

std::int64_t block_bytes(const ModelSpec& model, const ParallelLayout& layout, const ComputeSpec& compute,
                         const ModelBlock& block) {
  const KeptInputs kept(model, layout, compute);
  std::int64_t sum = 0;
  for (const Part part : block.parts) sum += on_card(model, layout, kept.of(part));
  return sum;
}

/// Bytes open at the same time, most of any moment of the schedule.
Bytes open_passes(const ParallelLayout& layout, std::uint32_t rank, const std::vector<Bytes>& chunks) {
  Bytes open, most;
  for (const Pass& pass : pipeline_passes(layout.pipeline_shape(), rank)) {
    if (pass.kind == Pass::Kind::forward || pass.kind == Pass::Kind::forward_backward) open += chunks[pass.chunk];
    most = std::max(most, open);
    // Inputs of products stay until the gradients of weights are done.
    if (pass.kind == Pass::Kind::backward || pass.kind == Pass::Kind::weight_gradient) open = open - chunks[pass.chunk];
    if (pass.kind == Pass::Kind::forward_backward) open = open - chunks[pass.backward_chunk];
  }
  CHECK(open == Bytes(0), "a pass of the schedule stays open");
  return most;
}

}  // namespace

Bytes kept_bytes(const ModelSpec& model, const ParallelLayout& layout, const ComputeSpec& compute,
                 const ModelBlock& block) {
  const bool layer = block.parts.size() > 1;
  if (!layer || layout.recompute != Recompute::full) return Bytes(block_bytes(model, layout, compute, block));
  const std::int64_t input = model.hidden * bytes_of(model.precisions.activations);
  return Bytes(on_card(model, layout, {input, 0}));
}

std::vector<StepMemory> step_memory(const ModelSpec& model, const ParallelLayout& layout, const ComputeSpec& compute) {
  const LayerWork work(model, layout, compute);
  const std::vector<ModelStage> stages = model_stages(model, layout, work);
  const PipelineShape shape = layout.pipeline_shape();
  const std::int64_t copies = layout.schedule == PipelineKind::dualpipe ? 2 : 1;
  const std::int64_t shared_cards = copies * layout.data * layout.context, expert_cards = shared_cards / layout.expert;
  const Precisions& precisions = model.precisions;
  const auto bytes = [&](ParameterCount count, std::int64_t each, bool sharded) {
    if (!sharded) return Bytes(each * (count.shared + count.expert));
    return Bytes(each *
                 ((count.shared + shared_cards - 1) / shared_cards + (count.expert + expert_cards - 1) / expert_cards));
  };
  std::vector<StepMemory> ranks;
  for (std::uint32_t rank = 0; rank < shape.ranks; ++rank) {
    ParameterCount held;
    Bytes largest_block, largest_layer;
    std::vector<Bytes> chunks;
    for (std::uint32_t c = 0; c < shape.chunks; ++c) {
      Bytes kept;
      for (const ModelBlock& block : stages[shape.stage(rank, c)]) {
        const ParameterCount count = parameters_of(model, layout, block);
        held = held + count;
        kept += kept_bytes(model, layout, compute, block);
        largest_block = std::max(largest_block, bytes(count, bytes_of(precisions.parameters), false));
        largest_layer = std::max(largest_layer, Bytes(block_bytes(model, layout, compute, block)));
      }
      chunks.push_back(kept);
    }
    StepMemory memory;
    memory.weights = bytes(held, bytes_of(precisions.parameters), layout.zero == 3);
    if (layout.zero == 3) memory.weights += 2 * largest_block;  // in use, and gathered ahead
    memory.gradients = bytes(held, bytes_of(precisions.gradients), layout.zero >= 2);
    memory.optimiser = bytes(held, bytes_of(precisions.master) + 2 * bytes_of(precisions.moments), layout.zero >= 1);
    memory.activations = open_passes(layout, rank, chunks);
    if (layout.recompute == Recompute::full) memory.activations += largest_layer;
    ranks.push_back(memory);
  }
  return ranks;
}

}  // namespace polyplane::collectives
