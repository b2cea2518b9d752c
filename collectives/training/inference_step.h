// One step of serving a model with large expert parallelism, as a Program of one actor: all cards do the same at the
// same moments. Attention is data-parallel, every card with its own requests; the experts of a layer are spread over
// all cards.
//
//   decode   one token of each request through all layers and the head; keys and values of `context` tokens are read
//   prefill  whole prompts of `context` tokens
//
// With two micro-batches each hides the other's communication: while the tokens of one are under way to their experts,
// the other computes (DeepSeek-V3, arXiv:2412.19437, section 3.4). Decode with latent attention multiplies in the
// compressed space, the up-projections absorbed into queries and outputs (arXiv:2405.04434, appendix B). Left out:
// sampling, scheduling of requests, speculative decoding, experts that are loaded unequally, transfer of caches.
#pragma once

#include <cstdint>
#include <vector>

#include "collectives/program.h"
#include "collectives/training/compute_spec.h"
#include "collectives/training/layer_work.h"
#include "collectives/training/model_spec.h"

namespace polyplane::collectives {

struct InferenceSpec {
  bool prefill = false;
  std::int64_t cards = 1;
  std::int64_t redundant_experts = 0;  // copies of popular experts; tokens go to copies as to experts of their own
  std::int64_t batch = 1;              // requests (decode) or prompts (prefill) of a card
  std::int64_t context = 1;            // tokens in the cache of a request, or of a prompt
  std::int64_t micro_batches = 2;      // 1 or 2
  bool remote_shared_experts = false;  // tokens go to a copy anywhere, as to a routed expert; else to that of the card
  Precision cache = Precision::bf16;

  /// Tokens of a micro-batch on a card.
  [[nodiscard]] std::int64_t tokens() const { return batch * (prefill ? context : 1) / micro_batches; }
  /// Routed experts whose weights a card holds in each layer; it holds the shared ones beside them.
  [[nodiscard]] std::int64_t held_experts(const ModelSpec& model) const;
  /// Throws InputError: a sentence that names the field.
  void check(const ModelSpec& model) const;
};

/// Work of one card for a micro-batch. REQUIRES: check() passes.
[[nodiscard]] Work inference_work(const ModelSpec& model, const InferenceSpec& inference, Part part);

/// `cards`: accelerators of the cluster. Throws InputError.
[[nodiscard]] Program inference_step(const ModelSpec& model, const InferenceSpec& inference, const ComputeSpec& compute,
                                     std::vector<std::uint32_t> cards);

/// Bytes of weights, and of keys and values, on the fullest card: layers at the precision of products, the embedding at
/// that of activations, which it gives, the head at its own.
struct InferenceMemory {
  Bytes weights, cache;
};
[[nodiscard]] InferenceMemory inference_memory(const ModelSpec& model, const InferenceSpec& inference);

}  // namespace polyplane::collectives
