// The answer of a step: its spread, the links that bind, and what would help most, by hand and against runs of the changed
// hardware.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <string>

#include "sim/catalog.h"
#include "sim/sensitivity.h"
#include "sim/simulation.h"
#include "sim/spread.h"
#include "sim/training_job.h"
#include "sim/view/quick_answers.h"
#include "tests/configs/temporary_file.h"

namespace polyplane::sim {
namespace {

using namespace literals;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::Pair;

/// Two cards in a node and nothing else. `rate`: "rate: \"100 GB/s\"", or "" for what the accelerator states.
std::string pair_of(const std::string& accelerator, const std::string& rate, const std::string& latency = "300 ns") {
  return "inline_cluster { name: \"pair\" nodes: 1 node { accelerator: \"" + accelerator +
         "\" accelerators: 2\n"
         "  scale_up { " +
         rate + " latency: \"" + latency + "\" } } }\n";
}

/// A model of two layers, one on each card. Its operations take what is measured: `unit` a pass of half of a layer forward.
/// Two bytes an element, 1,024 x 1,024 elements: 2,097,152 bytes go forward and as many come back.
std::string step_of(const std::string& unit, const std::string& mode) {
  std::string measured;
  const auto takes = [&](const std::string& operation, const std::string& time) {
    measured += "  measured { operation: \"" + operation + "\" time: \"" + time + "\" }\n";
  };
  for (const char* part : {"attention", "feed_forward", "embedding", "head"}) {
    for (const char* direction : {"forward", "input_gradient", "weight_gradient"}) {
      takes(std::string(part) + " " + direction, unit);
    }
  }
  takes("optimiser", unit);
  return "training { name: \"two layers\" mode: \"" + mode +
         "\"\n"
         "inline_model { name: \"tiny\" description: \"For tests.\"\n"
         "  provenance { source: \"none\" as_of: \"2026\" confidence: high }\n"
         "  layers: 2 hidden: 1024 ffn: 4096 attention { heads: 8 head_dim: 128 } vocabulary: 4096\n"
         "  sequence_length: 1024 }\n"
         "layout { pipeline_parallel: 2 global_batch: 1 }\n"
         "compute { product_efficiency: 0.5 attention_efficiency: 0.5 memory_efficiency: 0.8 source: \"none\"\n" +
         measured + "} }\n";
}

Experiment load(const std::string& text, Reading reading = Reading::used) {
  const TemporaryFile file(text);
  return Catalog(POLYPLANE_CONFIGS_DIRECTORY).experiments(file.path(), reading).front();
}

RunOptions explained() {
  RunOptions options;
  options.explain = true;
  return options;
}

Duration step_time(const Experiment& experiment) { return run(experiment, {}).steps.at(0).time; }

std::map<std::string, Duration> answers(const std::vector<Sensitivity>& sensitivities) {
  std::map<std::string, Duration> times;
  for (const Sensitivity& answer : sensitivities) times.emplace(answer.what, answer.time);
  return times;
}

class StepAnswer : public testing::TestWithParam<const char*> {
 protected:
  [[nodiscard]] Experiment experiment(const std::string& rate = "100 GB/s", const std::string& latency = "300 ns",
                                      const std::string& unit = "11 us") const {
    return load(pair_of("nvidia-h100-sxm5", "rate: \"" + rate + "\"", latency) + step_of(unit, GetParam()));
  }
};

INSTANTIATE_TEST_SUITE_P(Modes, StepAnswer, testing::Values("timed", "flows"),
                         [](const auto& mode) { return std::string(mode.param); });

// The critical path, in units of 11 us: card 0 embeds and runs its layer, 3; a message; card 1 runs its layer and the head
// forward, 3, the head and its layer back with both gradients, 6; a message; card 0 runs its layer and the embedding back, 6;
// the optimiser, 1. A message of 2,097,152 bytes at 100 GB/s takes 20,971,520 ps and 300 ns of latency.
TEST_P(StepAnswer, TheTierThatBinds) {
  const Report report = run(experiment(), explained());
  const StepResult& step = report.steps.at(0);
  const Duration message = Duration::from_ps(20'971'520) + 300_ns;
  Duration compute, communication;
  for (const StepPathPart& part : step.path) {
    compute += part.compute;
    communication += part.communication;
  }
  EXPECT_EQ(communication, message + message);
  EXPECT_EQ(compute, 19 * 11_us);
  EXPECT_EQ(step.time, compute + communication);
  EXPECT_EQ(step.communication.binding_tier, "nvlink");
  for (const Attribution::TierParts& tier : step.communication.tiers) {
    const bool binds = tier.tier == "nvlink";
    EXPECT_EQ(tier.serialisation, binds ? Duration::from_ps(2 * 20'971'520) : Duration()) << tier.tier;
    EXPECT_EQ(tier.latency, binds ? 600_ns : Duration()) << tier.tier;
    EXPECT_EQ(tier.contention, Duration()) << tier.tier;
  }
  EXPECT_EQ(step.overlap, Duration());
}

// 10 % better: rates 11/10, latency 9/10, compute 10/11; each against a step of hardware that is so.
TEST_P(StepAnswer, WhatWouldHelpIsARunOfTheBetterHardware) {
  Report report = run(experiment(), explained());
  const Duration time = report.steps.at(0).time;
  add_sensitivities(experiment(), {}, UINT64_MAX, report);
  const auto told = answers(report.steps.at(0).sensitivities);
  // 2,097,152 bytes at 110 GB/s: 19,065,018.2 ps, and an event is at the picosecond after.
  EXPECT_EQ(told.at("rate of nvlink"), time - 2 * Duration::from_ps(20'971'520 - 19'065'019));
  EXPECT_EQ(told.at("latency of nvlink"), time - 2 * 30_ns);
  EXPECT_EQ(told.at("speed of compute"), time - 19 * 1_us);
  EXPECT_EQ(told.at("rate of nvlink"), step_time(experiment("110 GB/s")));
  EXPECT_EQ(told.at("latency of nvlink"), step_time(experiment("100 GB/s", "270 ns")));
  EXPECT_EQ(told.at("speed of compute"), step_time(experiment("100 GB/s", "300 ns", "10 us")));
  EXPECT_EQ(report.steps.at(0).sensitivities.front().what, "speed of compute");
}

TEST_P(StepAnswer, TheSpreadIsTheLeastAndTheMostOfThreeRuns) {
  Report report = run(experiment(), {});
  const Duration time = report.steps.at(0).time;
  add_spreads(
      experiment(), [&](Reading reading) { return experiment(reading == Reading::slowest ? "50 GB/s" : "200 GB/s"); },
      {}, report);
  // Half the rate: 41,943,040 ps a message; twice: 10,485,760.
  const Duration less = Duration::from_ps(10'485'760), more = Duration::from_ps(20'971'520);
  EXPECT_EQ(report.steps.at(0).spread, (TimeSpread{time - 2 * less, time + 2 * more}));
}

TEST_P(StepAnswer, NoFigureWithARangeIsNoSpread) {
  Report report = run(experiment(), {});
  add_spreads(experiment(), [&](Reading) { return experiment(); }, {}, report);
  ASSERT_TRUE(report.steps.at(0).spread);
  EXPECT_FALSE(report.steps.at(0).spread->is_range());
  EXPECT_EQ(report.steps.at(0).spread->slowest, report.steps.at(0).time);
}

TEST(StepSpread, ComesFromTheCatalogue) {
  // H800: 200 GB/s are used, 150 is the low end, and nothing is higher: 13,981,013.3 instead of 10,485,760 ps a message.
  const std::string text = pair_of("nvidia-h800-sxm5", "") + step_of("11 us", "timed");
  Report report = run(load(text), {});
  const Duration time = report.steps.at(0).time;
  add_spreads(load(text), [&](Reading reading) { return load(text, reading); }, {}, report);
  EXPECT_EQ(report.steps.at(0).spread, (TimeSpread{time, time + 2 * Duration::from_ps(13'981'014 - 10'485'760)}));
}

TEST(StepSpread, RatesOfComputeAreReadLikewise) {
  // H100 NVL: 835 TFLOPS in BF16 are used, and are the low end; 989 are the high one. Half of them is reached.
  const auto compute = [](const std::string& accelerator, Reading reading) {
    return load(pair_of(accelerator, "rate: \"1 GB/s\"") + step_of("11 us", "timed"), reading).training.at(0)->compute;
  };
  EXPECT_EQ(compute("nvidia-h100-nvl", Reading::used).products.per_second(), 417'500'000'000'000);
  EXPECT_EQ(compute("nvidia-h100-nvl", Reading::slowest).products.per_second(), 417'500'000'000'000);
  EXPECT_EQ(compute("nvidia-h100-nvl", Reading::fastest).products.per_second(), 494'500'000'000'000);
  // B200: memory at 8,000 GB/s, at the least 7,700; 0.8 of it.
  EXPECT_EQ(compute("nvidia-b200-hgx", Reading::used).memory, BitRate::from_bps(8 * 6'400'000'000'000));
  EXPECT_EQ(compute("nvidia-b200-hgx", Reading::slowest).memory, BitRate::from_bps(8 * 6'160'000'000'000));
  EXPECT_EQ(compute("nvidia-b200-hgx", Reading::fastest).memory, BitRate::from_bps(8 * 6'400'000'000'000));
}

TEST(QuickAnswers, AreThoseOfTheWholeAnswer) {
  const std::string text = pair_of("nvidia-h800-sxm5", "") + step_of("11 us", "timed");
  const auto read = [&](Reading reading) { return load(text, reading); };
  Report quick = run(load(text), {}), whole = quick;
  add_quick_answers(load(text), {}, quick);
  add_quick_spreads(load(text), read, {}, quick);
  add_sensitivities(load(text), {}, UINT64_MAX, whole);
  add_spreads(load(text), read, {}, whole);
  EXPECT_EQ(answers(quick.steps.at(0).sensitivities), answers(whole.steps.at(0).sensitivities));
  EXPECT_EQ(quick.steps.at(0).spread, whole.steps.at(0).spread);
}

TEST(QuickAnswers, LeaveOutWhatIsDear) {
  const Experiment experiment = load(pair_of("nvidia-h800-sxm5", "") + step_of("11 us", "timed"));
  Report report = run(experiment, {});
  report.steps.at(0).events = kQuickEventsInAll + 1;
  add_quick_answers(experiment, {}, report);
  add_quick_spreads(experiment, [&](Reading) { return experiment; }, {}, report);
  EXPECT_THAT(report.steps.at(0).sensitivities, IsEmpty());
  EXPECT_FALSE(report.steps.at(0).spread);
}

TEST(QuickAnswers, BuildNoLargeClusterAgain) {
  const Experiment experiment = load(pair_of("nvidia-h800-sxm5", "") + step_of("11 us", "timed"));
  Report report = run(experiment, {});
  report.endpoints = kQuickEndpoints + 1;
  add_quick_answers(experiment, {}, report);
  add_quick_spreads(experiment, [&](Reading) { return experiment; }, {}, report);
  EXPECT_THAT(report.steps.at(0).sensitivities, IsEmpty());
  EXPECT_FALSE(report.steps.at(0).spread);
}

// Four cards around a switch without latency; three tokens a card, each to one expert.
TEST(ExchangeAnswer, IsOfALayer) {
  const auto text = [](const std::string& rate) {
    return "inline_cluster { name: \"star\" nodes: 4 node { accelerators: 1 nics: 1 nic_rate: \"" + rate +
           "\" nic_latency: \"0 ns\" }\n"
           "  fabric { generator: \"single_switch\" switch_radix: 8 port_rate: \"" +
           rate +
           "\" switch_latency: \"0 ns\" cable_latency: \"0 ns\" access_cable_latency: \"0 ns\" } }\n"
           "exchanges { name: \"experts\" tokens { tokens: 3 top_k: 1 draw: \"even\" } dispatch_token: \"1000 B\"\n"
           "  combine_token: \"2000 B\" layers: 5 micro_batches: 2 dispatch_algorithm: \"direct\"\n"
           "  combine_algorithm: \"direct\" }\n";
  };
  const Experiment experiment = load(text("10 GB/s"));
  Report report = run(experiment, explained());
  const Duration layer = report.exchanges.at(0).layer;
  EXPECT_EQ(report.exchanges.at(0).communication.binding_tier, report.collectives.at(0).attribution.binding_tier);
  Duration held;
  for (const Attribution::TierParts& tier : report.exchanges.at(0).communication.tiers) {
    held += tier.latency + tier.serialisation + tier.contention;
  }
  EXPECT_EQ(held, report.exchanges.at(0).dispatch + report.exchanges.at(0).combine);
  EXPECT_EQ(2 * held, layer);
  add_sensitivities(experiment, {}, UINT64_MAX, report);
  EXPECT_THAT(report.collectives.at(0).sensitivities, IsEmpty());
  const auto told = answers(report.exchanges.at(0).sensitivities);
  // One rate for all links of this star, in one tier.
  ASSERT_EQ(told.count("rate of " + report.exchanges.at(0).communication.binding_tier), 1U);
  EXPECT_EQ(told.at("rate of " + report.exchanges.at(0).communication.binding_tier),
            run(load(text("11 GB/s")), {}).exchanges.at(0).layer);
  add_spreads(
      experiment, [&](Reading reading) { return load(text(reading == Reading::slowest ? "5 GB/s" : "20 GB/s")); }, {},
      report);
  EXPECT_EQ(report.exchanges.at(0).spread,
            (TimeSpread{run(load(text("20 GB/s")), {}).exchanges.at(0).layer, 2 * layer}));
}

}  // namespace
}  // namespace polyplane::sim
