// How a training step is spread over cards: how many share what, in which order they are numbered, and what overlaps.
//
// cards = data x tensor x context x pipeline. Experts are spread over `expert` of the data-parallel cards, so that
// their gradients are summed over data / expert cards only. Cards are numbered in mixed radix with the digits of
// `order`, the first running fastest: "tp,cp,ep,dp,pp" keeps tensor parallelism in a node and pipeline stages farthest
// apart.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>
#include <vector>

#include "base/units.h"
#include "collectives/training/model_spec.h"
#include "collectives/training/pipeline_schedule.h"

namespace polyplane::collectives {

enum class Dimension : std::uint8_t { tensor, context, expert, data, pipeline };
inline constexpr std::size_t kDimensions = 5;
/// "tp", "cp", "ep", "dp", "pp".
[[nodiscard]] std::string_view to_string(Dimension dimension);

/// What is worked out a second time instead of kept.
///   selective  the core of attention (arXiv:2205.05198; FlashAttention does that anyway); with latent attention
///              DeepSeek-V3's recipe (arXiv:2412.19437, sections 3.2.3 and 3.3.3): up-projections, norms and the
///              activation function
///   full       all but the input of each layer
enum class Recompute : std::uint8_t { none, selective, full };
[[nodiscard]] Recompute parse_recompute(std::string_view name);
[[nodiscard]] std::string_view to_string(Recompute recompute);

/// Keys and values over context-parallel cards: gathered before attention (Llama 3, arXiv:2407.21783), or passed around
/// while the parts that are there are worked on (Ring Attention, arXiv:2310.01889).
enum class ContextExchange : std::uint8_t { all_gather, ring };

/// Layers to stages when they are not listed: as many each as possible (the first and last stages take one fewer where
/// it does not come out even), or so that the slowest stage (of dualpipe: the slowest pair of
/// stages of a rank) is as fast as possible, embedding and head counted.
enum class StageSplit : std::uint8_t { equal, by_time };

struct ParallelLayout {
  std::int64_t data = 1, tensor = 1, context = 1, expert = 1, pipeline = 1;
  bool sequence_parallel = false;  // norms and dropout are split over tensor-parallel cards too
  std::int64_t zero = 0;           // ZeRO stage (arXiv:1910.02054): 1 optimiser, 2 gradients, 3 parameters are sharded
  PipelineKind schedule = PipelineKind::one_f_one_b;
  std::int64_t virtual_stages = 1;  // of interleaved
  std::int64_t micro_batch = 1;     // sequences
  std::int64_t global_batch = 1;    // sequences
  std::array<Dimension, kDimensions> order{Dimension::tensor, Dimension::context, Dimension::expert, Dimension::data,
                                           Dimension::pipeline};
  Recompute recompute = Recompute::none;
  ContextExchange context_exchange = ContextExchange::all_gather;
  /// Gradients are summed by bucket while others are worked out; else after the last pass (ZeRO-2 and 3: after each).
  bool overlap_gradients = true;
  bool overlap_parameters =
      true;  // ZeRO: gathered while the first micro-batch runs; else before it. ZeRO-3: one layer ahead
  bool overlap_pipeline = true;  // a rank goes on while its sends are on the way
  bool scatter_gather = false;   // without sequence_parallel: stages are sent by 1/tensor a card and gathered there
  /// Gradients are summed, and sharded parameters gathered, in pieces of at least this size; 0: layer by layer.
  Bytes bucket;
  std::vector<std::int64_t> layers_per_stage;  // of all virtual stages; empty: by `split`
  StageSplit split = StageSplit::equal;

  [[nodiscard]] std::int64_t cards() const { return data * tensor * context * pipeline; }
  [[nodiscard]] std::int64_t micro_batches() const { return global_batch / (data * micro_batch); }  // of one pipeline
  [[nodiscard]] PipelineShape pipeline_shape() const;
  /// Tokens of a micro-batch on one card, before tensor parallelism splits anything.
  [[nodiscard]] std::int64_t tokens(const ModelSpec& model) const {
    return micro_batch * model.sequence_length / context;
  }

  /// Throws InputError: a sentence that names the field.
  void check(const ModelSpec& model) const;
};

/// "tp,cp,ep,dp,pp" in any order, each once. Throws InputError.
[[nodiscard]] std::array<Dimension, kDimensions> parse_order(std::string_view text);

/// Numbers of cards by their place in a layout. `cards`: of the cluster, in the order of the layout.
class CardGrid {
 public:
  /// REQUIRES: as many cards as the layout has.
  CardGrid(const ParallelLayout& layout, std::vector<std::uint32_t> cards);

  /// Cards of a pipeline rank; those of two ranks correspond by index. Tensor runs fastest, then context, expert, data.
  [[nodiscard]] std::vector<std::uint32_t> of_pipeline_rank(std::int64_t rank) const;
  /// Those of a rank in groups whose members differ in these dimensions only; pipeline is none of them.
  [[nodiscard]] std::vector<std::vector<std::uint32_t>> groups(std::int64_t pipeline_rank,
                                                               const std::vector<Dimension>& over) const;

 private:
  using Place = std::array<std::int64_t, kDimensions>;  // by Dimension
  [[nodiscard]] std::uint32_t card(const Place& place) const;

  std::array<Dimension, kDimensions> order_;
  Place sizes_{};
  std::vector<std::uint32_t> cards_;
};

}  // namespace polyplane::collectives
