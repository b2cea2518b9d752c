// Parameters and operations of models, against what their papers publish.
#include <gtest/gtest.h>

#include "base/error.h"
#include "configs/directory.h"
#include "sim/catalog.h"
#include "sim/training_job.h"
#include "training/models.h"

namespace polyplane::collectives {
namespace {

ModelSpec shipped(const std::string& name) { return sim::Catalog(POLYPLANE_CONFIGS_DIRECTORY).model(name).spec; }

void expect_within(double value, double published, double share) {
  EXPECT_NEAR(value / published, 1, share) << value << " against " << published;
}

TEST(Model, SmallOneByHand) {
  // A layer: 4 x 64 x 64 attention, 2 x 64 x 256 feed-forward, 2 x 64 of norms. Embedding and head 128 x 64 each, last
  // norm 64.
  const ModelSpec model = small_model(3);
  EXPECT_EQ(model.parameters(), 3 * (16384 + 32768 + 128) + 2 * 8192 + 64);
  EXPECT_EQ(model.active_parameters(), model.parameters() - 8192);
  // Products of a token: layers 3 x 49,152, head 8,192, two operations each; the core meets 32 tokens: 2 x 32 x (64 +
  // 64) a layer. Backward twice that.
  EXPECT_DOUBLE_EQ(model.training_flops_per_token(false), 3.0 * (2 * (3 * 49152 + 8192) + 3 * 8192));
  EXPECT_DOUBLE_EQ(model.training_flops_per_token(true), 3.0 * (2 * (3 * 49152 + 8192) + 3 * 4096));
}

TEST(Model, MixtureByHand) {
  // An expert: 3 x 64 x 32 = 6,144; 8 routed, 1 shared, router 64 x 8; a token meets 2 + 1.
  const ModelSpec model = small_mixture(2);
  EXPECT_EQ(model.parameters(), 2 * (16384 + 9 * 6144 + 512 + 128) + 2 * 8192 + 64);
  EXPECT_EQ(model.active_parameters(), 2 * (16384 + 3 * 6144 + 512 + 128) + 8192 + 64);
}

TEST(Model, DeepSeekV3HasItsParameters) {
  const ModelSpec model = shipped("deepseek-v3");
  expect_within(static_cast<double>(model.parameters()), 671e9, 0.01);
  // README_WEIGHTS.md: 36.7 B active in the main model, 11.5 B of MTP's own.
  expect_within(static_cast<double>(model.active_parameters()), 36.7e9, 0.01);
  expect_within(static_cast<double>(model.prediction_parameters()), 11.5e9, 0.01);
  // A layer of latent attention: 7168 x 1536 + 1536 x 24576 down and up for queries, 7168 x 576 + 512 x 32768 for keys
  // and values, 16384 x 7168 out; norms of 1536 and 512 on the ranks.
  EXPECT_EQ(model.attention_parameters(), 11010048 + 37748736 + 4128768 + 16777216 + 117440512 + 2048);
}

TEST(Model, PublishedCounts) {
  expect_within(static_cast<double>(shipped("llama-3-405b").parameters()), 405e9, 0.01);
  expect_within(static_cast<double>(shipped("llama-3-8b").parameters()), 8.03e9, 0.01);
  expect_within(static_cast<double>(shipped("gpt-3-175b").parameters()), 174.6e9, 0.01);
  expect_within(static_cast<double>(shipped("megatron-1t").parameters()), 1008e9, 0.01);
  expect_within(static_cast<double>(shipped("megatron-530b").parameters()), 529.6e9, 0.01);
  expect_within(static_cast<double>(shipped("megatron-22b").parameters()), 22e9, 0.02);  // "22B"
  expect_within(static_cast<double>(shipped("mixtral-8x7b").parameters()), 46.7e9, 0.01);
  expect_within(static_cast<double>(shipped("mixtral-8x7b").active_parameters()), 12.9e9, 0.015);
  expect_within(static_cast<double>(shipped("mixtral-8x22b").parameters()), 141e9, 0.01);
  expect_within(static_cast<double>(shipped("mixtral-8x22b").active_parameters()), 39e9, 0.01);
}

TEST(Model, OperationsAsMegatronCountsThem) {
  // 96 B s l h^2 (1 + s / 6h + V / 16 l h) with full recomputation (arXiv:2104.04473, appendix): per token without B s,
  // and without biases, of which the formula knows nothing. 1T: l 128, h 25600, s 2048, V 51200.
  const ModelSpec model = shipped("megatron-1t");
  const double l = 128, h = 25600, s = 2048, v = 51200;
  const double formula = 96 * l * h * h * (1 + s / (6 * h) + v / (16 * l * h));
  expect_within(model.training_flops_per_token(false) + model.recompute_flops_per_token(true, false), formula, 0.001);
}

TEST(Model, ContradictionsAreRefused) {
  const auto refusal = [](const ModelSpec& model) {
    try {
      model.check();
    } catch (const InputError& error) { return std::string(error.what()); }
    return std::string();
  };
  ModelSpec model = small_model(2);
  model.attention.kv_heads = 3;
  EXPECT_EQ(refusal(model), "model small: kv_heads, 3, do not divide heads, 4");
  model = small_model(2);
  model.attention.kv_rank = 8;
  EXPECT_EQ(refusal(model), "model small: value_dim is missing; latent attention needs it");
  model = small_mixture(2);
  model.dense_layers = 3;
  EXPECT_EQ(refusal(model), "model small: dense_layers, 3, are more than layers, 2");
  model = small_model(2);
  model.dense_layers = 1;
  EXPECT_EQ(refusal(model), "model small: dense_layers are of a model with experts; this one has none");
  model = small_mixture(2);
  model.experts->top_k = 9;
  EXPECT_EQ(refusal(model), "model small: top_k, 9, is more than the experts, 8");
  EXPECT_THROW((void)parse_precision("fp12"), InputError);
}

}  // namespace
}  // namespace polyplane::collectives
