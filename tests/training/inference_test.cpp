// Steps of serving: rooflines by hand, overlap of two micro-batches, memory.
#include "collectives/training/inference_step.h"

#include <gtest/gtest.h>

#include "base/error.h"
#include "collectives/program_check.h"
#include "training/list_schedule.h"
#include "training/models.h"

namespace polyplane::collectives {
namespace {

using namespace polyplane::literals;

constexpr std::int64_t kTera = 1'000'000'000'000;

/// BF16 peak and memory bandwidth of the catalogue, all of it used.
ComputeSpec peak(std::int64_t teraflops, std::int64_t gigabytes_per_second) {
  const FlopRate rate = FlopRate::from_per_second(teraflops * kTera);
  return {.products = rate,
          .head_products = rate,
          .attention = rate,
          .memory = BitRate::from_bps(8 * gigabytes_per_second * 1'000'000'000)};
}

/// Matrix products of a dense feed-forward part for `batch` requests of one token.
Duration products(const ComputeSpec& compute, std::int64_t batch) {
  ModelSpec model = small_model(1);
  model.hidden = 8192;
  model.ffn = 32768;
  const InferenceSpec inference{.batch = batch, .context = 1, .micro_batches = 1};
  Work work = inference_work(model, inference, Part::feed_forward);
  work.traffic = Bytes(0);
  return compute.time("feed_forward forward", work);
}

TEST(Roofline, H20AgainstH100) {
  // BF16 weights, P of them: b requests take max(2 b P / peak, 2 P / memory).
  //   H20    148 TFLOPS, 4,000 GB/s: bound by memory up to b = 148 / 4 = 37
  //   H100   989 TFLOPS, 3,350 GB/s: up to b = 989 / 3.35 = 295.2
  // Up to 37 the H20 is 4,000 / 3,350 = 1.194 times as fast. Then its 2 b P / 148 T meets the H100's 2 P / 3.35 T at
  // b = 148 / 3.35 = 44.18. From 296 on the H100 is 989 / 148 = 6.68 times as fast.
  const ComputeSpec h20 = peak(148, 4000), h100 = peak(989, 3350);
  const auto ratio = [&](std::int64_t batch) {
    return static_cast<double>(products(h100, batch).ps()) / static_cast<double>(products(h20, batch).ps());
  };
  for (const std::int64_t batch : {1, 8, 37}) EXPECT_NEAR(ratio(batch), 4000.0 / 3350, 1e-6) << batch;
  EXPECT_GT(ratio(44), 1);
  EXPECT_LT(ratio(45), 1);
  for (const std::int64_t batch : {296, 1024}) EXPECT_NEAR(ratio(batch), 148.0 / 989, 1e-6) << batch;
}

TEST(Inference, WorkOfALayerByHand) {
  // 8 requests with 100 tokens in the cache each, hidden 64, 4 heads of 16.
  const ModelSpec model = small_mixture(1);
  const InferenceSpec inference{.cards = 4, .batch = 8, .context = 100, .micro_batches = 2};  // 4 tokens at a time
  const Work attention = inference_work(model, inference, Part::attention);
  EXPECT_EQ(attention.products.count(), 2 * 4 * 4 * 64 * 64);
  EXPECT_EQ(attention.operands.count(), 2 * 4 * 64 * 64);
  EXPECT_EQ(attention.attention.count(), 2 * 4 * 100 * (64 + 64));
  EXPECT_EQ(attention.cache.count(), 4 * 100 * 2 * 64 * 2);
  // Each token meets 2 routed and 1 shared expert of 3 x 64 x 32; the card holds 2 routed ones and the shared one.
  const Work experts = inference_work(model, inference, Part::experts);
  EXPECT_EQ(experts.products.count(), 2 * 4 * (3 * 6144 + 512));
  EXPECT_EQ(experts.operands.count(), 2 * (3 * 6144 + 512));
}

TEST(Inference, LatentAttentionMeetsTheCompressedCache) {
  // DeepSeek-V3: 128 heads x (2 x 512 + 64) x 2 operations for a token of the cache, and 576 numbers of it.
  ModelSpec model = small_model(1);
  model.attention = {.heads = 128,
                     .kv_heads = 128,
                     .head_dim = 128,
                     .query_rank = 1536,
                     .kv_rank = 512,
                     .rotary_dim = 64,
                     .value_dim = 128};
  const InferenceSpec inference{.batch = 2, .context = 4096, .micro_batches = 1};
  const Work work = inference_work(model, inference, Part::attention);
  EXPECT_EQ(work.attention.count(), std::int64_t{2} * 2 * 4096 * 128 * 1088);
  EXPECT_EQ(work.cache.count(), 2 * 4096 * 576 * 2);
}

TEST(Inference, TwoMicroBatchesHideCommunication) {
  // Of each of 2 micro-batches a layer computes 4 + 4 us; dispatch and combine take 3 us each. Alone a layer takes 14
  // us, and two halves of it one after the other 28. Side by side compute is never idle after the first layer has
  // begun: 16 us a layer, while the other micro-batch's 4 us cover the 3.
  ComputeSpec compute = free_compute();
  set_time(compute, Part::attention, Direction::forward, 4_us);
  set_time(compute, Part::experts, Direction::forward, 4_us);
  const auto time = [&](std::int64_t micro_batches, std::int64_t layers) {
    const InferenceSpec inference{.cards = 4, .batch = 8, .context = 16, .micro_batches = micro_batches};
    const Program program = inference_step(small_mixture(layers), inference, compute, {0, 1, 2, 3});
    check_program(program, 4);
    return list_schedule(program, [](const Call&) { return 3_us; }).makespan;
  };
  EXPECT_EQ(time(1, 3), 3 * 14_us);
  EXPECT_EQ(time(2, 3), 3 * 16_us + 3_us);  // the last combine is exposed
}

TEST(Inference, CommunicationAloneIsTheLimitOfExpertParallelism) {
  // With compute free, two micro-batches take twice what dispatch and combine take, layer by layer: 2 x (1 + 2) x 5
  // layers.
  const InferenceSpec inference{.cards = 4, .batch = 8, .context = 16, .micro_batches = 2};
  const Program program = inference_step(small_mixture(5), inference, free_compute(), {0, 1, 2, 3});
  const auto time = [](const Call& call) { return call.kind == CollectiveKind::dispatch ? 1_us : 2_us; };
  EXPECT_EQ(list_schedule(program, time).makespan, 5 * 2 * 3_us);
}

TEST(Inference, RedundantExpertsAreExperts) {
  const InferenceSpec inference{.cards = 10, .redundant_experts = 2, .batch = 2, .context = 16, .micro_batches = 2};
  const Program program = inference_step(small_mixture(1), inference, free_compute(), {0, 1, 2, 3, 4, 5, 6, 7, 8, 9});
  ASSERT_EQ(program.calls.size(), 2U);
  EXPECT_EQ(program.calls[0].tokens->experts, 10U);
  EXPECT_EQ(program.calls[0].tokens->tokens, 1U);
  EXPECT_EQ(program.calls[0].tokens->shared, 0U);
  EXPECT_EQ(inference.held_experts(small_mixture(1)), 1);
}

TEST(Inference, Memory) {
  // All parameters but 6 of the 8 experts of each of 2 layers, 2 bytes each; 8 requests x 100 tokens x 2 layers x 128
  // numbers.
  const ModelSpec model = small_mixture(2);
  const InferenceSpec inference{.cards = 4, .batch = 8, .context = 100};
  const InferenceMemory memory = inference_memory(model, inference);
  EXPECT_EQ(memory.weights.count(), 2 * (model.parameters() - 2 * 6 * 6144));
  EXPECT_EQ(memory.cache.count(), 8 * 100 * 2 * 128 * 2);
}

TEST(Inference, EmbeddingAndHeadKeepTheirPrecision) {
  // Layers in FP8, embedding and head of 128 x 64 each in BF16: a byte more for each of those. Tied, they are there once.
  ModelSpec model = small_model(2);
  model.precisions.products = Precision::fp8;
  const InferenceSpec inference{.batch = 2};
  EXPECT_EQ(inference_memory(model, inference).weights.count(), model.parameters() + 2 * 128 * 64);
  model.precisions.head = Precision::fp8;
  EXPECT_EQ(inference_memory(model, inference).weights.count(), model.parameters() + 128 * 64);
  model.tied_embeddings = true;
  EXPECT_EQ(inference_memory(model, inference).weights.count(), model.parameters() + 128 * 64);
}

TEST(Inference, WhatDoesNotFitIsRefused) {
  const auto refusal = [](const ModelSpec& model, const InferenceSpec& inference) {
    try {
      inference.check(model);
    } catch (const InputError& error) { return std::string(error.what()); }
    return std::string("accepted");
  };
  EXPECT_EQ(refusal(small_mixture(1), {.cards = 3, .batch = 2}),
            "8 experts, redundant ones included, do not divide over 3 cards");
  EXPECT_EQ(refusal(small_mixture(1), {.cards = 4, .batch = 3}), "batch, 3, does not divide into 2 micro_batches");
  EXPECT_EQ(refusal(small_model(1), {.redundant_experts = 1, .batch = 2}),
            "redundant_experts are of a model with experts; small has none");
  EXPECT_EQ(refusal(small_model(1), {.batch = 2, .remote_shared_experts = true}),
            "remote_shared_experts is of a model with experts; small has none");
}

}  // namespace
}  // namespace polyplane::collectives
