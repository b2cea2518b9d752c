// A transformer language model as its paper states it, and what follows by counting: parameters and operations.
//
// Layers are alike but for two kinds: dense ones, and ones whose feed-forward part is a mixture of experts. Parameters
// count matrices, biases, norms, embeddings and router; what a token meets of them is "active": all but the experts it
// is not sent to, and the input embedding, which is looked up and not multiplied with. Operations count matrix products
// only, as Megatron-LM (SC 2021, arXiv:2104.04473, appendix) and DeepSeek-V3 (ISCA 2025) do for their MFU.
// Left out: encoders, cross attention, attention that is sparse or has windows.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "base/compute_units.h"

namespace polyplane::collectives {

/// Numbers as they are kept or multiplied.
enum class Precision : std::uint8_t { fp32, bf16, fp8 };
[[nodiscard]] std::int64_t bytes_of(Precision precision);
[[nodiscard]] std::string_view to_string(Precision precision);
/// "fp32", "bf16" (also "fp16", of the same size and rate), "fp8". Throws InputError with did-you-mean.
[[nodiscard]] Precision parse_precision(std::string_view name);

struct AttentionSpec {
  std::int64_t heads = 1;
  std::int64_t kv_heads = 1;  // fewer than heads: grouped queries
  std::int64_t head_dim = 1;  // of queries and keys; of latent attention without the rotary part
  // Latent attention (MLA, arXiv:2405.04434): ranks of the compressed query and key-value; kv_rank 0: plain attention.
  std::int64_t query_rank = 0, kv_rank = 0;
  std::int64_t rotary_dim = 0;  // its shared rotary key
  std::int64_t value_dim = 0;   // of one head

  [[nodiscard]] bool latent() const { return kv_rank > 0; }
  [[nodiscard]] std::int64_t query_width() const { return heads * (head_dim + (latent() ? rotary_dim : 0)); }
  [[nodiscard]] std::int64_t value_width() const { return heads * (latent() ? value_dim : head_dim); }
  /// Numbers that a token leaves in the KV cache of one layer.
  [[nodiscard]] std::int64_t cache_width() const { return latent() ? kv_rank + rotary_dim : 2 * kv_heads * head_dim; }
};

struct ExpertSpec {
  std::int64_t count = 0;       // routed
  std::int64_t shared = 0;      // met by every token
  std::int64_t top_k = 1;       // routed experts of one token
  std::int64_t width = 1;       // inner size of one
  std::int64_t node_limit = 0;  // most nodes that one token is sent to; 0: any
};

/// In which precision what is done and kept.
struct Precisions {
  Precision products = Precision::bf16;     // matrix products of layers
  Precision head = Precision::bf16;         // of the output head
  Precision activations = Precision::bf16;  // between layers, over TP, CP and PP
  Precision kept = Precision::bf16;         // inputs of matrix products, kept for the backward pass
  Precision dispatch = Precision::bf16;     // tokens on their way to experts
  Precision combine = Precision::bf16;      // and back
  Precision parameters = Precision::bf16;   // as multiplied, and as gathered from shards
  Precision gradients = Precision::fp32;    // as accumulated
  Precision reduced = Precision::fp32;      // gradients on the wire
  Precision master = Precision::fp32;       // the optimiser's own copy
  Precision moments = Precision::fp32;      // each of Adam's two
};

struct ModelSpec {
  std::string name;
  std::int64_t layers = 1;
  std::int64_t dense_layers = 0;  // with experts: the first so many layers have none
  std::int64_t hidden = 1;
  std::int64_t ffn = 1;  // inner size of a dense layer
  bool gated = false;    // three matrices (SwiGLU) instead of two
  bool biases = false;
  bool dropout = false;
  AttentionSpec attention;
  std::optional<ExpertSpec> experts;
  std::int64_t vocabulary = 1;
  bool tied_embeddings = false;    // the head is the embedding's transpose
  bool learned_positions = false;  // a table of sequence_length positions
  std::int64_t sequence_length = 1;
  std::int64_t prediction_layers = 0;  // MTP: layers that predict further tokens; embedding and head are shared
  Precisions precisions;

  [[nodiscard]] bool has_experts(std::int64_t layer) const { return experts && layer >= dense_layers; }

  // Of one layer.
  [[nodiscard]] std::int64_t attention_parameters() const;
  [[nodiscard]] std::int64_t dense_parameters() const;       // the feed-forward part without experts
  [[nodiscard]] std::int64_t expert_parameters() const;      // of one expert. REQUIRES: experts
  [[nodiscard]] std::int64_t router_parameters() const;      // REQUIRES: experts
  [[nodiscard]] std::int64_t norm_parameters() const;        // both norms
  [[nodiscard]] std::int64_t embedding_parameters() const;   // input side, positions included
  [[nodiscard]] std::int64_t prediction_parameters() const;  // of all MTP layers, without what they share

  /// Of the main model: MTP layers are counted by prediction_parameters() alone.
  [[nodiscard]] std::int64_t parameters() const;
  [[nodiscard]] std::int64_t active_parameters() const;

  /// Forward and backward pass of one token by the formulas of the papers: three times the forward products, of the
  /// main model and its MTP layers. `causal`: a token meets half of the sequence; else all of it, as the products of a
  /// kernel that does not skip the masked half.
  [[nodiscard]] double training_flops_per_token(bool causal) const;
  /// What is done a second time: all products of layers, or the core of attention alone, over the whole sequence.
  [[nodiscard]] double recompute_flops_per_token(bool layers_again, bool core_again) const;

  /// Throws InputError: a sentence that names the field.
  void check() const;

 private:
  /// Forward products of one token with the matrices of all layers, MTP layers included, without the core of attention.
  [[nodiscard]] double layer_products() const;
  [[nodiscard]] double core_products() const;  // over the whole sequence
};

/// Products of scores and of values of one token against `context` others, forward.
[[nodiscard]] Flops attention_core(const AttentionSpec& attention, std::int64_t tokens, std::int64_t context);

}  // namespace polyplane::collectives
