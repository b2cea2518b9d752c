#include "collectives/training/parallel_layout.h"

#include <algorithm>
#include <numeric>
#include <string>

#include "base/check.h"
#include "base/error.h"
#include "base/suggest.h"

namespace polyplane::collectives {
namespace {

constexpr std::array kNames{"tp", "cp", "ep", "dp", "pp"};
constexpr std::array kRecomputes{"none", "selective", "full"};

std::size_t index(Dimension dimension) { return static_cast<std::size_t>(dimension); }

void require(bool fine, const std::string& sentence) {
  if (!fine) throw InputError(sentence);
}

std::string number(std::int64_t n) { return std::to_string(n); }

}  // namespace

std::string_view to_string(Dimension dimension) { return kNames[index(dimension)]; }

std::string_view to_string(Recompute recompute) { return kRecomputes[static_cast<std::size_t>(recompute)]; }

Recompute parse_recompute(std::string_view name) {
  for (std::size_t i = 0; i < kRecomputes.size(); ++i) {
    if (name == kRecomputes[i]) return static_cast<Recompute>(i);
  }
  throw InputError(unknown_name("recomputation", name, {kRecomputes.begin(), kRecomputes.end()}));
}

std::array<Dimension, kDimensions> parse_order(std::string_view text) {
  std::array<Dimension, kDimensions> order{};
  std::array<bool, kDimensions> seen{};
  std::size_t count = 0;
  for (std::size_t begin = 0; begin <= text.size();) {
    const std::size_t end = std::min(text.find(',', begin), text.size());
    const std::string_view name = text.substr(begin, end - begin);
    const auto found = std::ranges::find(kNames, name);
    if (found == kNames.end()) throw InputError(unknown_name("dimension", name, {kNames.begin(), kNames.end()}));
    const auto dimension = static_cast<std::size_t>(found - kNames.begin());
    require(!seen[dimension], "\"" + printable(text) + "\" has " + std::string(name) + " twice");
    seen[dimension] = true;
    order[count++] = static_cast<Dimension>(dimension);
    begin = end + 1;
  }
  require(count == kDimensions, "\"" + printable(text) + "\" lacks a dimension; write for example \"tp,cp,ep,dp,pp\"");
  return order;
}

PipelineShape ParallelLayout::pipeline_shape() const {
  const std::int64_t chunks = schedule == PipelineKind::dualpipe ? 2 : virtual_stages;
  return {schedule, static_cast<std::uint32_t>(pipeline), static_cast<std::uint32_t>(chunks),
          static_cast<std::uint32_t>(micro_batches())};
}

void ParallelLayout::check(const ModelSpec& model) const {
  require(global_batch % (data * micro_batch) == 0, "global_batch, " + number(global_batch) +
                                                        ", is no multiple of data_parallel x micro_batch, " +
                                                        number(data) + " x " + number(micro_batch));
  require(model.attention.heads % tensor == 0, "tensor_parallel, " + number(tensor) + ", does not divide the " +
                                                   number(model.attention.heads) + " heads of " +
                                                   printable(model.name));
  require(model.sequence_length % context == 0, "context_parallel, " + number(context) +
                                                    ", does not divide the sequence length, " +
                                                    number(model.sequence_length));
  require(!sequence_parallel || tensor > 1, "sequence_parallel needs tensor_parallel above 1");
  require(!scatter_gather || (tensor > 1 && !sequence_parallel),
          "scatter_gather needs tensor_parallel above 1, and no sequence_parallel, which does it anyway");
  require(!sequence_parallel || (tokens(model) % tensor) == 0,
          "tensor_parallel, " + number(tensor) + ", does not divide the " + number(tokens(model)) +
              " tokens of a micro-batch, as sequence_parallel needs");
  if (model.experts) {
    require(data % expert == 0,
            "expert_parallel, " + number(expert) + ", does not divide data_parallel, " + number(data));
    require(model.experts->count % expert == 0, "expert_parallel, " + number(expert) + ", does not divide the " +
                                                    number(model.experts->count) + " experts");
  } else {
    require(expert == 1, "expert_parallel is of a model with experts; " + printable(model.name) + " has none");
  }
  require(zero <= 1 || schedule != PipelineKind::dualpipe,
          "zero 2 and 3 shard what both directions of dualpipe need all the time; use 0 or 1");
  pipeline_shape().check();
  const auto stages = static_cast<std::int64_t>(pipeline_shape().stages());
  if (layers_per_stage.empty()) {
    // The first and last one may have embedding and head alone.
    const std::int64_t without = split == StageSplit::equal ? 2 : 0;
    require(stages <= model.layers + without,
            number(stages) + " pipeline stages for " + number(model.layers) + " layers; a stage needs one at least");
    return;
  }
  const std::int64_t listed = std::accumulate(layers_per_stage.begin(), layers_per_stage.end(), std::int64_t{0});
  require(static_cast<std::int64_t>(layers_per_stage.size()) == stages,
          "layers_per_stage lists " + number(static_cast<std::int64_t>(layers_per_stage.size())) +
              " stages; there are " + number(stages));
  require(listed == model.layers, "layers_per_stage comes to " + number(listed) + " layers; " + printable(model.name) +
                                      " has " + number(model.layers));
}

CardGrid::CardGrid(const ParallelLayout& layout, std::vector<std::uint32_t> cards)
    : order_(layout.order),
      sizes_{layout.tensor, layout.context, layout.expert, layout.data / layout.expert, layout.pipeline},
      cards_(std::move(cards)) {
  CHECK(static_cast<std::int64_t>(cards_.size()) == layout.cards(), "a layout on another number of cards");
}

std::uint32_t CardGrid::card(const Place& place) const {
  std::int64_t number = 0;
  for (std::size_t i = kDimensions; i-- > 0;) { number = number * sizes_[index(order_[i])] + place[index(order_[i])]; }
  return cards_[static_cast<std::size_t>(number)];
}

std::vector<std::uint32_t> CardGrid::of_pipeline_rank(std::int64_t rank) const {
  return groups(rank, {Dimension::tensor, Dimension::context, Dimension::expert, Dimension::data}).front();
}

std::vector<std::vector<std::uint32_t>> CardGrid::groups(std::int64_t pipeline_rank,
                                                         const std::vector<Dimension>& over) const {
  Place inside{}, outside{};
  std::int64_t members = 1, count = 1;
  for (std::size_t d = 0; d < index(Dimension::pipeline); ++d) {
    const bool varies = std::ranges::find(over, static_cast<Dimension>(d)) != over.end();
    inside[d] = varies ? sizes_[d] : 1;
    outside[d] = varies ? 1 : sizes_[d];
    members *= inside[d];
    count *= outside[d];
  }
  std::vector<std::vector<std::uint32_t>> groups(static_cast<std::size_t>(count));
  for (std::int64_t g = 0; g < count; ++g) {
    for (std::int64_t m = 0; m < members; ++m) {
      Place place{};
      place[index(Dimension::pipeline)] = pipeline_rank;
      std::int64_t inner = m, outer = g;
      for (std::size_t d = 0; d < index(Dimension::pipeline); ++d) {
        place[d] = inner % inside[d] + outer % outside[d];
        inner /= inside[d];
        outer /= outside[d];
      }
      groups[static_cast<std::size_t>(g)].push_back(card(place));
    }
  }
  return groups;
}

}  // namespace polyplane::collectives
