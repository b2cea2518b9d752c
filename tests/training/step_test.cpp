// Programs of training steps: what is sent, by closed form; what waits for what, by an oracle.
#include <gtest/gtest.h>

#include <map>

#include "base/error.h"
#include "collectives/program_check.h"
#include "collectives/training/rank_writer.h"
#include "collectives/training/step_memory.h"
#include "training/list_schedule.h"
#include "training/models.h"

namespace polyplane::collectives {
namespace {

using namespace polyplane::literals;

Program step(const ModelSpec& model, const ParallelLayout& layout) {
  Program program = training_step(model, layout, free_compute(), first_cards(layout));
  check_program(program, static_cast<std::uint32_t>(layout.cards()));
  return program;
}

/// Bytes that one card of a group hands to the network.
std::int64_t sent_by_card(const Call& call) {
  const auto n = static_cast<std::int64_t>(call.groups.front().size());
  switch (call.kind) {
    case CollectiveKind::all_gather:
    case CollectiveKind::reduce_scatter:
      return call.size.count() / n * (n - 1);
    case CollectiveKind::all_reduce:
      return 2 * (call.size.count() / n) * (n - 1);
    case CollectiveKind::sendrecv:
      return call.size.count();
    default:
      return 0;
  }
}

/// Bytes that one card hands to the network for calls under a label, by closed form: an all-gather or reduce-scatter of
/// S over n cards S (n - 1) / n, an all-reduce twice that, a ring step its block; messages by their size. Of the first
/// card of each actor, summed over actors. Dispatch and combine are counted by messages, not here.
std::map<std::string, std::int64_t> bytes(const Program& program) {
  std::map<std::string, std::int64_t> sums;
  for (const Actor& actor : program.actors) {
    for (const Operation& operation : actor.operations) {
      std::int64_t sum = 0;
      if (operation.kind == Operation::Kind::send) sum = operation.bytes.count();
      if (operation.kind == Operation::Kind::collective) sum = sent_by_card(program.calls[operation.call]);
      if (sum > 0) sums[program.labels[operation.label]] += sum;
    }
  }
  return sums;
}

ParallelLayout layout_of(auto change) {
  ParallelLayout layout;
  change(layout);
  return layout;
}

// An activation of the small model is 32 tokens x 64 x 2 bytes = 4,096.

TEST(Step, TensorParallelSumsActivations) {
  // 2 layers, 3 micro-batches: forward 2 all-reduces a layer and one after the embedding, backward 2 a layer and one
  // before the head; each 2 x 4096 x 1/2 = 4,096 bytes of a card.
  const ParallelLayout layout = layout_of([](auto& l) { l.tensor = 2, l.global_batch = 3; });
  EXPECT_EQ(bytes(step(small_model(2), layout)).at("tp"), 3 * (5 + 5) * 4096);
}

TEST(Step, SequenceParallelGathersAndScatters) {
  // An all-gather or reduce-scatter of 4,096 bytes is 2,048 of a card. A part of a layer: forward one each, backward
  // one each and the input once more; 4 parts in 2 layers. Embedding: forward scatters, backward gathers. Head: forward
  // gathers, backward gathers its input again and scatters.
  const ParallelLayout layout =
      layout_of([](auto& l) { l.tensor = 2, l.global_batch = 3, l.sequence_parallel = true; });
  EXPECT_EQ(bytes(step(small_model(2), layout)).at("tp"), 3 * (4 * 5 + 2 + 3) * 2048);
}

TEST(Step, FullRecomputationSumsTwice) {
  const ParallelLayout layout =
      layout_of([](auto& l) { l.tensor = 2, l.global_batch = 1, l.recompute = Recompute::full; });
  EXPECT_EQ(bytes(step(small_model(2), layout)).at("tp"), (5 + 5 + 4) * 4096);
}

TEST(Step, ContextParallelExchangesKeysAndValues) {
  // 16 tokens a card; keys and values of a layer 2 x 64 numbers x 2 bytes x 32 tokens = 8,192 over both. Forward
  // gathered, backward gathered and scattered: 3 x 4,096 a layer. Around the ring each hands its half on once forward,
  // and backward with the gradients: 4,096 + 8,192.
  ParallelLayout layout = layout_of([](auto& l) { l.context = 2, l.global_batch = 2; });
  EXPECT_EQ(bytes(step(small_model(3), layout)).at("cp"), 2 * 3 * 3 * 4096);
  layout.context_exchange = ContextExchange::ring;
  EXPECT_EQ(bytes(step(small_model(3), layout)).at("cp"), 2 * 3 * 3 * 4096);
}

TEST(Step, StagesSendActivationsAndGradients) {
  // 4 stages, 8 micro-batches: 3 borders x 8 x 2 ways of 4,096 bytes a card.
  const auto pipeline = [](PipelineKind kind, std::int64_t chunks) {
    return layout_of(
        [&](auto& l) { l.pipeline = 4, l.global_batch = 8, l.schedule = kind, l.virtual_stages = chunks; });
  };
  for (const PipelineKind kind : {PipelineKind::one_f_one_b, PipelineKind::zero_bubble, PipelineKind::dualpipe}) {
    EXPECT_EQ(bytes(step(small_model(4), pipeline(kind, 1))).at("pp"), 3 * 8 * 2 * 4096) << to_string(kind);
  }
  // 2 chunks: 7 borders.
  EXPECT_EQ(bytes(step(small_model(8), pipeline(PipelineKind::interleaved, 2))).at("pp"), 7 * 8 * 2 * 4096);
  ParallelLayout scattered = pipeline(PipelineKind::one_f_one_b, 1);
  scattered.tensor = 2;
  scattered.scatter_gather = true;
  // Half of each message, and a gather of 2,048 a card on arrival.
  EXPECT_EQ(bytes(step(small_model(4), scattered)).at("pp"), 3 * 8 * 2 * (2048 + 2048));
}

TEST(Step, GradientsByZeroStage) {
  // Held: all parameters but the last norm, 64; gradients of 4 bytes over 4 cards, rounded down to whole shares.
  const ModelSpec model = small_model(2);
  const std::int64_t held = model.parameters() - 64, micro_batches = 3;
  const auto sent = [&](std::int64_t zero) {
    return bytes(
        step(model, layout_of([&](auto& l) { l.data = 4, l.global_batch = 4 * micro_batches, l.zero = zero; })));
  };
  EXPECT_EQ(sent(0).at("dp gradients"), 2 * 4 * held * 3 / 4);
  EXPECT_FALSE(sent(0).contains("dp parameters"));
  EXPECT_EQ(sent(1).at("dp gradients"), 4 * held * 3 / 4);
  EXPECT_EQ(sent(1).at("dp parameters"), 2 * held * 3 / 4);
  EXPECT_EQ(sent(2).at("dp gradients"), micro_batches * 4 * held * 3 / 4);
  EXPECT_EQ(sent(3).at("dp gradients"), micro_batches * 4 * held * 3 / 4);
  // Forward and, but for the embedding, backward.
  EXPECT_EQ(sent(3).at("dp parameters"), micro_batches * 2 * (2 * held - 8192) * 3 / 4);
}

TEST(Step, ExpertsAreSummedOverFewerCards) {
  // 4 data-parallel cards, experts over 2 of them: gradients of the 4 held experts go over 2 cards, the rest over 4.
  const ModelSpec model = small_mixture(1);
  const Program program = step(model, layout_of([](auto& l) { l.data = 4, l.expert = 2, l.global_batch = 4; }));
  const std::int64_t expert = 4 * model.expert_parameters();
  const std::int64_t shared = model.parameters() - 64 - 8 * model.expert_parameters();
  EXPECT_EQ(bytes(program).at("dp gradients"), 2 * 4 * shared * 3 / 4 + 2 * 4 * expert / 2);
  int dispatches = 0, combines = 0;
  for (const Operation& operation : program.actors.front().operations) {
    if (operation.kind != Operation::Kind::collective) continue;
    const Call& call = program.calls[operation.call];
    dispatches += call.kind == CollectiveKind::dispatch;
    combines += call.kind == CollectiveKind::combine;
    if (call.kind == CollectiveKind::dispatch) {
      EXPECT_EQ(call.groups, (std::vector<std::vector<std::uint32_t>>{{0, 1}, {2, 3}}));
      ASSERT_TRUE(call.tokens);
      EXPECT_EQ(call.tokens->tokens, 32U);
      EXPECT_EQ(call.tokens->top_k, 2U);
      EXPECT_EQ(call.size, Bytes(128));  // a token
    }
  }
  EXPECT_EQ(dispatches, 2);  // forward, and gradients backward
  EXPECT_EQ(combines, 2);
}

TEST(Step, DualPipeSumsBothCopiesOfAStage) {
  // 2 ranks hold both stages each: gradients of a stage over 2 cards, of both ranks.
  const Program program = step(small_model(2), layout_of([](auto& l) {
                                 l.pipeline = 2, l.global_batch = 4, l.schedule = PipelineKind::dualpipe, l.zero = 1;
                               }));
  for (const Call& call : program.calls) EXPECT_EQ(call.groups, (std::vector<std::vector<std::uint32_t>>{{0, 1}}));
  EXPECT_EQ(list_schedule(program).makespan, Duration());
}

TEST(Step, TiedEmbeddingsAreSummedBetweenBothEnds) {
  ModelSpec model = small_model(4);
  model.tied_embeddings = true;
  const Program program = step(model, layout_of([](auto& l) { l.pipeline = 4, l.global_batch = 4; }));
  // 128 x 64 numbers of 4 bytes, all-reduced over 2 cards, on both ranks.
  EXPECT_EQ(bytes(program).at("tied embedding"), 2 * 128 * 64 * 4);
  const Program alone = step(model, ParallelLayout());
  EXPECT_FALSE(bytes(alone).contains("tied embedding"));
}

TEST(Step, BucketsGatherLayers) {
  const auto calls = [](Bytes bucket) {
    const Program program =
        step(small_model(4), layout_of([&](auto& l) { l.data = 2, l.global_batch = 2, l.bucket = bucket; }));
    std::int64_t count = 0;
    for (const Operation& operation : program.actors.front().operations) {
      count += operation.kind == Operation::Kind::collective;
    }
    return count;
  };
  EXPECT_EQ(calls(Bytes(0)), 6);  // head, 4 layers, embedding
  EXPECT_EQ(calls(Bytes(1'000'000'000)), 1);
  // A layer has 49,280 x 4 = 197,120 bytes: head and first layer, two layers, the last with the embedding.
  EXPECT_EQ(calls(Bytes(200'000)), 3);
}

TEST(Step, OverlappedGradientsHideBehindTheBackwardPass) {
  // 3 layers of 10 us backward (weights in it), gradients of a layer 4 us: the last layer's alone are exposed, with
  // what the embedding's take. Without overlap all 5 follow: head, 3 layers, embedding.
  ComputeSpec compute = free_compute();
  set_time(compute, Part::attention, Direction::weight_gradient, 10_us);
  const auto time = [&](bool overlap) {
    const ParallelLayout layout =
        layout_of([&](auto& l) { l.data = 2, l.global_batch = 2, l.overlap_gradients = overlap; });
    const Program program = training_step(small_model(3), layout, compute, first_cards(layout));
    return list_schedule(program, [](const Call&) { return 4_us; }).makespan;
  };
  EXPECT_EQ(time(true), 30_us + 4_us + 4_us);
  EXPECT_EQ(time(false), 30_us + 5 * 4_us);
}

TEST(Step, OverlappedPassesHideExperts) {
  // One layer a stage, all passes 10 us (attention 4, experts 6), dispatch and combine 3 us each. Alone a forward pass
  // takes 16 us. DualPipe runs forward and backward passes side by side: in the middle of the step nothing is exposed.
  ComputeSpec compute = free_compute();
  for (const Direction direction : {Direction::forward, Direction::input_gradient}) {
    set_time(compute, Part::attention, direction, 4_us);
    set_time(compute, Part::experts, direction, 6_us);
  }
  const auto layout = [](std::int64_t micro_batches) {
    return layout_of([&](auto& l) {
      l.pipeline = 2, l.data = 2, l.expert = 2, l.global_batch = 2 * micro_batches, l.schedule = PipelineKind::dualpipe;
    });
  };
  const auto time = [&](std::int64_t micro_batches) {
    const Program program =
        training_step(small_mixture(2), layout(micro_batches), compute, first_cards(layout(micro_batches)));
    return list_schedule(program,
                         [](const Call& call) { return call.kind == CollectiveKind::all_reduce ? Duration() : 3_us; })
        .makespan;
  };
  // Four more micro-batches are four more pairs: forward attention 0 to 4 beside the first dispatch of gradients,
  // backward experts 4 to 10 beside the forward dispatch, forward experts 10 to 16, backward attention 16 to 20 beside
  // the combine.
  EXPECT_EQ(time(12) - time(8), 4 * 20_us);
}

TEST(Step, CardByCardIsTheSameStep) {
  ComputeSpec compute = free_compute();
  set_time(compute, Part::attention, Direction::forward, 2_us);
  set_time(compute, Part::experts, Direction::input_gradient, 5_us);
  const ParallelLayout layout = layout_of([](auto& l) {
    l.pipeline = 2, l.data = 4, l.expert = 2, l.global_batch = 32, l.schedule = PipelineKind::dualpipe, l.zero = 1;
  });
  const Program folded = training_step(small_mixture(4), layout, compute, first_cards(layout));
  const Program single = unfold(folded);
  check_program(single, 8);
  EXPECT_EQ(single.actors.size(), 8U);
  const auto time = [](const Call& call) { return Duration::from_ps(call.size.count()); };
  EXPECT_EQ(list_schedule(single, time).makespan, list_schedule(folded, time).makespan);
}

TEST(Step, MemoryAsTheFormulasOfKorthikanti) {
  // arXiv:2205.05198, equations 1 to 4: s b h (34 + 5 a s / h) of a layer; over t tensor-parallel cards
  // s b h (10 + 24 / t + 5 a s / (h t)), with sequence parallelism s b h / t (34 + 5 a s / h), without the scores 34 /
  // t; full recomputation keeps 2 s b h.
  ModelSpec model = small_model(1);
  model.dropout = true;
  ComputeSpec compute = free_compute();
  compute.stored_scores = true;
  const std::int64_t s = 32, h = 64, a = 4, t = 2;
  const ModelBlock layer{{Part::attention, Part::feed_forward}, 0};
  const auto kept = [&](auto change) { return kept_bytes(model, layout_of(change), compute, layer).count(); };
  EXPECT_EQ(kept([](auto&) {}), s * h * 34 + 5 * a * s * s);
  EXPECT_EQ(kept([](auto& l) { l.tensor = 2; }), s * h * 10 + (s * h * 24 + 5 * a * s * s) / t);
  EXPECT_EQ(kept([](auto& l) { l.tensor = 2, l.sequence_parallel = true; }), (s * h * 34 + 5 * a * s * s) / t);
  EXPECT_EQ(kept([](auto& l) { l.tensor = 2, l.sequence_parallel = true, l.recompute = Recompute::selective; }),
            s * h * 34 / t);
  EXPECT_EQ(kept([](auto& l) { l.recompute = Recompute::full; }), 2 * s * h);
}

TEST(Step, MemoryOfParametersByZeroStage) {
  // arXiv:1910.02054: 2 bytes of weights; here 4 of gradients and 12 of optimiser (fp32 copy and two moments).
  const ModelSpec model = small_model(2);
  const std::int64_t n = model.parameters() - 64;
  const auto memory = [&](std::int64_t zero) {
    return step_memory(model, layout_of([&](auto& l) { l.data = 4, l.global_batch = 4, l.zero = zero; }),
                       free_compute())
        .front();
  };
  EXPECT_EQ(memory(0).weights.count(), 2 * n);
  EXPECT_EQ(memory(0).gradients.count(), 4 * n);
  EXPECT_EQ(memory(0).optimiser.count(), 12 * n);
  EXPECT_EQ(memory(1).optimiser.count(), 12 * n / 4);
  EXPECT_EQ(memory(2).gradients.count(), 4 * n / 4);
  EXPECT_EQ(memory(3).weights.count(), 2 * n / 4 + 2 * 2 * (16384 + 32768 + 128));  // and two layers that are gathered
}

TEST(Step, StagesBeforeKeepMorePasses) {
  // 1F1B over 4 stages: 4, 3, 2, 1 open passes of a layer; DualPipe 5 everywhere.
  const ModelSpec model = small_model(4);
  const auto open = [&](PipelineKind kind, std::size_t rank) {
    const ParallelLayout layout = layout_of([&](auto& l) { l.pipeline = 4, l.global_batch = 16, l.schedule = kind; });
    const ComputeSpec compute = free_compute();
    const std::int64_t layer = kept_bytes(model, layout, compute, {{Part::attention, Part::feed_forward}, 0}).count();
    return step_memory(model, layout, compute)[rank].activations.count() / layer;
  };
  EXPECT_EQ(open(PipelineKind::one_f_one_b, 0), 4);
  EXPECT_EQ(open(PipelineKind::one_f_one_b, 1), 3);
  EXPECT_EQ(open(PipelineKind::one_f_one_b, 2), 2);
  EXPECT_EQ(open(PipelineKind::dualpipe, 1), 5);
  EXPECT_EQ(open(PipelineKind::dualpipe, 2), 5);
}

TEST(Step, AStepThatIsTooLargeIsRefused) {
  const ParallelLayout layout = layout_of([](auto& l) { l.pipeline = 2, l.global_batch = 3'000'000; });
  EXPECT_THROW((void)training_step(small_model(2), layout, free_compute(), first_cards(layout)), LimitError);
}

}  // namespace
}  // namespace polyplane::collectives
