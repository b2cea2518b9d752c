// Models and rates for tests.
#pragma once

#include "collectives/training/layer_work.h"
#include "collectives/training/training_step.h"

namespace polyplane::collectives {

/// 4 heads of 16, hidden 64, ffn 256, vocabulary 128, 32 tokens, `layers` alike.
inline ModelSpec small_model(std::int64_t layers) {
  ModelSpec model;
  model.name = "small";
  model.layers = layers;
  model.hidden = 64;
  model.ffn = 256;
  model.attention = {.heads = 4, .kv_heads = 4, .head_dim = 16};
  model.vocabulary = 128;
  model.sequence_length = 32;
  return model;
}

/// The same with 8 experts of 32, two a token, in all layers.
inline ModelSpec small_mixture(std::int64_t layers) {
  ModelSpec model = small_model(layers);
  model.gated = true;
  model.experts = ExpertSpec{.count = 8, .shared = 1, .top_k = 2, .width = 32, .node_limit = 0};
  return model;
}

/// Every operation takes what it is told, by default nothing.
inline ComputeSpec free_compute() {
  const FlopRate rate = FlopRate::from_per_second(1'000'000'000'000);
  ComputeSpec compute{
      .products = rate, .head_products = rate, .attention = rate, .memory = BitRate::from_bps(8'000'000'000'000)};
  for (const Part part :
       {Part::embedding, Part::attention, Part::feed_forward, Part::experts, Part::prediction_join, Part::head}) {
    for (const Direction direction :
         {Direction::forward, Direction::input_gradient, Direction::weight_gradient, Direction::recompute}) {
      compute.measured.push_back({operation_name(part, direction), Duration()});
    }
  }
  compute.measured.push_back({"optimiser", Duration()});
  return compute;
}

inline void set_time(ComputeSpec& compute, Part part, Direction direction, Duration time) {
  for (ComputeSpec::Measured& measured : compute.measured) {
    if (measured.operation == operation_name(part, direction)) measured.time = time;
  }
}

inline std::vector<std::uint32_t> first_cards(const ParallelLayout& layout) {
  std::vector<std::uint32_t> cards(static_cast<std::size_t>(layout.cards()));
  for (std::uint32_t i = 0; i < cards.size(); ++i) cards[i] = i;
  return cards;
}

}  // namespace polyplane::collectives
