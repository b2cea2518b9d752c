// The flow model against the oracle on random problems. A failure prints the seed; POLYPLANE_CASES=20 in the
// environment runs twenty times as many.
#include <gtest/gtest.h>

#include <string>
#include <utility>

#include "base/random.h"
#include "sim/simulation.h"
#include "tests/golden/agreement.h"
#include "tests/golden/oracle_problem.h"
#include "tests/golden/random_experiment.h"

namespace polyplane::golden {
namespace {

constexpr RandomShape kSmall = {.devices = 5, .links = 8, .flows = 12, .capacity_events = 4};
constexpr RandomShape kLarge = {.devices = 24, .links = 80, .flows = 200, .capacity_events = 12};

Ends run(const sim::Experiment& experiment) {
  const sim::Report report = sim::run(experiment, {});
  Ends ends;
  for (const sim::FlowJob& flow : experiment.flows) ends.emplace_back(end_ps(report, flow.name));
  return ends;
}

TEST(RandomFlows, SmallProblemsAgreeWithExactRationals) {
  for (std::uint64_t seed = 1; seed <= cases(600); ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    const sim::Experiment experiment = random_experiment(seed, kSmall);
    expect_agreement(run(experiment), exact_truth(to_problem(experiment)));
  }
}

TEST(RandomFlows, LargeProblemsAgreeWithLongDouble) {
  for (std::uint64_t seed = 1'000'001; seed <= 1'000'000 + cases(100); ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    const sim::Experiment experiment = random_experiment(seed, kLarge);
    expect_agreement(run(experiment), long_double_truth(to_problem(experiment)));
  }
}

TEST(RandomFlows, OrderOfFlowsInTheFileChangesNothing) {
  for (std::uint64_t seed = 2'000'001; seed <= 2'000'000 + cases(100); ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    const sim::Experiment experiment = random_experiment(seed, seed % 4 == 0 ? kLarge : kSmall);
    sim::Experiment shuffled = experiment;
    RandomStream random(seed, 1);
    for (std::size_t i = shuffled.flows.size() - 1; i > 0; --i) {
      std::swap(shuffled.flows[i], shuffled.flows[random.below(i + 1)]);
    }
    const sim::Report report = sim::run(experiment, {});
    const sim::Report again = sim::run(shuffled, {});
    for (const sim::FlowJob& flow : experiment.flows) {
      EXPECT_EQ(end_ps(report, flow.name), end_ps(again, flow.name)) << flow.name;
    }
  }
}

TEST(RandomFlows, SameExperimentTwiceGivesTheSameFingerprint) {
  for (std::uint64_t seed = 3'000'001; seed <= 3'000'010; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    const sim::Experiment experiment = random_experiment(seed, kLarge);
    EXPECT_EQ(sim::run(experiment, {}).fingerprint, sim::run(experiment, {}).fingerprint);
  }
}

}  // namespace
}  // namespace polyplane::golden
