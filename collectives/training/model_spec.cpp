#include "collectives/training/model_spec.h"

#include <array>
#include <utility>
#include <vector>

#include "base/error.h"
#include "base/suggest.h"

namespace polyplane::collectives {
namespace {

constexpr std::array kPrecisions{std::pair{"fp32", Precision::fp32}, std::pair{"bf16", Precision::bf16},
                                 std::pair{"fp16", Precision::bf16}, std::pair{"fp8", Precision::fp8}};

void require(bool fine, const std::string& sentence) {
  if (!fine) throw InputError(sentence);
}

}  // namespace

std::int64_t bytes_of(Precision precision) {
  switch (precision) {
    case Precision::fp32:
      return 4;
    case Precision::bf16:
      return 2;
    case Precision::fp8:
      return 1;
  }
  check_failed("precision", "an unknown precision");
}

std::string_view to_string(Precision precision) {
  return kPrecisions[precision == Precision::fp8 ? 3 : static_cast<std::size_t>(precision)].first;
}

Precision parse_precision(std::string_view name) {
  std::vector<std::string> known;
  for (const auto& [text, precision] : kPrecisions) {
    if (name == text) return precision;
    known.emplace_back(text);
  }
  throw InputError(unknown_name("precision", name, known));
}

std::int64_t ModelSpec::attention_parameters() const {
  const AttentionSpec& a = attention;
  if (a.latent()) {
    const std::int64_t query =
        a.query_rank > 0 ? a.query_rank * (hidden + a.query_width()) + a.query_rank : hidden * a.query_width();
    const std::int64_t down = hidden * (a.kv_rank + a.rotary_dim) + a.kv_rank;
    const std::int64_t up = a.kv_rank * a.heads * (a.head_dim + a.value_dim);
    return query + down + up + a.value_width() * hidden;
  }
  const std::int64_t inputs = a.query_width() + 2 * a.kv_heads * a.head_dim;
  return hidden * inputs + a.value_width() * hidden + (biases ? inputs + hidden : 0);
}

std::int64_t ModelSpec::dense_parameters() const {
  return (gated ? 3 : 2) * hidden * ffn + (biases ? (gated ? 2 : 1) * ffn + hidden : 0);
}

std::int64_t ModelSpec::expert_parameters() const {
  return (gated ? 3 : 2) * hidden * experts->width + (biases ? (gated ? 2 : 1) * experts->width + hidden : 0);
}

std::int64_t ModelSpec::router_parameters() const { return hidden * experts->count; }

std::int64_t ModelSpec::norm_parameters() const { return 2 * hidden * (biases ? 2 : 1); }

std::int64_t ModelSpec::embedding_parameters() const {
  return hidden * (vocabulary + (learned_positions ? sequence_length : 0));
}

std::int64_t ModelSpec::prediction_parameters() const {
  const std::int64_t feed_forward =
      experts ? (experts->count + experts->shared) * expert_parameters() + router_parameters() : dense_parameters();
  // Each joins the state of a token with the embedding of the next: two norms and a matrix of 2 hidden x hidden.
  return prediction_layers *
         (attention_parameters() + feed_forward + norm_parameters() + 2 * hidden * hidden + 3 * hidden);
}

std::int64_t ModelSpec::parameters() const {
  const std::int64_t with_experts = experts ? layers - dense_layers : 0;
  std::int64_t total = layers * (attention_parameters() + norm_parameters());
  total += (layers - with_experts) * dense_parameters();
  if (experts) {
    total += with_experts * ((experts->count + experts->shared) * expert_parameters() + router_parameters());
  }
  return total + embedding_parameters() + (tied_embeddings ? 0 : hidden * vocabulary) + norm_parameters() / 2;
}

std::int64_t ModelSpec::active_parameters() const {
  std::int64_t active = parameters() - embedding_parameters() + (tied_embeddings ? hidden * vocabulary : 0);
  if (experts) active -= (layers - dense_layers) * (experts->count - experts->top_k) * expert_parameters();
  return active;
}

double ModelSpec::layer_products() const {
  const auto count = [](std::int64_t n) { return static_cast<double>(n); };
  const std::int64_t with_experts = experts ? layers - dense_layers : 0;
  const std::int64_t met = experts ? (experts->top_k + experts->shared) * expert_parameters() + router_parameters() : 0;
  double parameters = count(layers + prediction_layers) * count(attention_parameters());
  parameters += count(layers - with_experts) * count(dense_parameters()) + count(with_experts) * count(met);
  parameters += count(prediction_layers) * count((experts ? met : dense_parameters()) + 2 * hidden * hidden);
  return 2 * parameters;
}

double ModelSpec::core_products() const {
  return static_cast<double>(attention_core(attention, 1, sequence_length).count()) *
         static_cast<double>(layers + prediction_layers);
}

double ModelSpec::training_flops_per_token(bool causal) const {
  const double head = 2 * static_cast<double>((1 + prediction_layers) * vocabulary) * static_cast<double>(hidden);
  return 3 * (layer_products() + head + core_products() / (causal ? 2 : 1));
}

double ModelSpec::recompute_flops_per_token(bool layers_again, bool core_again) const {
  return (layers_again ? layer_products() : 0) + (layers_again || core_again ? core_products() : 0);
}

void ModelSpec::check() const {
  const std::string model = "model " + printable(name) + ": ";
  require(attention.heads % attention.kv_heads == 0, model + "kv_heads, " + std::to_string(attention.kv_heads) +
                                                         ", do not divide heads, " + std::to_string(attention.heads));
  require(!attention.latent() || attention.value_dim > 0, model + "value_dim is missing; latent attention needs it");
  require(dense_layers <= layers, model + "dense_layers, " + std::to_string(dense_layers) + ", are more than layers, " +
                                      std::to_string(layers));
  require(experts || dense_layers == 0, model + "dense_layers are of a model with experts; this one has none");
  if (!experts) return;
  require(experts->top_k <= experts->count, model + "top_k, " + std::to_string(experts->top_k) +
                                                ", is more than the experts, " + std::to_string(experts->count));
}

Flops attention_core(const AttentionSpec& attention, std::int64_t tokens, std::int64_t context) {
  return Flops(2 * tokens * context * (attention.query_width() + attention.value_width()));
}

}  // namespace polyplane::collectives
