// Flows and collectives over the scale-out networks of topology/generators, with times by hand. Ports of 400 Gbps are
// 50 GB/s, so 50 MB take 1 ms. Latencies (tests/topology/clusters.h): into a switch 600 + 10 + 200 = 810 ns, between two
// switches 50 + 200 = 250 ns, out 10 + 600 = 610 ns.
#include <gtest/gtest.h>

#include <map>
#include <ostream>

#include "tests/sim/small_runs.h"
#include "tests/topology/clusters.h"

namespace polyplane::sim {
namespace {

using collectives::CollectiveKind;
using topology::ClusterSpec;
using topology::nvlink_cluster;
using topology::plain_cluster;

constexpr Bytes k50Megabytes{50'000'000};

std::string card(int node) { return "node" + std::to_string(node) + "/gpu0"; }

/// Ends in ns of flows of 50 MB that all start at zero.
std::vector<std::int64_t> ends(ClusterSpec spec, const std::string& routing,
                               const std::vector<std::pair<std::string, std::string>>& pairs) {
  Experiment experiment = on_cluster(std::move(spec), routing);
  for (const auto& [src, dst] : pairs) experiment.flows.push_back(flow_job(src, dst, k50Megabytes));
  std::vector<std::int64_t> result;
  for (const TimePoint end : flow_ends(experiment)) result.push_back(end.ps() / 1000);
  return result;
}

using Ends = std::vector<std::int64_t>;

ClusterSpec dragonfly() { return plain_cluster(72, 7, "dragonfly", {"p=2", "a=4", "h=2"}); }

TEST(ScaleOutNetworks, DragonflyGoesLocalGlobalLocal) {
  // Group 0 has its cable to group 8 on switch 3, group 8 its one to group 0 on its first. From switch 0 to the second
  // switch of group 8 (nodes 66, 67): three hops.
  EXPECT_EQ(ends(dragonfly(), "ecmp", {{card(0), card(66)}}), (Ends{1'000'000 + 810 + 3 * 250 + 610}));
  // From the switch that owns the cable to the one at its other end: one hop.
  EXPECT_EQ(ends(dragonfly(), "ecmp", {{card(6), card(64)}}), (Ends{1'000'000 + 810 + 250 + 610}));
}

TEST(ScaleOutNetworks, NeighbouringGroupsShareOneGlobalCable) {
  // All 8 of group 0 send to group 1, minimally: 8 x 50 MB over one cable of 50 GB/s. Its ends are the first switches of
  // both groups, so the first two cards take one hop and start after 1,670 ns, the others three and 2,170 ns. In these
  // 500 ns the two send 12.5 kB each, then all share evenly: the two end after 8 ms - 2 us more, at 8,000,170 ns, and the
  // cable is busy for 8 ms from 1,670 ns on.
  std::vector<std::pair<std::string, std::string>> pairs;
  for (int i = 0; i < 8; ++i) pairs.emplace_back(card(i), card(8 + i));
  const Ends all = ends(dragonfly(), "spray", pairs);
  for (std::size_t i = 0; i < 8; ++i) EXPECT_EQ(all[i], i < 2 ? 8'000'170 : 8'001'670) << i;
}

TEST(ScaleOutNetworks, DragonflyPlusGoesOverTwoSpines) {
  // Radix 4: 2 leaves and 2 spines a group, one cable to each other group.
  EXPECT_EQ(ends(plain_cluster(20, 4, "dragonfly_plus", {}), "spray", {{card(0), card(19)}}),
            (Ends{1'000'000 + 810 + 3 * 250 + 610}));
}

TEST(ScaleOutNetworks, SlimFlyTakesTwoHopsAtMost) {
  // q = 5, p = 4: from the first switch 3 others share it, 7 x 4 are one hop away, 42 x 4 two.
  const ClusterSpec spec = plain_cluster(200, 11, "slim_fly", {"q=5", "p=4"});
  Experiment experiment = on_cluster(spec, "ecmp");
  for (int to = 1; to < 200; ++to) {
    experiment.flows.push_back(
        flow_job(card(0), card(to), k50Megabytes, TimePoint{} + to * Duration::from_ps(2'000'000'000)));
  }
  std::map<std::int64_t, int> times;
  const Report report = run(experiment, {});
  for (const FlowResult& flow : report.flows) ++times[(flow.end - flow.start).ps() / 1000 - 1'000'000];
  EXPECT_EQ(times, (std::map<std::int64_t, int>{{1420, 3}, {1670, 28}, {1920, 168}}));
}

TEST(ScaleOutNetworks, TorusSpraysBothWaysRound) {
  // A ring of four switches with two cards each. Card 0 to the far switch takes both ways, half a flow on each; card 1
  // sends to the next switch, alone from 1,670 to 1,920 ns: 12.5 kB. Then on that cable x / 2 + y = 50 GB/s, x = y = 33.3.
  // The second ends at 1,920 ns + 1.5 ms - 375 ns, the first 12.5 kB and 250 ns later.
  const ClusterSpec spec = plain_cluster(8, 4, "torus", {"dims=4", "p=2"});
  EXPECT_EQ(ends(spec, "spray", {{card(0), card(4)}}), (Ends{1'000'000 + 810 + 500 + 610}));
  EXPECT_EQ(ends(spec, "spray", {{card(0), card(4)}, {card(1), card(2)}}), (Ends{1'501'795, 1'501'545}));
}

TEST(ScaleOutNetworks, ParallelCablesOfAMeshAddUp) {
  // Two switches of 4: all cross at once, 200 MB over one, two or four cables.
  for (const int links : {1, 2, 4}) {
    SCOPED_TRACE(links);
    std::vector<std::pair<std::string, std::string>> pairs;
    for (int i = 0; i < 4; ++i) pairs.emplace_back(card(i), card(4 + i));
    const Ends expected(4, 4'000'000 / links + 810 + 250 + 610);
    const std::string count = "links=" + std::to_string(links);
    EXPECT_EQ(ends(plain_cluster(8, 8, "full_mesh", {"p=4", count}), "spray", pairs), expected);
    EXPECT_EQ(ends(plain_cluster(8, 8, "hyperx", {"dims=2", "p=4", count}), "spray", pairs), expected);
  }
}

TEST(ScaleOutNetworks, RailOnlyCrossesRailsOverThePeer) {
  // NVLink to the card on the rail of the far end, 1,000 ns, then one switch.
  const ClusterSpec spec = nvlink_cluster(4, "rail_only", {"tiers=1"});
  EXPECT_EQ(ends(spec, "spray", {{"node0/gpu0", "node1/gpu0"}}), (Ends{1'000'000 + 810 + 610}));
  EXPECT_EQ(ends(spec, "spray", {{"node0/gpu0", "node1/gpu1"}}), (Ends{1'000'000 + 1000 + 810 + 610}));
}

TEST(ScaleOutNetworks, RelativeDragonfliesAreFoldedToOneGroup) {
  const auto way = [](const std::string& arrangement) {
    Experiment experiment =
        on_cluster(plain_cluster(72, 7, "dragonfly", {"p=2", "a=4", "h=2", "arrangement=" + arrangement}), "spray");
    experiment.collectives = {collective_job(CollectiveKind::alltoall, "pairwise", Bytes{720'000})};
    return run(experiment, {}).collectives.at(0).way.text;
  };
  EXPECT_NE(way("relative").find("folded: rotation by 8 of 72 ranks"), std::string::npos) << way("relative");
  EXPECT_EQ(way("absolute").find("folded"), std::string::npos) << way("absolute");
}

struct Network {
  std::string name;
  ClusterSpec spec;
};

void PrintTo(const Network& network, std::ostream* out) { *out << network.name; }

/// Of at most 64 cards, so that every algorithm is proven.
std::vector<Network> small_networks() {
  return {{"rail_only", nvlink_cluster(8, "rail_only", {"tiers=1"})},
          {"rail_only_2_tiers",
           [] {
             ClusterSpec spec = nvlink_cluster(8, "rail_only", {"tiers=2"});
             spec.fabric.switch_radix = 4;
             return spec;
           }()},
          {"dragonfly", plain_cluster(64, 7, "dragonfly", {"p=2", "a=4", "h=2"})},
          {"dragonfly_relative", plain_cluster(64, 7, "dragonfly", {"p=2", "a=4", "h=2", "arrangement=relative"})},
          {"dragonfly_plus", plain_cluster(64, 8, "dragonfly_plus", {})},
          {"slim_fly", plain_cluster(64, 16, "slim_fly", {"q=4"})},
          {"hyperx", plain_cluster(64, 16, "hyperx", {"dims=4x4", "links=1x2"})},
          {"torus", plain_cluster(64, 7, "torus", {"dims=4x4x4"})},
          {"mesh", plain_cluster(60, 7, "torus", {"dims=3x4x5", "wrap=no"})},
          {"full_mesh", plain_cluster(64, 16, "full_mesh", {"p=8"})},
          {"random_regular", plain_cluster(64, 10, "random_regular", {"p=4", "degree=5"})}};
}

class SmallNetworks : public testing::TestWithParam<Network> {};

TEST_P(SmallNetworks, RunCollectivesInBothModels) {
  for (const std::string routing : {"ecmp", "spray"}) {
    for (const CollectiveKind kind : {CollectiveKind::all_reduce, CollectiveKind::alltoall}) {
      SCOPED_TRACE(routing + (kind == CollectiveKind::all_reduce ? " all_reduce" : " alltoall"));
      std::map<std::string, CollectiveResult> results;
      for (const std::string model : {"analytic", "flow"}) {
        Experiment experiment = on_cluster(GetParam().spec, routing, model);
        experiment.cluster.spec.fabric.lossless = false;
        experiment.collectives = {collective_job(kind, "auto", Bytes{8'000'000})};
        results[model] = run(experiment, {}).collectives.at(0);
        EXPECT_TRUE(results[model].proven);
      }
      EXPECT_GE(results["flow"].time, results["flow"].lower_bound);
      EXPECT_GE(results["analytic"].time, results["analytic"].lower_bound);
      EXPECT_LT(results["flow"].time, 40 * results["flow"].lower_bound);
    }
  }
}

INSTANTIATE_TEST_SUITE_P(All, SmallNetworks, testing::ValuesIn(small_networks()),
                         [](const auto& param) { return param.param.name; });

}  // namespace
}  // namespace polyplane::sim
