// Flows by classes against the same flows one by one through the flow model.
#include "sim/at_once.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <memory>
#include <string>

#include "base/check.h"
#include "base/error.h"
#include "base/random.h"
#include "sim/at_once_certificate.h"
#include "sim/at_once_problem.h"
#include "sim/at_once_solve.h"
#include "sim/simulation.h"
#include "tests/sim/at_once_graphs.h"
#include "tests/sim/random_cluster.h"
#include "tests/topology/clusters.h"
#include "topology/faults.h"

namespace polyplane::sim {
namespace {

using namespace literals;
using collectives::Block;
using topology::ClusterSpec;
using topology::PlaneMode;
using topology::Topology;

std::uint64_t cases(std::uint64_t count) {
  const char* text = std::getenv("POLYPLANE_CASES");
  return text == nullptr ? count : static_cast<std::uint64_t>(std::atof(text) * static_cast<double>(count));
}

Block all_to_all(std::uint32_t ranks, Bytes bytes) { return {0, ranks, 0, ranks, bytes}; }

Job job_on(const Topology& topology, const BlockSchedule& schedule, std::uint32_t ranks) {
  Job job;
  job.schedule = &schedule;
  job.devices.assign(topology.accelerators().begin(), topology.accelerators().begin() + ranks);
  job.costs = {"ring", 3_us, 100_ns, 700_ns, 20_ns};
  job.efficiency = {1, 2};
  return job;
}

std::unique_ptr<topology::Router> spray(const Topology& topology) {
  return topology::make_router(topology, {.name = "spray"});
}

/// Every message a flow of its own.
class OneByOne final : public FlowSink {
 public:
  OneByOne(topology::Router& router, const Job& job) : ranks_(job.devices.size()), ends_(ranks_ * ranks_) {
    std::vector<BitRate> capacities;
    for (const topology::Trunk& trunk : router.trunks()) capacities.push_back(trunk.capacity);
    const auto model = network_models().at("flow")(
        {engine_, *this, capacities, static_cast<std::uint32_t>(ends_.size()), false, Duration{}, false});
    for (const Block& block : job.schedule->blocks()) {
      for (std::uint32_t s = block.first_source; s < block.end_source; ++s) {
        for (std::uint32_t d = block.first_destination; d < block.end_destination; ++d) {
          if (s != d) start(router, job, *model, s, d, block.bytes);
        }
      }
    }
    EXPECT_TRUE(engine_.run({}));
    for (std::uint32_t t = 0; t < capacities.size(); ++t) trunk_bytes.push_back(model->carried_bytes(TrunkId(t)));
  }
  void delivered(FlowId id) override { ends_[id.index()] = engine_.now(); }
  [[nodiscard]] TimePoint end(std::size_t source, std::size_t destination) const {
    return ends_[source * ranks_ + destination];
  }
  std::vector<TimePoint> sorted_ends;
  std::vector<double> trunk_bytes;

  void sort() {
    for (const std::size_t i : started_) sorted_ends.push_back(ends_[i]);
    std::sort(sorted_ends.begin(), sorted_ends.end());
  }

 private:
  void start(topology::Router& router, const Job& job, NetworkModel& model, std::uint32_t s, std::uint32_t d,
             Bytes bytes) {
    topology::Route route;
    router.route({job.devices[s], job.devices[d], 0}, route);
    const Duration software =
        job.costs.message + (route.scale_out ? job.costs.step_scale_out : job.costs.step_scale_up);
    const std::size_t id = s * ranks_ + d;
    started_.push_back(id);
    model.start({FlowId(static_cast<std::uint32_t>(id)),
                 job.start + job.costs.launch + software,
                 wire_bytes(bytes, job.efficiency),
                 route.latency,
                 route.hops,
                 {}});
  }

