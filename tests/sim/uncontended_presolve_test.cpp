// Which runs have no contention: never one in which a trunk can be short, and each one in which none can.
#include <optional>
#include <utility>
#include <vector>

#include "base/check.h"
#include "sim/uncontended_events.h"
#include "tests/sim/uncontended_scenes.h"

namespace polyplane::sim {
namespace {

using namespace polyplane::literals;
using collectives::CollectiveKind;

// A card with all its lanes on one port: the ways agree that it can be short, and what watches the trunks sees it too.
TEST(Uncontended, EventsWatchTheTrunks) {
  StarScene scene(CollectiveKind::all_reduce, "ring", 4, 4_MiB, 2);
  UncontendedSends alone(scene.router, scene.job, nullptr), sharing(scene.router, scene.job, nullptr);
  EXPECT_TRUE(UncontendedEvents(scene.job, nullptr, alone, false).run({}));
  EXPECT_THROW(static_cast<void>(UncontendedEvents(scene.job, nullptr, sharing, true).run({})), InternalError);
}

/// A star whose messages all cross one more trunk, the last, at a weight.
class WaistRouter final : public topology::Router {
 public:
  WaistRouter(std::uint32_t cards, BitRate waist, double weight) : star_(cards, 300_Gbps, 1_us), weight_(weight) {
    trunks_.assign(star_.trunks().begin(), star_.trunks().end());
    trunks_.push_back({waist, 0, 2 * cards, 1});
  }
  [[nodiscard]] std::span<const topology::Trunk> trunks() const override { return trunks_; }
  [[nodiscard]] std::span<const topology::TrunkMember> members(TrunkId) const override { return {}; }
  void route(const topology::FlowKey& key, topology::Route& route) override {
    star_.route(key, route);
    route.hops.push_back({TrunkId(static_cast<std::uint32_t>(trunks_.size() - 1)), weight_});
  }
  [[nodiscard]] std::vector<std::pair<LinkId, double>> links(const topology::FlowKey&) override { return {}; }
  [[nodiscard]] std::vector<Duration> latency_by_tier(const topology::FlowKey&) override { return {}; }

 private:
  StarRouter star_;
  std::vector<topology::Trunk> trunks_;
  double weight_;
};

// Four lanes at 300 Gb/s. What fits exactly is accepted where rates and weights are whole or binary; where a weight is
// rounded, room must be left.
TEST(Uncontended, PresolveIsExact) {
  const auto fits = [](std::int64_t waist_bps, double weight) {
    StarScene scene(CollectiveKind::all_reduce, "ring", 4, 4_MiB);
    WaistRouter router(4, BitRate::from_bps(waist_bps), weight);
    const auto outcome = run_uncontended(router, scene.job, nullptr, true, UncontendedWay::whole_steps, {});
    const auto by_events = run_uncontended(router, scene.job, nullptr, true, UncontendedWay::events, {});
    EXPECT_EQ(outcome.has_value(), by_events.has_value());
    if (outcome) {
      const RunOutcome expected = by_flows(scene.topology, router, scene.job, "flow");
      expect_same(*outcome, expected);
      expect_same(*by_events, expected);
    }
    return outcome.has_value();
  };
  EXPECT_TRUE(fits(1'200'000'000'000, 1.0));
  EXPECT_FALSE(fits(1'199'999'999'999, 1.0));
  EXPECT_TRUE(fits(300'000'000'000, 0.25));
  EXPECT_FALSE(fits(299'999'999'999, 0.25));
  EXPECT_TRUE(fits(3'600'000'000'000, 3.0));
  EXPECT_FALSE(fits(400'000'000'000, 1.0 / 3));
  EXPECT_TRUE(fits(400'000'001'000, 1.0 / 3));
}

// Two channels leave a card through one port, and all cards send to one at once.
TEST(Uncontended, PresolveRefusesSharedPorts) {
  StarScene channels(CollectiveKind::all_reduce, "ring", 4, 4_MiB, 2);
  StarScene pairwise(CollectiveKind::alltoall, "pairwise", 4, 4_MiB);
  StarScene gather(CollectiveKind::gather, "direct", 4, 4_MiB);
  for (StarScene* scene : {&channels, &pairwise, &gather}) {
    for (const UncontendedWay way : kWays) {
      EXPECT_FALSE(run_uncontended(scene->router, scene->job, nullptr, true, way, {}));
      EXPECT_TRUE(run_uncontended(scene->router, scene->job, nullptr, false, way, {}));
    }
  }
  // Empty messages load nothing.
  StarScene barrier(CollectiveKind::barrier, "dissemination", 16, Bytes());
  for (const UncontendedWay way : kWays) {
    const auto outcome = run_uncontended(barrier.router, barrier.job, nullptr, true, way, {});
    ASSERT_TRUE(outcome);
    expect_same(*outcome, by_flows(barrier.topology, barrier.router, barrier.job, "flow"));
  }
}

TEST(Uncontended, ATrunkWithoutCapacityIsLeftToTheNetwork) {
  StarScene scene(CollectiveKind::all_reduce, "ring", 4, 4_MiB);
  scene.router.set_rate(TrunkId(2), BitRate());
  for (const bool shares_links : {false, true}) {
    for (const UncontendedWay way : kWays) {
      EXPECT_FALSE(run_uncontended(scene.router, scene.job, nullptr, shares_links, way, {}));
    }
  }
}

}  // namespace
}  // namespace polyplane::sim
