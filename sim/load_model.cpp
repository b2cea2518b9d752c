#include "sim/load_model.h"

#include "base/error.h"

namespace polyplane::sim {
namespace {

using collectives::Precision;

collectives::AttentionSpec load_attention(const v1::ModelAttention& from) {
  return {.heads = from.heads(),
          .kv_heads = from.has_kv_heads() ? from.kv_heads() : from.heads(),
          .head_dim = from.head_dim(),
          .query_rank = from.query_rank(),
          .kv_rank = from.kv_rank(),
          .rotary_dim = from.rotary_dim(),
          .value_dim = from.value_dim()};
}

collectives::Precisions load_precisions(const configs::Source& source, const v1::ModelPrecisions& from) {
  collectives::Precisions precisions;
  const auto load = [&](const char* field, bool stated, const std::string& text, Precision& to) {
    if (!stated) return;
    try {
      to = collectives::parse_precision(text);
    } catch (const InputError& error) { source.fail(from, field, error.what()); }
  };
  load("products", from.has_products(), from.products(), precisions.products);
  load("head", from.has_head(), from.head(), precisions.head);
  load("activations", from.has_activations(), from.activations(), precisions.activations);
  load("kept", from.has_kept(), from.kept(), precisions.kept);
  load("dispatch", from.has_dispatch(), from.dispatch(), precisions.dispatch);
  load("combine", from.has_combine(), from.combine(), precisions.combine);
  load("parameters", from.has_parameters(), from.parameters(), precisions.parameters);
  load("gradients", from.has_gradients(), from.gradients(), precisions.gradients);
  load("reduced", from.has_reduced(), from.reduced(), precisions.reduced);
  load("master", from.has_master(), from.master(), precisions.master);
  load("moments", from.has_moments(), from.moments(), precisions.moments);
  return precisions;
}

}  // namespace

ModelChoice load_model(const configs::Source& source, const v1::Model& from) {
  ModelChoice choice{.spec = {},
                     .description = from.description(),
                     .assumed = {from.assumed().begin(), from.assumed().end()},
                     .assumed_in_training = {from.assumed_in_training().begin(), from.assumed_in_training().end()}};
  collectives::ModelSpec& model = choice.spec;
  model.name = from.name();
  model.layers = from.layers();
  model.hidden = from.hidden();
  model.ffn = from.ffn();
  model.gated = from.gated();
  model.biases = from.biases();
  model.dropout = from.dropout();
  model.attention = load_attention(from.attention());
  if (from.has_experts()) {
    const v1::ModelExperts& experts = from.experts();
    model.experts = collectives::ExpertSpec{.count = experts.count(),
                                            .shared = experts.shared(),
                                            .top_k = experts.top_k(),
                                            .width = experts.width(),
                                            .node_limit = experts.node_limit()};
    model.dense_layers = experts.dense_layers();
  }
  model.vocabulary = from.vocabulary();
  model.tied_embeddings = from.tied_embeddings();
  model.learned_positions = from.learned_positions();
  model.sequence_length = from.sequence_length();
  model.prediction_layers = from.prediction_layers();
  model.precisions = load_precisions(source, from.precisions());
  try {
    model.check();
  } catch (const InputError& error) { source.fail(from, "", error.what()); }
  return choice;
}

}  // namespace polyplane::sim