  Engine engine_;
  std::size_t ranks_;
  std::vector<TimePoint> ends_;
  std::vector<std::size_t> started_;
};

/// Within 1e-9 of the time, and the picosecond that each of a few roundings up may cost.
void expect_close(TimePoint classes, TimePoint one_by_one, std::size_t instants) {
  const double slack = 1e-9 * static_cast<double>(one_by_one.ps()) + static_cast<double>(instants);
  EXPECT_NEAR(static_cast<double>(classes.ps()), static_cast<double>(one_by_one.ps()), slack);
}

struct Counts {
  std::uint64_t flows = 0, links = 0;
};

/// Makespan, the end of every single flow, bytes of every trunk; returns how many classes there were.
Counts expect_same(const Topology& topology, const std::vector<Block>& blocks, std::uint32_t ranks) {
  const BlockSchedule schedule(ranks, blocks);
  const Job job = job_on(topology, schedule, ranks);
  const auto router = spray(topology);
  OneByOne all(*router, job);
  all.sort();

  const auto problem = AtOnceProblem::pose(topology, job);
  EXPECT_NE(problem, nullptr);
  const auto classes = AtOnceClasses::find(*problem, 1, {});
  EXPECT_TRUE(classes.has_value());
  const ClassNetwork network = class_network(*classes, problem->islands(), topology, *router);
  const ClassEnds ends = drain(*classes, network, job.start + job.costs.launch, {});
  std::vector<TimePoint> expanded;
  std::vector<std::uint32_t> rank_of(topology.accelerators().size(), 0);
  for (std::uint32_t rank = 0; rank < ranks; ++rank) rank_of[problem->finder().position(job.devices[rank])] = rank;
  for (std::size_t c = 0; c < ends.end.size(); ++c) {
    const FlowClass& flow = classes->flows()[c];
    expanded.insert(expanded.end(), flow.flows, ends.end[c]);
    expect_close(ends.end[c], all.end(rank_of[flow.source], rank_of[flow.destination]), ends.end.size());
  }
  std::sort(expanded.begin(), expanded.end());
  EXPECT_EQ(expanded.size(), all.sorted_ends.size());
  for (std::size_t i = 0; i < std::min(expanded.size(), all.sorted_ends.size()); ++i) {
    expect_close(expanded[i], all.sorted_ends[i], ends.end.size());
  }

  const auto outcome = run_at_once(topology, *router, job, true);
  EXPECT_TRUE(outcome.has_value());
  expect_close(outcome->makespan, all.sorted_ends.back(), ends.end.size());
  EXPECT_EQ(outcome->job_end.at(0), outcome->makespan);
  EXPECT_EQ(outcome->sends, all.sorted_ends.size());
  EXPECT_EQ(outcome->model_facts.certified, outcome->model_facts.solves);
  for (std::size_t t = 0; t < all.trunk_bytes.size(); ++t) {
    // One by one, each part of a flow is rounded down to 1/1024 byte.
    const double rounding = static_cast<double>(all.sorted_ends.size()) / 1024;
    EXPECT_NEAR(outcome->trunk_bytes[t], all.trunk_bytes[t], 1e-12 * all.trunk_bytes[t] + rounding) << "trunk " << t;
  }

  const auto reseeded = AtOnceClasses::find(*problem, 99, {});
  EXPECT_EQ(reseeded->flows().size(), classes->flows().size());
  EXPECT_EQ(reseeded->links().size(), classes->links().size());
  EXPECT_EQ(reseeded->rounds(), classes->rounds());
  return {classes->flows().size(), network.used_link_classes};
}

Counts expect_same(const Topology& topology, Bytes bytes = 1_MiB) {
  const auto ranks = static_cast<std::uint32_t>(topology.accelerators().size());
  return expect_same(topology, {all_to_all(ranks, bytes)}, ranks);
}

/// Nodes of four cards with a crossbar; a plane for each NIC, so that cards of other rails are reached over a peer.
ClusterSpec four_planes(std::int32_t nodes) {
  ClusterSpec spec = topology::plain_cluster(nodes, 8, "fat_tree", {"tiers=2"});
  spec.node.accelerators = spec.node.nics = 4;
  spec.node.scale_up.kind = "switched";
  spec.node.scale_up.rate = 450_GBps;
  spec.node.scale_up.latency = 300_ns;
  spec.fabric.planes = PlaneMode::per_nic;
  return spec;
}

Topology with_faults(const ClusterSpec& spec, const std::vector<std::string>& faults) {
  return topology::apply_faults(topology::build_cluster(spec), faults, 5);
}

TEST(AtOnce, APlaneForEachNic) {
  const Counts healthy = expect_same(topology::build_cluster(four_planes(16)));
  // In a node; on the leaf or on another, straight or over a peer.
  EXPECT_EQ(healthy.flows, 5U);
  // NVLink, cards to leaves, leaves to spines: both directions carry the same.
  EXPECT_EQ(healthy.links, 3U);
}

TEST(AtOnce, FaultsSplitClassesWhereNeeded) {
  const ClusterSpec spec = four_planes(16);
  const Counts link = expect_same(with_faults(spec, {"link=plane0/leaf0.plane0/spine1"}));
  EXPECT_GT(link.flows, 5U);
  EXPECT_LT(link.flows, 60U);
  expect_same(with_faults(spec, {"plane=1"}));
  expect_same(with_faults(spec, {"nic=node3/gpu2 at 50%"}));
  expect_same(with_faults(spec, {"nic=node3/gpu2"}));
  expect_same(with_faults(spec, {"switch=plane2/spine0"}));
  expect_same(with_faults(spec, {"link=node1/gpu0.node1/nvswitch at 25%"}));
  expect_same(with_faults(spec, {"8 of leaf-spine"}));
  expect_same(
      with_faults(spec, {"3 of leaf-spine at 100 Gbps", "nic=node7/gpu0 at 10%", "link=plane3/leaf*.plane3/spine1"}));
  ClusterSpec one_plane = four_planes(8);
  one_plane.fabric.planes = PlaneMode::single;
  expect_same(topology::build_cluster(one_plane));
  expect_same(with_faults(one_plane, {"link=node1/gpu0.node1/nvswitch"}));
}

TEST(AtOnce, FatTreesOfTwoAndThreeTiers) {
  const Topology two = topology::build_cluster(topology::plain_cluster(32, 8, "fat_tree", {"tiers=2"}));
  EXPECT_EQ(expect_same(two).flows, 2U);
  const ClusterSpec three = topology::plain_cluster(32, 8, "fat_tree", {"tiers=3"});
  EXPECT_EQ(expect_same(topology::build_cluster(three)).flows, 3U);
  expect_same(with_faults(three, {"2 of leaf-spine"}));
  expect_same(with_faults(three, {"1 of spine-core", "1 of leaf-spine at 30%"}));
  expect_same(topology::build_cluster(topology::plain_cluster(24, 8, "fat_tree", {"tiers=2", "oversubscription=3:1"})));
}

TEST(AtOnce, StripedPlanesAndSharedNics) {
  ClusterSpec spec = topology::plain_cluster(16, 8, "fat_tree", {"tiers=2"});
  spec.fabric.planes = PlaneMode::striped;
  spec.fabric.num_planes = 4;
  expect_same(topology::build_cluster(spec));
  expect_same(with_faults(spec, {"2 of leaf-spine", "plane=3 at 50%"}));

  ClusterSpec shared = topology::plain_cluster(8, 8, "fat_tree", {"tiers=2"});
  shared.node.accelerators = 4;
  shared.node.nics = 2;
  shared.node.host_rate = 300_Gbps;
  shared.node.host_latency = 150_ns;
  EXPECT_LT(expect_same(topology::build_cluster(shared)).flows, 10U);
  expect_same(with_faults(shared, {"nic=node3/nic1 at 50%", "1 of leaf-spine"}));
  for (const std::string kind : {"ring", "full_mesh"}) {
    shared.node.scale_up = {.kind = kind, .rate = 600_Gbps, .latency = 400_ns};
    expect_same(topology::build_cluster(shared));
    expect_same(with_faults(shared, {"link=node2/gpu0.node2/gpu1", "nic=node5/nic0"}));
  }
}

TEST(AtOnce, OneScaleUpDomain) {
  ClusterSpec spec;
  spec.name = "domain";
  spec.node.accelerators = 12;
  for (const std::string kind : {"ring", "full_mesh", "switched"}) {
    spec.node.scale_up = {.kind = kind, .rate = 1100_Gbps, .latency = 400_ns};
    const Counts counts = expect_same(topology::build_cluster(spec));
    EXPECT_EQ(counts.flows, kind == "ring" ? 6U : 1U);
  }
}

// Graphs whose vertices are alike in every neighbourhood but not in what they carry (LIMITS of colouring vertices).
TEST(AtOnce, ExplicitGraphs) {
  // On a torus of 4 x 4 hosts are 0 to 4 links between switches apart, and these links are all alike.
  const Counts square = expect_same(switch_graph(torus(4, 4, 2)));
  EXPECT_EQ(square.flows, 5U);
  EXPECT_EQ(square.links, 2U);
  expect_same(switch_graph(torus(5, 3, 2)));
  expect_same(card_torus(4, 5));
  expect_same(switch_graph(dragonfly(5, 4, 2)));
  expect_same(switch_graph(random_regular(12, 4, 3, 1)));
  GraphParts slow = torus(4, 4, 2);
  slow.rates = {100_Gbps, 70_Gbps, 100_Gbps};
  expect_same(switch_graph(slow));
}

TEST(AtOnce, BlocksOfPartOfTheRanks) {
  const ClusterSpec spec = four_planes(12);
  const Topology topology = topology::build_cluster(spec);
  expect_same(topology, {{0, 48, 7, 8, 3_MiB}}, 48);   // gather
  expect_same(topology, {{5, 6, 0, 48, 3_MiB}}, 48);   // scatter
  expect_same(topology, {all_to_all(20, 1_MiB)}, 20);  // some cards have no part
  expect_same(topology, {{0, 16, 16, 32, 1_MiB}, {16, 32, 0, 8, 64_KiB}, {32, 33, 33, 34, 0_B}}, 34);
  expect_same(topology, {all_to_all(48, 0_B)}, 48);
}

// POLYPLANE_CASES=16: 512 cards, 262 thousand flows one by one.
TEST(AtOnce, LargerClusters) {
  const auto nodes = static_cast<std::int32_t>(4 * std::clamp<std::uint64_t>(cases(1), 1, 16));
  const auto options = {std::string("tiers=2"), std::string("placement=rail_optimised")};
  ClusterSpec spec = topology::nvlink_cluster(nodes, "fat_tree", options, PlaneMode::per_nic);
  spec.fabric.switch_radix = 16;
  expect_same(topology::build_cluster(spec));
  expect_same(with_faults(spec, {"1 of leaf-spine"}));
  expect_same(with_faults(spec, {"plane=6"}));
  expect_same(with_faults(spec, {"nic=node1/gpu5 at 50%"}));
  const auto switches = static_cast<std::uint32_t>(2 * nodes);
  expect_same(switch_graph(random_regular(switches, 6, 4, 3)));
  expect_same(switch_graph(torus(4, switches / 4, 4)));
  expect_same(switch_graph(dragonfly(switches / 4, 4, 4)));
}

TEST(AtOnce, RandomClusters) {
  std::uint64_t runs = 0;
  const auto try_it = [&runs](const Topology& topology) {
    if (topology.accelerators().size() < 2) return;
    try {
      expect_same(topology);
      runs += 1;
    } catch (const InputError& error) {
      const std::string text = error.what();
      EXPECT_TRUE(text.find("cannot reach") != text.npos || text.find("deadlock") != text.npos) << text;
    }
  };
  const std::uint64_t count = cases(60);
  for (std::uint64_t seed = 0; seed < count && !HasFailure(); ++seed) {
    const ClusterSpec spec = random_cluster(seed);
    SCOPED_TRACE(describe(spec));
    const Topology topology = topology::build_cluster(spec);
    try_it(topology);
    RandomStream random(seed, 4);
    const auto tiers = topology.tier_names();
    if (tiers.empty()) continue;
    const std::string cables = "1 of " + tiers[random.below(tiers.size())];
    try_it(topology::apply_faults(topology, {cables + (random.below(2) == 0 ? "" : " at 40%")}, seed));
  }
  EXPECT_GT(runs, count);
}

TEST(AtOnce, RandomGraphs) {
  for (std::uint64_t seed = 0; seed < cases(60); ++seed) {
    SCOPED_TRACE(seed);
    RandomStream random(seed, 3);
    GraphParts parts = random_regular(2 + static_cast<std::uint32_t>(random.below(10)),
                                      2 + static_cast<std::uint32_t>(random.below(4)),
                                      1 + static_cast<std::uint32_t>(random.below(3)), seed);
    for (std::size_t i = 0; i < parts.cables.size(); ++i) {
      parts.rates.push_back(random.below(3) == 0 ? 40_Gbps : 100_Gbps);
    }
    const Topology topology = switch_graph(parts);
    if (topology.accelerators().size() < 2) continue;
    try {
      expect_same(topology);
    } catch (const InputError& error) {
      EXPECT_NE(std::string(error.what()).find("cannot reach"), std::string::npos) << error.what();
    }
    if (HasFailure()) return;
  }
}

/// Solved and certified with loads that are off by `factor` on one class of links.
void certify_with(double factor) {
  const Topology topology = with_faults(four_planes(8), {"1 of leaf-spine"});
  const BlockSchedule schedule(32, {all_to_all(32, 1_MiB)});
  const Job job = job_on(topology, schedule, 32);
  const auto router = spray(topology);
  const auto problem = AtOnceProblem::pose(topology, job);
  const auto classes = AtOnceClasses::find(*problem, 1, {});
  ClassNetwork network = class_network(*classes, problem->islands(), topology, *router);
  const TrunkId narrowest =
      std::max_element(network.hops.begin(), network.hops.end(), [](const auto& a, const auto& b) {
        return a.weight < b.weight;
      })->trunk;
  for (topology::Hop& hop : network.hops) {
    if (hop.trunk == narrowest) hop.weight *= factor;
  }
  const ClassEnds ends = drain(*classes, network, TimePoint{}, {});
  EXPECT_GT(certify_classes(*problem, *classes, network, ends, TimePoint{}, {}), 1U);
}

TEST(AtOnce, TheCertificateRefusesOtherRates) {
  EXPECT_NO_THROW(certify_with(1));
  EXPECT_THROW(certify_with(1 + 1e-6), InternalError);  // too slow: no full link
  EXPECT_THROW(certify_with(1 - 1e-6), InternalError);  // too fast: overloaded
}

TEST(AtOnce, TheCertificateRefusesOtherEnds) {
  const Topology topology = topology::build_cluster(four_planes(4));
  const BlockSchedule schedule(16, {all_to_all(16, 1_MiB)});
  const auto problem = AtOnceProblem::pose(topology, job_on(topology, schedule, 16));
  const auto classes = AtOnceClasses::find(*problem, 1, {});
  const ClassNetwork network = class_network(*classes, problem->islands(), topology, *spray(topology));
  ClassEnds ends = drain(*classes, network, TimePoint{}, {});
  *std::max_element(ends.end.begin(), ends.end.end()) = ends.end[0] + 1000_us;
  EXPECT_THROW(certify_classes(*problem, *classes, network, ends, TimePoint{}, {}), InternalError);
}

TEST(AtOnce, RolesOfRanks) {
  // Ranks 0-3 send to 2-5, rank 7 to 0 and 1; rank 6 has no part.
  const auto roles = Roles::of({{0, 4, 2, 6, 1_B}, {7, 8, 0, 2, 2_B}}, 8);
  ASSERT_TRUE(roles.has_value());
  EXPECT_EQ(roles->num_roles(), 5U);
  EXPECT_EQ(roles->role(6), 0U);
  EXPECT_EQ(roles->role(0), roles->role(1));
  EXPECT_NE(roles->role(1), roles->role(2));
  EXPECT_EQ(roles->block(roles->role(0), roles->role(5)), 0U);
  EXPECT_EQ(roles->block(roles->role(7), roles->role(1)), 1U);
  EXPECT_EQ(roles->block(roles->role(7), roles->role(2)), Roles::kNoBlock);
  EXPECT_EQ(roles->block(roles->role(4), roles->role(2)), Roles::kNoBlock);
  EXPECT_THROW(static_cast<void>(Roles::of({{0, 4, 2, 6, 1_B}, {3, 4, 5, 6, 2_B}}, 8)), InternalError);
  EXPECT_THROW(static_cast<void>(Roles::of({{0, 9, 2, 6, 1_B}}, 8)), InternalError);
  std::vector<Block> pairs;
  for (std::uint32_t i = 0; i < 2000; ++i) pairs.push_back({i, i + 1, 1999 - i, 2000 - i, 1_B});
  EXPECT_FALSE(Roles::of(pairs, 2000).has_value());
}

TEST(AtOnce, OtherJobsAndRoutingsAreNotOfThisKind) {
  const Topology topology = topology::build_cluster(four_planes(4));
  const BlockSchedule blocks(16, {all_to_all(16, 1_MiB)}), none(16, {});
  EXPECT_TRUE(run_at_once(topology, *spray(topology), job_on(topology, blocks, 16), false).has_value());
  EXPECT_FALSE(run_at_once(topology, *spray(topology), job_on(topology, none, 16), false).has_value());
  const auto hashed = topology::make_router(topology, {.name = "ecmp"});
  EXPECT_FALSE(run_at_once(topology, *hashed, job_on(topology, blocks, 16), false).has_value());
}

TEST(AtOnce, StopsWhenAsked) {
  const Topology topology = topology::build_cluster(four_planes(4));
  const BlockSchedule blocks(16, {all_to_all(16, 1_MiB)});
  const auto router = spray(topology);
  int asked = 0;
  const auto late = [&asked] { return ++asked > 5; };
  EXPECT_THROW(static_cast<void>(run_at_once(topology, *router, job_on(topology, blocks, 16), true, late)),
               Interrupted);
}

TEST(AtOnce, APairThatIsCutOffIsNamed) {
  const Topology topology = with_faults(topology::plain_cluster(8, 8, "fat_tree", {"tiers=2"}), {"nic=node3/gpu0"});
  const BlockSchedule all(8, {all_to_all(8, 1_MiB)}), others(8, {{4, 8, 0, 3, 1_MiB}});
  EXPECT_THROW(
      {
        try {
          static_cast<void>(run_at_once(topology, *spray(topology), job_on(topology, all, 8), false));
        } catch (const InputError& error) {
          EXPECT_NE(std::string(error.what()).find("node3/gpu0"), std::string::npos);
          throw;
        }
      },
      InputError);
  EXPECT_TRUE(run_at_once(topology, *spray(topology), job_on(topology, others, 8), false).has_value());
}

}  // namespace
}  // namespace polyplane::sim
