// A model cut into the virtual stages of a pipeline: which blocks each holds, and how many parameters of them one card
// has.
#pragma once

#include <cstdint>
#include <vector>

#include "collectives/training/layer_work.h"

namespace polyplane::collectives {

/// A run of parts that belong together: [embedding], [attention, feed_forward], [attention, experts], [head]; an MTP
/// layer is [prediction_join, attention, feed_forward or experts], and a head of its own follows.
struct ModelBlock {
  std::vector<Part> parts;
  std::int64_t layer = -1;  // of the model; -1: none
  bool shares = false;      // its parameters are those of a block before: the head of an MTP layer
};

using ModelStage = std::vector<ModelBlock>;

/// The first stage starts with the embedding; the last one ends with the head, and MTP layers after it.
[[nodiscard]] std::vector<ModelStage> model_stages(const ModelSpec& model, const ParallelLayout& layout,
                                                   const LayerWork& work);

/// Parameters of one card, before ZeRO shards anything. `shared` are replicated (or sharded) over all data-parallel
/// cards, `expert` over those that hold the same experts. A tied head counts where it is used.
struct ParameterCount {
  std::int64_t shared = 0, expert = 0;
  friend ParameterCount operator+(ParameterCount a, ParameterCount b) {
    return {a.shared + b.shared, a.expert + b.expert};
  }
  friend bool operator==(const ParameterCount&, const ParameterCount&) = default;
};

[[nodiscard]] ParameterCount parameters_of(const ModelSpec& model, const ParallelLayout& layout,
                                           const ModelBlock& block);

}  // namespace polyplane::collectives
