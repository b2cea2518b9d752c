#include "collectives/training/model_stages.h"

#include <algorithm>

#include "base/check.h"

namespace polyplane::collectives {
namespace {

ModelBlock layer_block(const ModelSpec& model, std::int64_t layer) {
  return {{Part::attention, model.has_experts(layer) ? Part::experts : Part::feed_forward}, layer};
}

std::vector<ModelBlock> tail(const ModelSpec& model) {
  std::vector<ModelBlock> blocks{{{Part::head}, -1}};
  for (std::int64_t i = 0; i < model.prediction_layers; ++i) {
    blocks.push_back(
        {{Part::prediction_join, Part::attention, model.experts ? Part::experts : Part::feed_forward}, -1});
    blocks.push_back({{Part::head}, -1, true});
  }
  return blocks;
}

Duration block_time(const ModelBlock& block, const LayerWork& work) {
  Duration time;
  for (const Part part : block.parts) {
    for (const Direction direction :
         {Direction::forward, Direction::recompute, Direction::input_gradient, Direction::weight_gradient}) {
      time += work.time(part, direction);
    }
  }
  return time;
}

/// As many each as possible; what is missing comes off the last stage, the first, the last but one, ...
std::vector<std::int64_t> equal_split(std::int64_t layers, std::int64_t stages) {
  const std::int64_t most = (layers + stages - 1) / stages;
  std::vector<std::int64_t> split(static_cast<std::size_t>(stages), most);
  const std::int64_t missing = most * stages - layers;
  for (std::int64_t i = 0; i < missing; ++i) {
    const std::int64_t from_end = i / 2;
    --split[static_cast<std::size_t>(i % 2 == 0 ? stages - 1 - from_end : from_end)];
  }
  return split;
}

/// Layers that fit into stages of at most `most` each; empty when they do not.
std::vector<std::int64_t> fill(const std::vector<Duration>& layers, std::int64_t stages, Duration head, Duration tail,
                               Duration most) {
  std::vector<std::int64_t> split;
  std::size_t next = 0;
  for (std::int64_t s = 0; s < stages; ++s) {
    Duration used = (s == 0 ? head : Duration()) + (s + 1 == stages ? tail : Duration());
    const std::size_t first = next;
    // At least one layer each, and one left for every stage that follows.
    const std::size_t reserved = static_cast<std::size_t>(stages - 1 - s);
    while (next + reserved < layers.size() && (next == first || used + layers[next] <= most)) used += layers[next++];
    if (next == first || used > most) return {};
    split.push_back(static_cast<std::int64_t>(next - first));
  }
  return next == layers.size() ? split : std::vector<std::int64_t>();
}

/// The least time of the slowest stage, by bisection over picoseconds.
std::vector<std::int64_t> split_by_time(const std::vector<Duration>& layers, std::int64_t stages, Duration head,
                                        Duration tail) {
  Duration low, high = head + tail;
  for (const Duration layer : layers) high += layer;
  while (low + Duration::from_ps(1) < high) {
    const Duration middle = Duration::from_ps(low.ps() + (high.ps() - low.ps()) / 2);
    (fill(layers, stages, head, tail, middle).empty() ? low : high) = middle;
  }
  return fill(layers, stages, head, tail, high);
}

/// DualPipe: a rank has stages k and p - 1 - k and passes half of the micro-batches through either, so that it is pairs
/// that should be even. Layers count as long as the longest. `ends`: embedding, head and what follows it.
std::vector<std::int64_t> split_pairs(Duration layer, std::int64_t layers, std::int64_t stages, Duration ends) {
  const auto pairs = static_cast<std::size_t>(stages / 2);
  std::vector<std::int64_t> held(pairs, 2);
  const auto time = [&](std::size_t pair) { return held[pair] * layer + (pair == 0 ? ends : Duration()); };
  for (std::int64_t left = layers - stages; left > 0; --left) {
    std::size_t least = 0;
    for (std::size_t pair = 1; pair < pairs; ++pair) {
      if (time(pair) < time(least)) least = pair;
    }
    ++held[least];
  }
  std::vector<std::int64_t> split(static_cast<std::size_t>(stages));
  for (std::size_t pair = 0; pair < pairs; ++pair) {
    split[pair] = (held[pair] + 1) / 2;
    split[split.size() - 1 - pair] = held[pair] / 2;
  }
  return split;
}

}  // namespace

std::vector<ModelStage> model_stages(const ModelSpec& model, const ParallelLayout& layout, const LayerWork& work) {
  const auto stages = static_cast<std::int64_t>(layout.pipeline_shape().stages());
  const ModelBlock embedding{{Part::embedding}, -1};
  const std::vector<ModelBlock> after = tail(model);
  std::vector<std::int64_t> split = layout.layers_per_stage;
  if (split.empty() && layout.split == StageSplit::equal) split = equal_split(model.layers, stages);
  if (split.empty()) {
    std::vector<Duration> layers;
    for (std::int64_t i = 0; i < model.layers; ++i) layers.push_back(block_time(layer_block(model, i), work));
    Duration end;
    for (const ModelBlock& block : after) end += block_time(block, work);
    const Duration start = block_time(embedding, work);
    split = layout.schedule == PipelineKind::dualpipe
                ? split_pairs(std::ranges::max(layers), model.layers, stages, start + end)
                : split_by_time(layers, stages, start, end);
  }
  CHECK(static_cast<std::int64_t>(split.size()) == stages, "layers were split over another number of stages");
  std::vector<ModelStage> result(split.size());
  std::int64_t layer = 0;
  for (std::size_t s = 0; s < split.size(); ++s) {
    if (s == 0) result[s].push_back(embedding);
    for (std::int64_t i = 0; i < split[s]; ++i) result[s].push_back(layer_block(model, layer++));
    if (s + 1 == split.size()) result[s].insert(result[s].end(), after.begin(), after.end());
  }
  CHECK(layer == model.layers, "some layers are in no stage");
  return result;
}

ParameterCount parameters_of(const ModelSpec& model, const ParallelLayout& layout, const ModelBlock& block) {
  const std::int64_t tp = layout.tensor;
  // First and last stage on one card: a tied head is the embedding.
  const bool together = layout.pipeline == 1 || layout.schedule == PipelineKind::dualpipe;
  ParameterCount count;
  for (const Part part : block.parts) {
    switch (part) {
      case Part::embedding:
        count.shared += model.hidden * (model.vocabulary / tp) +
                        (model.learned_positions ? model.hidden * model.sequence_length : 0);
        break;
      case Part::attention:
        count.shared += model.attention_parameters() / tp + model.norm_parameters();
        break;
      case Part::feed_forward:
        count.shared += model.dense_parameters() / tp;
        break;
      case Part::experts:
        count.shared += model.router_parameters() + model.experts->shared * model.expert_parameters() / tp;
        count.expert += model.experts->count / layout.expert * model.expert_parameters() / tp;
        break;
      case Part::prediction_join:
        count.shared += 2 * model.hidden * model.hidden / tp + 3 * model.hidden;
        break;
      case Part::head:
        if (!block.shares && !(model.tied_embeddings && together))
          count.shared += model.hidden * (model.vocabulary / tp);
        break;
    }
  }
  return count;
}

}  // namespace polyplane::collectives
