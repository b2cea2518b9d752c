// The ways to run what has no contention against the executor and its network models, on random clusters: the same
// picoseconds, the same bytes on every trunk.
#include "sim/uncontended.h"

#include <gtest/gtest.h>

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/error.h"
#include "base/random.h"
#include "collectives/algorithm.h"
#include "sim/placement.h"
#include "tests/collectives/token_contract.h"
#include "tests/sim/cases.h"
#include "tests/sim/random_cluster.h"
#include "tests/sim/uncontended_scenes.h"
#include "topology/faults.h"

namespace polyplane::sim {
namespace {

/// What a way is called where rings can be run in whole steps, and where not.
std::string text_of(UncontendedWay way, bool rings) {
  if (way == UncontendedWay::events) return "event by event, no contention";
  return way == UncontendedWay::whole_steps && rings ? "whole steps, no contention" : "send by send, no contention";
}

/// What a run needs, at random but for the algorithm.
struct Scene {
  std::unique_ptr<topology::Topology> topology;
  std::unique_ptr<topology::Router> router;
  std::unique_ptr<collectives::Schedule> schedule;
  Job job;
};

Duration random_cost(RandomStream& random) {
  return Duration::from_ps(random.below(3) == 0 ? 0 : static_cast<std::int64_t>(random.below(2'000'000)));
}

/// A random cluster; in one of three something is broken or slow.
topology::Topology random_topology(std::uint64_t seed, RandomStream& random) {
  topology::Topology healthy = topology::build_cluster(random_cluster(seed));
  const std::uint64_t kind = random.below(6);
  if (kind >= 2) return healthy;
  const auto& tiers = healthy.tier_names();
  const std::string fault = "1 of " + tiers[random.below(tiers.size())] + (kind == 0 ? "" : " at 50%");
  return topology::apply_faults(healthy, {fault}, seed, nullptr);
}

bool is_connected(Scene& scene) {
  topology::Route route;
  try {
    for (const DeviceId src : scene.job.devices) {
      for (const DeviceId dst : scene.job.devices) {
        if (src != dst) scene.router->route({src, dst, 0}, route);
      }
    }
  } catch (const InputError&) { return false; }
  return true;
}

/// Nothing when the algorithm cannot do it, or a fault cuts ranks off.
std::optional<Scene> random_scene(std::uint64_t seed, const std::string& algorithm_name) {
  RandomStream random(seed, 3);
  Scene scene;
  scene.topology = std::make_unique<topology::Topology>(random_topology(seed, random));
  const std::vector<std::string> routings = routings_of_any_graph();
  scene.router = topology::make_router(*scene.topology, {routings[random.below(routings.size())], "mix", seed});
  const auto cards = scene.topology->accelerators();
  scene.job.devices.assign(cards.begin(), cards.end());
  if (!is_connected(scene)) return std::nullopt;
  const auto ranks = static_cast<std::uint32_t>(cards.size());
  const collectives::Algorithm& algorithm = collectives::algorithms().at(algorithm_name);
  if (collectives::is_of_tokens(algorithm.collective)) return std::nullopt;  // sized by tokens, not by bytes
  const Bytes size(static_cast<std::int64_t>(random.below(1U << (4 + random.below(20)))));
  collectives::AlgorithmRequest request{
      collectives::Collective::sized(algorithm.collective, ranks, size, 4,
                                     RankId(static_cast<std::uint32_t>(random.below(ranks)))),
      make_layout(*scene.topology, scene.job.devices),
      algorithm.honours_channels ? static_cast<std::uint32_t>(random.below(4)) : 0,
      algorithm.honours_slices ? static_cast<std::uint32_t>(random.below(4)) : 0};
  if (algorithm.cannot && !algorithm.cannot(request).empty()) return std::nullopt;
  scene.schedule = collectives::make_schedule(algorithm, request);
  scene.job.schedule = scene.schedule.get();
  scene.job.devices = participant_devices(*scene.topology, scene.job.devices, request.layout, *scene.schedule);
  scene.job.costs = {"ring", random_cost(random), random_cost(random), random_cost(random), random_cost(random)};
  if (random.below(3) == 0) scene.job.efficiency = {15, 16};
  scene.job.start = TimePoint{} + random_cost(random);
  if (random.below(2) == 0) scene.job.costs.messages_under_way = static_cast<std::uint32_t>(2 + random.below(8));
  return scene;
}

std::optional<RunOutcome> uncontended(Scene& scene, bool shares_links, UncontendedWay way) {
  return run_uncontended(*scene.router, scene.job, nullptr, shares_links, way, {});
}

TEST(Uncontended, EveryAlgorithmIsTheAnalyticModel) {
  for (std::uint64_t seed = 0; seed < cases(25); ++seed) {
    for (const std::string& algorithm : collectives::algorithms().names()) {
      SCOPED_TRACE("seed " + std::to_string(seed) + ", " + describe(random_cluster(seed)) + ", " + algorithm);
      std::optional<Scene> scene = random_scene(seed, algorithm);
      if (!scene) continue;
      const RunOutcome expected = by_flows(*scene->topology, *scene->router, scene->job, "analytic");
      for (const UncontendedWay way : kWays) {
        const std::optional<RunOutcome> outcome = uncontended(*scene, false, way);
        ASSERT_TRUE(outcome);
        expect_same(*outcome, expected);
        EXPECT_EQ(outcome->events, expected.sends);
        const bool is_ring = algorithm.ends_with("/ring") && scene->schedule->ring_lane(0).has_value();
        EXPECT_EQ(outcome->way.text, text_of(way, is_ring) + agents_text(*scene->schedule));
      }
    }
  }
}

TEST(Uncontended, WherePresolveSaysSoItIsTheFlowModel) {
  int uncontended_runs = 0, contended_runs = 0;
  for (std::uint64_t seed = 0; seed < cases(25); ++seed) {
    for (const std::string& algorithm : collectives::algorithms().names()) {
      SCOPED_TRACE("seed " + std::to_string(seed) + ", " + describe(random_cluster(seed)) + ", " + algorithm);
      std::optional<Scene> scene = random_scene(seed, algorithm);
      if (!scene) continue;
      const std::optional<RunOutcome> by_sends = uncontended(*scene, true, UncontendedWay::dataflow);
      const std::optional<RunOutcome> by_steps = uncontended(*scene, true, UncontendedWay::whole_steps);
      const std::optional<RunOutcome> by_events = uncontended(*scene, true, UncontendedWay::events);
      EXPECT_EQ(by_sends.has_value(), by_steps.has_value());
      EXPECT_EQ(by_sends.has_value(), by_events.has_value());
      if (!by_sends) {
        ++contended_runs;
        continue;
      }
      ++uncontended_runs;
      const RunOutcome expected = by_flows(*scene->topology, *scene->router, scene->job, "flow");
      expect_same(*by_sends, expected);
      expect_same(*by_steps, expected);
      expect_same(*by_events, expected);
      EXPECT_EQ(by_events->events, expected.sends);
    }
  }
  EXPECT_GT(uncontended_runs, 50);
  EXPECT_GT(contended_runs, 50);
}

}  // namespace
}  // namespace polyplane::sim
