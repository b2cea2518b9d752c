// How cards are numbered, and which layouts are refused.
#include <gtest/gtest.h>

#include <algorithm>

#include "base/error.h"
#include "collectives/training/model_stages.h"
#include "training/models.h"

namespace polyplane::collectives {
namespace {

using Groups = std::vector<std::vector<std::uint32_t>>;

TEST(CardGrid, FirstDimensionOfTheOrderRunsFastest) {
  ParallelLayout layout;
  layout.data = 2;
  layout.tensor = 2;
  layout.pipeline = 2;
  const CardGrid grid(layout, first_cards(layout));  // tp, cp, ep, dp, pp
  EXPECT_EQ(grid.of_pipeline_rank(1), (std::vector<std::uint32_t>{4, 5, 6, 7}));
  EXPECT_EQ(grid.groups(0, {Dimension::tensor}), (Groups{{0, 1}, {2, 3}}));
  EXPECT_EQ(grid.groups(1, {Dimension::data}), (Groups{{4, 6}, {5, 7}}));
  layout.order = parse_order("pp,dp,tp,cp,ep");
  const CardGrid other(layout, first_cards(layout));
  EXPECT_EQ(other.of_pipeline_rank(1), (std::vector<std::uint32_t>{1, 5, 3, 7}));  // tensor runs fastest in lists
  EXPECT_EQ(other.groups(0, {Dimension::tensor}), (Groups{{0, 4}, {2, 6}}));
}

TEST(CardGrid, ExpertsTakeCardsFromData) {
  ParallelLayout layout;
  layout.data = 8;
  layout.expert = 4;
  const CardGrid grid(layout, first_cards(layout));
  EXPECT_EQ(grid.groups(0, {Dimension::expert}), (Groups{{0, 1, 2, 3}, {4, 5, 6, 7}}));
  EXPECT_EQ(grid.groups(0, {Dimension::data}), (Groups{{0, 4}, {1, 5}, {2, 6}, {3, 7}}));
  EXPECT_EQ(grid.groups(0, {Dimension::expert, Dimension::data}).size(), 1U);
}

TEST(Stages, LayersComeOutEvenOrFewerAtBothEnds) {
  const ComputeSpec compute = free_compute();
  const auto counts = [&](std::int64_t layers, std::int64_t pipeline, std::vector<std::int64_t> listed = {}) {
    const ModelSpec model = small_model(layers);
    ParallelLayout layout;
    layout.pipeline = pipeline;
    layout.layers_per_stage = std::move(listed);
    const LayerWork work(model, layout, compute);
    std::vector<std::size_t> found;
    for (const ModelStage& stage : model_stages(model, layout, work)) {
      found.push_back(static_cast<std::size_t>(
          std::ranges::count_if(stage, [](const ModelBlock& block) { return block.layer >= 0; })));
    }
    return found;
  };
  EXPECT_EQ(counts(8, 4), (std::vector<std::size_t>{2, 2, 2, 2}));
  EXPECT_EQ(counts(126, 16), (std::vector<std::size_t>{7, 8, 8, 8, 8, 8, 8, 8, 8, 8, 8, 8, 8, 8, 8, 7}));  // Llama 3
  EXPECT_EQ(counts(5, 4), (std::vector<std::size_t>{1, 2, 1, 1}));
  EXPECT_EQ(counts(5, 3, {1, 3, 1}), (std::vector<std::size_t>{1, 3, 1}));
}

TEST(Stages, ByTimeTheHeadCounts) {
  // Layers of 3 us and a head of 6 us over 4 stages: 10 layers and the head come to 36 us, 9 a stage: 3, 3, 3, 1 +
  // head.
  ComputeSpec compute = free_compute();
  using namespace polyplane::literals;
  set_time(compute, Part::attention, Direction::forward, 3_us);
  set_time(compute, Part::head, Direction::forward, 6_us);
  const ModelSpec model = small_model(10);
  ParallelLayout layout;
  layout.pipeline = 4;
  layout.split = StageSplit::by_time;
  const LayerWork work(model, layout, compute);
  std::vector<std::size_t> blocks;
  for (const ModelStage& stage : model_stages(model, layout, work)) blocks.push_back(stage.size());
  EXPECT_EQ(blocks, (std::vector<std::size_t>{1 + 3, 3, 3, 1 + 1}));
}

TEST(Stages, PredictionLayersFollowTheHead) {
  ModelSpec model = small_mixture(2);
  model.prediction_layers = 1;
  const ParallelLayout layout;
  const ComputeSpec compute = free_compute();
  const LayerWork work(model, layout, compute);
  const ModelStage stage = model_stages(model, layout, work).front();
  ASSERT_EQ(stage.size(), 6U);  // embedding, two layers, head, MTP layer, its head
  EXPECT_EQ(stage[4].parts, (std::vector<Part>{Part::prediction_join, Part::attention, Part::experts}));
  // All parameters are held, each once; MTP shares embedding and head. The last norm and one per block are the
  // difference.
  ParameterCount held;
  for (const ModelBlock& block : stage) held = held + parameters_of(model, layout, block);
  EXPECT_EQ(held.shared + held.expert, model.parameters() + model.prediction_parameters() - 64);
}

TEST(Layout, WhatDoesNotFitIsRefused) {
  const auto refusal = [](const ModelSpec& model, const ParallelLayout& layout) {
    try {
      layout.check(model);
    } catch (const InputError& error) { return std::string(error.what()); }
    return std::string("accepted");
  };
  const ModelSpec model = small_model(4), mixture = small_mixture(4);
  const auto with = [](auto change) {
    ParallelLayout layout;
    change(layout);
    return layout;
  };
  using L = ParallelLayout;
  EXPECT_EQ(refusal(model, with([](L& l) { l.data = 3, l.global_batch = 4; })),
            "global_batch, 4, is no multiple of data_parallel x micro_batch, 3 x 1");
  EXPECT_EQ(refusal(model, with([](L& l) { l.tensor = 3; })),
            "tensor_parallel, 3, does not divide the 4 heads of small");
  EXPECT_EQ(refusal(model, with([](L& l) { l.context = 5; })),
            "context_parallel, 5, does not divide the sequence length, 32");
  EXPECT_EQ(refusal(model, with([](L& l) { l.sequence_parallel = true; })),
            "sequence_parallel needs tensor_parallel above 1");
  EXPECT_EQ(refusal(model, with([](L& l) { l.expert = 2; })),
            "expert_parallel is of a model with experts; small has none");
  EXPECT_EQ(refusal(mixture, with([](L& l) { l.data = 3, l.expert = 2, l.global_batch = 3; })),
            "expert_parallel, 2, does not divide data_parallel, 3");
  EXPECT_EQ(refusal(mixture, with([](L& l) { l.data = 3, l.expert = 3, l.global_batch = 3; })),
            "expert_parallel, 3, does not divide the 8 experts");
  EXPECT_EQ(refusal(model, with([](L& l) { l.pipeline = 7; })),
            "7 pipeline stages for 4 layers; a stage needs one at least");
  EXPECT_EQ(refusal(model, with([](L& l) { l.pipeline = 2, l.layers_per_stage = {4}; })),
            "layers_per_stage lists 1 stages; there are 2");
  EXPECT_EQ(refusal(model, with([](L& l) { l.pipeline = 2, l.layers_per_stage = {2, 3}; })),
            "layers_per_stage comes to 5 layers; small has 4");
  EXPECT_EQ(refusal(model, with([](L& l) { l.scatter_gather = true; })),
            "scatter_gather needs tensor_parallel above 1, and no sequence_parallel, which does it anyway");
  EXPECT_EQ(refusal(model, with([](L& l) {
                      l.zero = 3, l.pipeline = 2, l.global_batch = 4, l.schedule = PipelineKind::dualpipe;
                    })),
            "zero 2 and 3 shard what both directions of dualpipe need all the time; use 0 or 1");
  EXPECT_THROW((void)parse_order("tp,cp,ep,dp"), InputError);
  EXPECT_THROW((void)parse_order("tp,tp,ep,dp,pp"), InputError);
  EXPECT_THROW((void)parse_order("tp,cp,ep,dp,qq"), InputError);
}

}  // namespace
}  // namespace polyplane::collectives
