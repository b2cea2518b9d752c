// Folded runs against the same runs of all ranks: to the picosecond, byte by byte, part by part.
#include <gtest/gtest.h>

#include <array>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/error.h"
#include "base/random.h"
#include "collectives/algorithm.h"
#include "collectives/explicit_schedule.h"
#include "sim/folding.h"
#include "sim/run_once.h"
#include "tests/collectives/token_contract.h"
#include "tests/sim/cases.h"
#include "tests/sim/random_cluster.h"
#include "tests/topology/clusters.h"
#include "topology/faults.h"

namespace polyplane::sim {
namespace {

using collectives::Algorithm;
using collectives::AlgorithmRequest;
using collectives::Collective;
using collectives::RankLayout;
using topology::ClusterSpec;
using topology::PlaneMode;
using topology::Topology;

/// Nodes of 4 cards on switches of 8 ports: leaves of 4 nodes in each plane.
ClusterSpec cluster(PlaneMode planes, std::vector<std::string> options, const std::string& scale_up = "switched",
                    std::int32_t nodes = 8) {
  ClusterSpec spec = topology::nvlink_cluster(nodes, "fat_tree", std::move(options), planes);
  spec.node.accelerators = spec.node.nics = 4;
  spec.node.scale_up.kind = scale_up;
  spec.fabric.switch_radix = 8;
  if (planes == PlaneMode::striped) {
    spec.fabric.num_planes = 4;
    spec.fabric.switch_radix = 32;
    spec.fabric.port_rate = BitRate::from_bps(100'000'000'000);
  }
  return spec;
}

std::vector<std::pair<std::string, ClusterSpec>> clusters() {
  ClusterSpec star = cluster(PlaneMode::single, {});
  star.fabric.generator = "single_switch";
  star.fabric.switch_radix = 64;
  ClusterSpec tight =
      cluster(PlaneMode::per_nic, {"tiers=2", "placement=rail_optimised", "oversubscription=3:1"}, "switched", 12);
  ClusterSpec pods = topology::plain_cluster(32, 8, "fat_tree", {"tiers=3"});
  return {{"planes", cluster(PlaneMode::per_nic, {"tiers=2", "placement=rail_optimised"})},
          {"oversubscribed", tight},
          {"striped", cluster(PlaneMode::striped, {"tiers=2"})},
          {"rails", cluster(PlaneMode::single, {"tiers=2", "placement=rail_optimised"})},
          {"mesh", cluster(PlaneMode::per_nic, {"tiers=2", "placement=rail_optimised"}, "full_mesh")},
          {"ring", cluster(PlaneMode::per_nic, {"tiers=2", "placement=rail_optimised"}, "ring")},
          {"star", star},
          {"pods", pods}};
}

struct Case {
  const Topology& topology;
  std::vector<DeviceId> devices;
  std::uint32_t per_domain = 1;
  std::string algorithm;
  std::int64_t elements = 0;
  std::string model = "flow";
  std::uint32_t channels = 0;
  std::uint32_t under_way = 1;  // messages of a lane
};

std::unique_ptr<collectives::Schedule> schedule_of(const Case& c) {
  const Algorithm& algorithm = collectives::algorithms().at(c.algorithm);
  if (collectives::is_of_tokens(algorithm.collective)) return nullptr;  // whose traffic has no symmetry
  const auto ranks = static_cast<std::uint32_t>(c.devices.size());
  const AlgorithmRequest request{
      .collective = Collective(Collective::Shape{
          .kind = algorithm.collective, .ranks = ranks, .elements_per_block = c.elements, .matrix = {}}),
      .layout = RankLayout::regular(ranks, c.per_domain),
      .channels = algorithm.honours_channels ? c.channels : 0};
  return algorithm.cannot(request).empty() ? make_schedule(algorithm, request) : nullptr;
}

RunOutcome run(const Case& c, topology::Router& router, const collectives::Schedule& schedule, const Folding* folding) {
  Job job;
  job.schedule = &schedule;
  job.devices = c.devices;
  job.costs = {"ring", Duration::from_ps(3'000'000), Duration::from_ps(110'000), Duration::from_ps(730'000),
               Duration::from_ps(41'000)};
  job.costs.messages_under_way = c.under_way;
  job.folding = folding;
  return run_once({c.topology, router, c.model, {job}, {}, {}, {}, true, {}, ShortCuts::none()});
}

void expect_same(const Attribution& a, const Attribution& b) {
  EXPECT_EQ(a.waiting, b.waiting);
  EXPECT_EQ(a.launch, b.launch);
  EXPECT_EQ(a.software, b.software);
  EXPECT_EQ(a.binding_tier, b.binding_tier);
  ASSERT_EQ(a.tiers.size(), b.tiers.size());
  for (std::size_t t = 0; t < a.tiers.size(); ++t) {
    EXPECT_EQ(a.tiers[t].latency, b.tiers[t].latency) << a.tiers[t].tier;
    EXPECT_EQ(a.tiers[t].serialisation, b.tiers[t].serialisation) << a.tiers[t].tier;
    EXPECT_EQ(a.tiers[t].contention, b.tiers[t].contention) << a.tiers[t].tier;
  }
}

/// What was folded, "" when nothing was; runs both ways and compares.
std::string compare(const Case& c, topology::Router& router) {
  const auto schedule = schedule_of(c);
  if (schedule == nullptr) return "";
  const std::optional<Folding> folding = find_folding(c.topology, router, c.devices, *schedule);
  if (!folding) return "";
  SCOPED_TRACE(c.algorithm + ", " + std::to_string(c.elements) + " elements, " + c.model + ": " + folding->text());
  const FirstChannel first(*schedule, folding->channels());
  const RunOutcome whole = run(c, router, *schedule, nullptr), folded = run(c, router, first, &*folding);
  EXPECT_EQ(folded.makespan, whole.makespan);
  EXPECT_EQ(folded.sends, whole.sends);
  expect_same(folded.job_attribution.at(0), whole.job_attribution.at(0));
  const std::vector<double> a = link_bytes(c.topology, router, folded.trunk_bytes);
  const std::vector<double> b = link_bytes(c.topology, router, whole.trunk_bytes);
  for (std::size_t l = 0; l < a.size(); ++l) EXPECT_NEAR(a[l], b[l], 1e-9 * b[l] + 1) << "link " << l;
  return folding->text();
}

std::unique_ptr<topology::Router> sprayed(const Topology& topology) {
  return topology::make_router(topology, {.name = "spray"});
}

std::vector<DeviceId> cards_of(const Topology& topology) {
  return {topology.accelerators().begin(), topology.accelerators().end()};
}

class FoldedRun : public testing::TestWithParam<std::pair<std::string, ClusterSpec>> {};

TEST_P(FoldedRun, IsTheRunOfAllRanks) {
  const Topology topology = build_cluster(GetParam().second);
  const auto router = sprayed(topology);
  const auto per_domain = static_cast<std::uint32_t>(GetParam().second.node.accelerators);
  int folded = 0;
  for (const std::string& name : collectives::algorithms().names()) {
    for (const std::int64_t elements : {std::int64_t{1} << 16U, std::int64_t{100'003}}) {
      const std::uint32_t under_way = elements == 100'003 ? 8 : 1;
      const Case c{topology, cards_of(topology), per_domain, name, elements, "flow", 0, under_way};
      folded += compare(c, *router).empty() ? 0 : 1;
    }
  }
  EXPECT_GE(folded, 15);
}

INSTANTIATE_TEST_SUITE_P(On, FoldedRun, testing::ValuesIn(clusters()),
                         [](const auto& instance) { return instance.param.first; });

TEST(FoldedRuns, AnalyticModelAndChannels) {
  const Topology topology = build_cluster(cluster(PlaneMode::per_nic, {"tiers=2", "placement=rail_optimised"}));
  const auto router = sprayed(topology);
  for (const char* name : {"alltoall/pairwise", "all_reduce/ring", "all_reduce/hierarchical"}) {
    EXPECT_NE(compare({topology, cards_of(topology), 4, name, 1 << 16, "analytic"}, *router), "") << name;
  }
  for (const std::uint32_t channels : {1U, 2U, 4U}) {
    EXPECT_NE(compare({topology, cards_of(topology), 4, "all_reduce/ring", 1 << 16, "flow", channels}, *router), "");
  }
}

/// 16 nodes: in each of 4 planes 4 leaves and 2 spines.
Topology sixteen_nodes() {
  return build_cluster(cluster(PlaneMode::per_nic, {"tiers=2", "placement=rail_optimised"}, "switched", 16));
}

// Less than a leaf is no symmetry of the shift, but a node is one of exclusive or.
TEST(FoldedRuns, AreAsFineAsTheTopologyAllows) {
  const Topology topology = sixteen_nodes();
  const auto router = sprayed(topology);
  const auto of = [&](const std::string& name, std::int64_t elements = 1 << 16, std::uint32_t channels = 0) {
    return compare({topology, cards_of(topology), 4, name, elements, "flow", channels}, *router);
  };
  EXPECT_EQ(of("alltoall/pairwise"), "rotation by 16 of 64 ranks");
  EXPECT_EQ(of("alltoall/pairwise_xor"), "exclusive or by 4 of 64 ranks");
  EXPECT_EQ(of("all_reduce/halving_doubling"), "exclusive or by 4 of 64 ranks");
  EXPECT_EQ(of("all_reduce/halving_doubling", 100'003), "");  // pieces of unequal size
  EXPECT_EQ(of("all_reduce/ring", 1 << 16, 1), "rotation by 16 of 64 ranks");
  EXPECT_EQ(of("broadcast/binomial"), "");
}

TEST(FoldedRuns, FaultsLeaveWhatIsEven) {
  const Topology whole = sixteen_nodes();
  const auto of = [&](const std::string& name, const std::vector<std::string>& faults) {
    const Topology topology = apply_faults(whole, faults, 1);
    const auto router = sprayed(topology);
    return compare({topology, cards_of(topology), 4, name, 1 << 16}, *router);
  };
  EXPECT_EQ(of("alltoall/pairwise", {"plane=3"}), "rotation by 16 of 64 ranks");
  EXPECT_EQ(of("alltoall/pairwise_xor", {"plane=3"}), "exclusive or by 4 of 64 ranks");
  EXPECT_EQ(of("alltoall/pairwise", {"switch=plane1/spine1"}), "rotation by 16 of 64 ranks");
  EXPECT_EQ(of("alltoall/pairwise_xor", {"link=plane0/leaf0.plane0/spine0 at 50%"}), "");  // leaf 0 is unlike others
  EXPECT_EQ(of("alltoall/pairwise", {"link=plane0/leaf0.plane0/spine0"}), "");
  EXPECT_EQ(of("alltoall/pairwise", {"nic=node2/gpu1 at 50%"}), "");
  EXPECT_EQ(of("alltoall/pairwise_xor", {"nic=node2/gpu1 at 50%"}), "");
}

TEST(FoldedRuns, OddPlacementsAndPartsOfACluster) {
  const Topology topology = build_cluster(cluster(PlaneMode::per_nic, {"tiers=2", "placement=rail_optimised"}));
  const auto router = sprayed(topology);
  const std::vector<DeviceId> all = cards_of(topology);
  const std::vector<DeviceId> one_leaf(all.begin(), all.begin() + 16);
  EXPECT_EQ(compare({topology, one_leaf, 4, "alltoall/pairwise", 4096}, *router), "rotation by 4 of 16 ranks");
  // Every other node, from both leaves.
  std::vector<DeviceId> every_other;
  for (std::size_t i = 0; i < all.size(); ++i) {
    if (i / 4 % 2 == 0) every_other.push_back(all[i]);
  }
  EXPECT_EQ(compare({topology, every_other, 4, "alltoall/pairwise", 4096}, *router), "rotation by 8 of 16 ranks");
  std::vector<DeviceId> exchanged = all;
  std::swap(exchanged[0], exchanged[5]);
  EXPECT_EQ(compare({topology, exchanged, 4, "alltoall/pairwise", 4096}, *router), "");
}

TEST(FoldedRuns, OnlyWhereRoutesFollowTheShape) {
  const Topology topology = build_cluster(cluster(PlaneMode::per_nic, {"tiers=2", "placement=rail_optimised"}));
  const auto ecmp = topology::make_router(topology, {.name = "ecmp"});
  EXPECT_EQ(compare({topology, cards_of(topology), 4, "alltoall/pairwise", 4096}, *ecmp), "");
}

/// Leaf-spine and three tiers of several leaves: up to 64 cards. Not all can be built.
ClusterSpec random_tree(RandomStream& random) {
  const auto one_of = [&](auto... choices) {
    const std::array values{choices...};
    return values[random.below(values.size())];
  };
  const PlaneMode planes = one_of(PlaneMode::single, PlaneMode::per_nic, PlaneMode::striped);
  std::vector<std::string> options = {one_of("tiers=2", "tiers=2", "tiers=3")};
  if (random.below(2) == 0) options.emplace_back("placement=rail_optimised");
  if (random.below(3) == 0) options.emplace_back("oversubscription=2:1");
  ClusterSpec spec = topology::nvlink_cluster(one_of(4, 6, 8, 12, 16), "fat_tree", options, planes);
  spec.node.accelerators = spec.node.nics = one_of(1, 2, 4);
  spec.node.scale_up.kind = spec.node.accelerators == 1 ? "none" : one_of("switched", "full_mesh", "ring");
  spec.fabric.switch_radix = one_of(4, 6, 8, 12);
  if (planes == PlaneMode::striped) {
    spec.fabric.num_planes = 2;
    spec.fabric.port_rate = BitRate::from_bps(200'000'000'000);
  }
  return spec;
}

/// Runs of some algorithms and sizes; how many were folded.
std::uint64_t compare_some(const ClusterSpec& spec, RandomStream& random) {
  const std::vector<std::string> names = collectives::algorithms().names();
  constexpr std::array kFaults = {"1 of leaf-spine", "switch=*/spine0",      "switch=*/spine1",         "plane=0",
                                  "device=node0/*",  "1 of gpu-leaf at 50%", "50% of leaf-spine at 30%"};
  std::uint64_t folded = 0;
  try {
    Topology topology = build_cluster(spec);
    if (random.below(3) == 0) topology = apply_faults(topology, {kFaults[random.below(kFaults.size())]}, random.next());
    const auto router = sprayed(topology);
    for (int i = 0; i < 4; ++i) {
      Case c{topology, cards_of(topology), static_cast<std::uint32_t>(spec.node.accelerators),
             names[random.below(names.size())], static_cast<std::int64_t>(1 + random.below(1 << 20))};
      if (spec.node.scale_up.kind == "none") c.per_domain = 1;
      if (random.below(2) == 0) c.elements = std::int64_t{1024} * 24 * 5 * 7;
      if (random.below(2) == 0) c.under_way = static_cast<std::uint32_t>(2 + random.below(7));
      folded += c.devices.size() < 2 || compare(c, *router).empty() ? 0U : 1U;
    }
  } catch (const InputError&) {  // cannot be built, has no such part, or cards are cut off
  }
  return folded;
}

TEST(FoldedRuns, RandomOnesAreTheRunsOfAllRanks) {
  std::uint64_t folded = 0;
  const std::uint64_t all = cases(200);
  for (std::uint64_t seed = 0; seed < all; ++seed) {
    RandomStream random(seed, 7);
    const ClusterSpec spec = seed % 2 == 0 ? random_cluster(seed) : random_tree(random);
    SCOPED_TRACE("seed " + std::to_string(seed) + ", " + describe(spec));
    folded += compare_some(spec, random);
  }
  EXPECT_GT(folded, all / 2);
}

// What the loads of one flow are, by hand: 4 ranks by rotation 2, so two copies of each. Trunk 0 and 1 are each other's
// image, trunk 2 is its own. A route over 0 (whole), 1 (half) and 2 (whole): the orbit puts 1 + 1/2 on each of 0 and 1, and
// 2 on 2; the flow alone is held by the larger weight.
TEST(Folding, LoadsOfAnOrbitByHand) {
  const Folding folding({collectives::RankSymmetry::Kind::rotation, 2}, 4, {TrunkId(0), TrunkId(0), TrunkId(2)});
  EXPECT_EQ(folding.copies(), 2U);
  EXPECT_EQ(folding.num_trunk_classes(), 2U);
  EXPECT_EQ(folding.representative(RankId(3)), RankId(1));
  EXPECT_EQ(folding.text(), "rotation by 2 of 4 ranks");
  std::vector<topology::Hop> hops;
  std::vector<double> loads;
  const std::vector<topology::Hop> route = {{TrunkId(1), 0.5}, {TrunkId(2), 1.0}, {TrunkId(0), 1.0}};
  folding.fold(route, hops, loads);
  ASSERT_EQ(hops.size(), 2U);
  EXPECT_EQ(hops[0].trunk, TrunkId(0));
  EXPECT_EQ(hops[0].weight, 1.0);
  EXPECT_EQ(hops[1].trunk, TrunkId(2));
  EXPECT_EQ(loads, (std::vector<double>{1.5, 2.0}));
}

// A folded run that cannot end names representatives, and says that they are.
TEST(FoldedRuns, AStallNamesWhomARankStandsFor) {
  const Topology topology = build_cluster(cluster(PlaneMode::per_nic, {"tiers=2", "placement=rail_optimised"}));
  const auto router = sprayed(topology);
  const auto ring = schedule_of({topology, cards_of(topology), 4, "alltoall/pairwise", 64});
  auto steps = collectives::ExplicitSchedule::copy_steps(*ring);
  for (auto& lanes : steps) {  // one message less than is waited for
    lanes[0].back().step.send_to = {};
    lanes[0].back().payload.clear();
  }
  const collectives::ExplicitSchedule broken(ring->collective(), 1, steps);
  const std::optional<Folding> folding = find_folding(topology, *router, cards_of(topology), *ring);
  ASSERT_TRUE(folding);
  Job job;
  job.name = "knot";
  job.schedule = &broken;
  job.devices = cards_of(topology);
  job.folding = &*folding;
  try {
    static_cast<void>(run_once({topology, *router, "flow", {job}, {}, {}, {}, false, {}, ShortCuts::none()}));
    FAIL() << "a stall must not end well";
  } catch (const RunError& error) {
    const std::string text = error.what();
    EXPECT_NE(text.find("knot: rank 0 lane 0 step 30 waits for a message from rank 1"), std::string::npos) << text;
    EXPECT_NE(text.find("and 11 more lanes"), std::string::npos) << text;
    EXPECT_NE(text.find("each stands for the ranks 16 on, 2 x 16 on, ...: 2 in all"), std::string::npos) << text;
  }
}

}  // namespace
}  // namespace polyplane::sim
