#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "base/error.h"
#include "sim/catalog.h"
#include "sim/fit/fit_stack.h"
#include "sim/fit/predictor.h"
#include "sim/fit/write_fit.h"
#include "tests/configs/temporary_file.h"

namespace polyplane::sim {
namespace {

using namespace literals;
using collectives::CollectiveKind;

constexpr std::uint32_t kRanks = 4;

/// Two protocols: one for arrays up to 64 KiB, one above.
Stack stack_of(Duration launch, Duration step, std::int64_t payload) {
  Stack stack{.name = "truth", .description = "", .protocols = {}};
  const ProtocolCosts costs{.family = "ring", .launch = launch, .step_scale_up = step, .step_scale_out = 9_us};
  stack.protocols.push_back({.name = "small", .efficiency = {1, 1}, .costs = {costs}, .max_size = 64_KiB});
  stack.protocols.push_back({.name = "large", .efficiency = {payload, 1000}, .costs = {costs}});
  return stack;
}

FitRequest request_of(const Stack& base) {
  FitRequest request;
  request.experiment.cluster = Catalog::open().cluster("dgx-h100");
  request.experiment.routing.name = request.experiment.cluster.spec.default_routing;
  request.experiment.stack = base;
  request.algorithm = "ring";
  return request;
}

/// What `truth` gives for all_reduce and all_gather on four cards, times e^noise of row i.
void add_measurements(const Stack& truth, FitRequest& request, double noise) {
  Predictor predictor(request.experiment, 1, {}, {});
  const std::size_t team = predictor.add_team({0, 1, 2, 3});
  for (const CollectiveKind kind : {CollectiveKind::all_reduce, CollectiveKind::all_gather}) {
    PlacedSeries placed;
    placed.series.file = "synthetic";
    placed.series.collective = kind;
    placed.series.ranks = kRanks;
    placed.cards = {0, 1, 2, 3};
    int number = 0;
    for (std::int64_t size = 1024; size <= std::int64_t{256} << 20; size *= 2) {
      const Prediction exact = predictor.predict(team, {kind, Bytes(size), "float", "ring", "auto"}, truth);
      const double ps = static_cast<double>(exact.time.ps()) * std::exp(number / 2 % 2 == 0 ? noise : -noise);
      placed.series.rows.push_back({Bytes(size), Duration::from_ps(std::llround(ps)), 0});
      ++number;
    }
    request.series.push_back(std::move(placed));
  }
}

const FittedParameter& parameter(const Fitted& fitted, const std::string& name) {
  for (const FittedParameter& candidate : fitted.parameters) {
    if (candidate.parameter.name() == name) return candidate;
  }
  ADD_FAILURE() << name;
  return fitted.parameters.front();
}

TEST(FitStack, RecoversTheStackThatMadeTheTimes) {
  // Base 5 us, 3 us, no loss; truth 12 us, 1.5 us, 80 % of the wire for large arrays.
  FitRequest request = request_of(stack_of(5_us, 3_us, 1000));
  add_measurements(stack_of(12_us, Duration::from_ps(1'500'000), 800), request, 0);
  const Fitted fitted = fit_stack(request, {});
  EXPECT_NEAR(parameter(fitted, "launch").value, 12e6, 12e6 * 0.01);
  EXPECT_NEAR(parameter(fitted, "step_scale_up").value, 1.5e6, 1.5e6 * 0.01);
  EXPECT_NEAR(parameter(fitted, "efficiency of large").value, 0.8, 0.005);
  EXPECT_LT(fitted.test.median_abs, 0.003);
  EXPECT_GT(fitted.test_before.median_abs, 0.1) << "the base was off, or nothing was shown";
}

TEST(FitStack, SaysWhatNothingDependsOn) {
  FitRequest request = request_of(stack_of(5_us, 3_us, 1000));
  add_measurements(stack_of(6_us, 4_us, 900), request, 0);
  const Fitted fitted = fit_stack(request, {});
  // All four cards share a domain: no send leaves it.
  const FittedParameter& out = parameter(fitted, "step_scale_out");
  EXPECT_FALSE(out.determined);
  EXPECT_EQ(out.value, out.base);
  EXPECT_EQ(fitted.stack.protocols.front().costs.front().step_scale_out, 9_us);
}

TEST(FitStack, HoldsEverySecondSizeOut) {
  FitRequest request = request_of(stack_of(5_us, 3_us, 1000));
  add_measurements(stack_of(6_us, 4_us, 900), request, 0);
  // A wild measurement among those held out changes nothing: 2 KiB is the second size.
  FitRequest wild = request;
  ASSERT_EQ(wild.series[0].series.rows[1].size, 2_KiB);
  wild.series[0].series.rows[1].time = 900_us;
  const Fitted fitted = fit_stack(request, {}), other = fit_stack(wild, {});
  for (std::size_t i = 0; i < fitted.parameters.size(); ++i) {
    EXPECT_EQ(fitted.parameters[i].value, other.parameters[i].value);
  }
  EXPECT_GT(std::abs(other.test.worst), 2);
  EXPECT_EQ(fitted.fit.records, 20U);  // of 19 sizes of two collectives ten each, the first one included
  EXPECT_EQ(fitted.test.records, 18U);
}

TEST(FitStack, ConfidenceHoldsTheTruthUnderNoise) {
  FitRequest request = request_of(stack_of(5_us, 3_us, 1000));
  add_measurements(stack_of(12_us, 2_us, 800), request, 0.05);
  const Fitted fitted = fit_stack(request, {});
  const FittedParameter& launch = parameter(fitted, "launch");
  ASSERT_TRUE(launch.low && launch.high);
  EXPECT_LE(*launch.low, 12e6);
  EXPECT_GE(*launch.high, 12e6);
  EXPECT_LT(*launch.high / *launch.low, 2) << "an interval that says something";
}

TEST(FitStack, IsTheSameForAnyNumberOfThreads) {
  FitRequest request = request_of(stack_of(5_us, 3_us, 1000));
  add_measurements(stack_of(12_us, 2_us, 800), request, 0.05);
  const Fitted one = fit_stack(request, {.threads = 1}), three = fit_stack(request, {.threads = 3});
  EXPECT_EQ(to_json(request, one, "v"), to_json(request, three, "v"));
}

TEST(FitStack, RefusesWhatItCannotFitTo) {
  FitRequest request = request_of(stack_of(5_us, 3_us, 1000));
  PlacedSeries tiny;
  tiny.series.collective = CollectiveKind::all_gather;
  tiny.series.ranks = kRanks;
  tiny.series.rows = {{4_B, 1_us, 0}};  // less than 16 bytes a rank: nccl-tests' contract is then empty
  tiny.cards = {0, 1, 2, 3};
  request.series = {tiny};
  EXPECT_THROW(static_cast<void>(fit_stack(request, {})), InputError);
  request.series[0].cards = {0, 1, 2, 99};
  EXPECT_THROW(static_cast<void>(fit_stack(request, {})), InputError);
}

TEST(StackText, ComesBackAsTheSameStack) {
  Stack stack = Catalog::open().stack("nccl");
  stack.name = "again";
  stack.protocols[0].max_size = Bytes(123'457);
  stack.protocols[0].costs[0].launch = Duration::from_ps(1'234'567'891);
  const TemporaryFile file(stack_text(stack, {"A test.", "nowhere", "2026", {"one", "", "two\nlines"}}),
                           "again.textproto");
  const Stack again = Catalog::open().stack(file.path());
  EXPECT_EQ(again.name, "again");
  EXPECT_EQ(again.description, "A test.");
  EXPECT_EQ(again.assumed, stack.assumed);
  ASSERT_NE(again.nccl, nullptr);
  ASSERT_EQ(again.protocols.size(), stack.protocols.size());
  for (std::size_t p = 0; p < stack.protocols.size(); ++p) {
    const Protocol &one = stack.protocols[p], &two = again.protocols[p];
    EXPECT_EQ(one.name, two.name);
    EXPECT_EQ(one.min_size, two.min_size);
    EXPECT_EQ(one.max_size, two.max_size);
    ASSERT_EQ(one.costs.size(), two.costs.size());
    for (std::size_t c = 0; c < one.costs.size(); ++c) {
      EXPECT_EQ(one.costs[c].family, two.costs[c].family);
      EXPECT_EQ(one.costs[c].launch, two.costs[c].launch);
      EXPECT_EQ(one.costs[c].step_scale_up, two.costs[c].step_scale_up);
      EXPECT_EQ(one.costs[c].step_scale_out, two.costs[c].step_scale_out);
      EXPECT_EQ(one.costs[c].message, two.costs[c].message);
      EXPECT_EQ(one.costs[c].chunk, two.costs[c].chunk);
      EXPECT_EQ(one.costs[c].channels, two.costs[c].channels);
      EXPECT_EQ(one.costs[c].efficiency.has_value(), two.costs[c].efficiency.has_value());
    }
  }
}

}  // namespace
}  // namespace polyplane::sim
