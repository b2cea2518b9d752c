// Collectives through switches that reduce and multicast: times by hand. Stack ideal; K slices follow each other.
#include <gtest/gtest.h>

#include <optional>

#include "base/error.h"
#include "collectives/algorithm.h"
#include "sim/bounds.h"
#include "sim/datatype.h"
#include "sim/placement.h"
#include "tests/sim/small_runs.h"

namespace polyplane::sim {
namespace {

using namespace polyplane::literals;
using collectives::CollectiveKind;

/// One domain of cards at 450 GB/s, 300 ns from card to card.
topology::ClusterSpec one_domain(std::int32_t cards) {
  topology::ClusterSpec spec;
  spec.name = "one-domain";
  spec.nodes = 1;
  spec.node.accelerators = cards;
  spec.node.scale_up.kind = "switched";
  spec.node.scale_up.rate = 450_GBps;
  spec.node.scale_up.latency = 300_ns;
  spec.node.scale_up.reduces = true;
  return spec;
}

/// Nodes of `cards` on leaves of `radix` / 2 ports below `radix` / 2 spines, everything at 50 GB/s, no latency.
topology::ClusterSpec on_tree(std::int32_t nodes, std::int32_t cards, std::int32_t radix) {
  topology::ClusterSpec spec;
  spec.name = "on-tree";
  spec.nodes = nodes;
  spec.node.accelerators = cards;
  if (cards > 1) {
    spec.node.scale_up.kind = "switched";
    spec.node.scale_up.rate = 400_GBps;
  }
  spec.node.nics = cards;
  spec.node.nic_rate = 50_GBps;
  spec.fabric.generator = "fat_tree";
  spec.fabric.options = {"tiers=2"};
  spec.fabric.switch_radix = radix;
  spec.fabric.port_rate = 50_GBps;
  spec.fabric.reduces = true;
  return spec;
}

CollectiveResult one_result(const topology::ClusterSpec& spec, CollectiveKind kind, const std::string& algorithm,
                            Bytes size, std::uint32_t slices, const std::string& routing = "spray",
                            const RunOptions& options = {}) {
  Experiment experiment = on_cluster(spec, routing);
  experiment.collectives = {collective_job(kind, algorithm, size)};
  experiment.collectives[0].slices = slices;
  return run(experiment, options).collectives.at(0);
}

Duration time_of(const topology::ClusterSpec& spec, CollectiveKind kind, const std::string& algorithm, Bytes size,
                 std::uint32_t slices, const std::string& routing = "spray") {
  return one_result(spec, kind, algorithm, size, slices, routing).time;
}

// One slice of 8 cards, 3.6 MB: 3.6 MB up at 450 GB/s, 8 us; 0.45 MB down to each owner, 1 us; up again, 1 us; 3.6 MB down,
// 8 us; four times 150 ns.
TEST(Nvls, OneSliceIsFourStages) {
  EXPECT_EQ(time_of(one_domain(8), CollectiveKind::all_reduce, "nvls", Bytes(3'600'000), 1), 18_us + 600_ns);
  // The halves: up 8 us and down 1 us, or up 1 us and down 8 us.
  EXPECT_EQ(time_of(one_domain(8), CollectiveKind::reduce_scatter, "nvls", Bytes(3'600'000), 1), 9_us + 300_ns);
  EXPECT_EQ(time_of(one_domain(8), CollectiveKind::all_gather, "nvls", Bytes(3'600'000), 1), 9_us + 300_ns);
  // One array up, one array down.
  EXPECT_EQ(time_of(one_domain(8), CollectiveKind::broadcast, "nvls", Bytes(3'600'000), 1), 16_us + 300_ns);
  EXPECT_EQ(time_of(one_domain(8), CollectiveKind::reduce, "nvls", Bytes(3'600'000), 1), 16_us + 300_ns);
}

// In the limit each link carries S (1 + 1/8) each way: 9.2 GB at 450 GB/s are 23 ms, below 2 S 7/8 of a ring, 35.8 ms.
TEST(Nvls, ManySlicesTendToTheBytesOfTheLink) {
  const double limit_ps = 9'200'000'000.0 * 9 / 8 / 450e9 * 1e12;
  const double time_ps =
      static_cast<double>(time_of(one_domain(8), CollectiveKind::all_reduce, "nvls", Bytes(9'200'000'000), 64).ps());
  EXPECT_GT(time_ps, limit_ps);
  EXPECT_LT(time_ps, limit_ps * 1.02);
  const Duration ring = time_of(one_domain(8), CollectiveKind::all_reduce, "ring", Bytes(9'200'000'000), 1);
  EXPECT_GT(static_cast<double>(ring.ps()), 1.5 * time_ps);
}

// 700 GB/s of bus bandwidth over links of 450: S / (S 9/8 / 450) x 2 x 7/8.
TEST(Nvls, BusBandwidthMayPassTheWire) {
  const CollectiveResult result =
      one_result(one_domain(8), CollectiveKind::all_reduce, "nvls", Bytes(std::int64_t{8} << 30U), 0);
  EXPECT_GT(result.busbw_GBps, 450.0);
  EXPECT_LT(result.busbw_GBps, 700.0);
  EXPECT_TRUE(result.proven);
  EXPECT_LE(result.lower_bound, result.time);
}

// Two switches that share a domain: each card has a link of 225 GB/s to either, half of every part goes over each.
TEST(Nvls, TwoSwitchesShareTheWork) {
  topology::TopologyBuilder builder("two-switches");
  std::vector<DeviceId> switches;
  for (int s = 0; s < 2; ++s) {
    topology::Device device{.name = "switch" + std::to_string(s), .kind = topology::DeviceKind::scaleup_switch};
    device.forwards = device.reduces = true;
    switches.push_back(builder.add_device(device));
  }
  std::vector<DeviceId> cards;
  for (int c = 0; c < 4; ++c) {
    topology::Device device{.name = "gpu" + std::to_string(c), .node = 0, .rail = c};
    cards.push_back(builder.add_device(device));
    for (const DeviceId s : switches) {
      builder.add_cable(cards.back(), s, 225_GBps, Duration{}, topology::LinkKind::scale_up, "nvlink");
    }
  }
  const topology::Topology topology = std::move(builder).build();
  const collectives::RankLayout layout = make_layout(topology, cards);
  ASSERT_EQ(layout.reducers().domain_switches.size(), 1U);
  EXPECT_EQ(layout.reducers().domain_switches[0], (std::vector<std::uint32_t>{0, 2}));
  const std::vector<DeviceId> two_each{switches[0], switches[0], switches[1], switches[1]};
  EXPECT_EQ(agent_devices(topology, cards, layout), two_each);
}

// Four leaves of two ranks and two spines. One slice of 8 MB: rank to leaf 160 us; leaf to both spines at 100 GB/s, 80 us;
// back 80 us; leaf to rank 160 us.
TEST(Sharp, OneSliceOverTwoTiers) {
  for (const char* routing : {"spray", "ecmp", "static"}) {
    EXPECT_EQ(time_of(on_tree(8, 1, 4), CollectiveKind::all_reduce, "sharp", Bytes(8'000'000), 1, routing), 480_us)
        << routing;
  }
}

// In the limit S over a NIC of 50 GB/s, whatever the number of ranks: 4 GB in 80 ms, and (K + 2)/K of it for K slices that
// pass leaf and spine, at twice the rate there.
TEST(Sharp, ManySlicesTendToTheBytesOfTheNic) {
  for (const std::int32_t nodes : {8, 32}) {
    const Duration time = time_of(on_tree(nodes, 1, 8), CollectiveKind::all_reduce, "sharp", Bytes(4'000'000'000), 64);
    EXPECT_GE(time, Duration::from_ps(80'000'000'000));
    EXPECT_LT(time, Duration::from_ps(80'000'000'000 / 64 * 66 + 1));
  }
}

// 8 MB by blocks of 1 MB. Reduce-scatter: 160 us up, 6 MB to... each leaf gets the blocks of its two ranks, 2 MB at 100 GB/s,
// 20 us; a block is 20 us. With the 80 us from leaf to spines: 280 us. All-gather: 20 us up, the leaf sends 2 MB at 100 GB/s,
// 20 us, and gets the other 6 MB, 60 us; 7 MB to a rank, 140 us.
TEST(Sharp, Blocks) {
  EXPECT_EQ(time_of(on_tree(8, 1, 4), CollectiveKind::reduce_scatter, "sharp", Bytes(8'000'000), 1), 280_us);
  EXPECT_EQ(time_of(on_tree(8, 1, 4), CollectiveKind::all_gather, "sharp", Bytes(8'000'000), 1), 240_us);
}

// Root to leaf 160 us, leaf to spines 80, spines to the other leaves 80, leaf to rank 160. A sum takes the same way back.
TEST(Sharp, BroadcastAndReduce) {
  EXPECT_EQ(time_of(on_tree(8, 1, 4), CollectiveKind::broadcast, "sharp", Bytes(8'000'000), 1), 480_us);
  EXPECT_EQ(time_of(on_tree(8, 1, 4), CollectiveKind::reduce, "sharp", Bytes(8'000'000), 1), 480_us);
}

// Four nodes of two cards on switches of 8 ports: two leaves, and one spine with four cables to each. 8 MB: half to the other
// local at 400 GB/s, 10 us; 4 MB to the leaf, 80 us; the parts of both heads from a leaf at 200 GB/s, 40 us, and back, 40 us;
// 80 us down; 10 us to the other local.
TEST(Collnet, OneSlice) {
  EXPECT_EQ(time_of(on_tree(4, 2, 8), CollectiveKind::all_reduce, "collnet_direct", Bytes(8'000'000), 1), 260_us);
  EXPECT_EQ(time_of(on_tree(4, 2, 8), CollectiveKind::all_reduce, "collnet_chain", Bytes(8'000'000), 1), 260_us);
}

// Rails that are planes of their own: each has a tree, and none reaches all ranks.
TEST(Collnet, RailsThatDoNotMeet) {
  topology::ClusterSpec spec = on_tree(4, 2, 8);
  spec.fabric.planes = topology::PlaneMode::per_nic;
  spec.fabric.num_planes = 2;
  spec.fabric.generator = "single_switch";
  spec.fabric.options = {};
  // 10 us inside, 80 us up, 80 us down, 10 us inside.
  EXPECT_EQ(time_of(spec, CollectiveKind::all_reduce, "collnet_direct", Bytes(8'000'000), 1), 180_us);
  try {
    static_cast<void>(time_of(spec, CollectiveKind::all_reduce, "sharp", Bytes(8'000'000), 1));
    FAIL() << "no tree reaches all ranks";
  } catch (const InputError& error) {
    EXPECT_NE(std::string(error.what()).find("collnet_direct uses one a rail"), std::string::npos) << error.what();
  }
}

// Striped planes: two trees, half of the data in each.
TEST(Sharp, StripedPlanesShareTheData) {
  topology::ClusterSpec spec = on_tree(4, 1, 8);
  spec.fabric.planes = topology::PlaneMode::striped;
  spec.fabric.num_planes = 2;
  spec.fabric.generator = "single_switch";
  spec.fabric.options = {};
  // 4 MB at 25 GB/s up and down, on both planes at once.
  EXPECT_EQ(time_of(spec, CollectiveKind::all_reduce, "sharp", Bytes(8'000'000), 1), 320_us);
}

/// Two domains of two at 450 GB/s, joined by rails of 50 GB/s over one switch; no latency.
topology::ClusterSpec two_domains() {
  topology::ClusterSpec spec = one_domain(2);
  spec.nodes = 2;
  spec.node.scale_up.latency = Duration{};
  spec.node.nics = 2;
  spec.node.nic_rate = 50_GBps;
  spec.fabric.generator = "single_switch";
  spec.fabric.switch_radix = 4;
  spec.fabric.port_rate = 50_GBps;
  return spec;
}

// 3.6 MB: up 8 us, half down to each owner 4 us. A tree of two domains is one hop: each tree takes a quarter of the array,
// 0.9 MB at 50 GB/s, 18 us up, both in opposite directions, and 18 us down. The quarter that came last goes up in 2 us, and the
// other half comes down in 4.
TEST(NvlsTree, TwoDomains) {
  EXPECT_EQ(time_of(two_domains(), CollectiveKind::all_reduce, "nvls_tree", Bytes(3'600'000), 1), 54_us);
}

// Through a switch that reduces instead: 1.8 MB up in 36 us and down in 36, then 4 us up and 4 down.
TEST(Nvls, OverDomainsThroughTheFabric) {
  topology::ClusterSpec spec = two_domains();
  spec.fabric.reduces = true;
  EXPECT_EQ(time_of(spec, CollectiveKind::all_reduce, "nvls", Bytes(3'600'000), 1), 92_us);
}

// Software is paid by ranks, not by switches: the launch, then one step up and one step back up.
TEST(Nvls, SwitchesPayNoSoftware) {
  Experiment experiment = on_cluster(one_domain(8), "spray");
  for (ProtocolCosts& costs : experiment.stack.protocols[0].costs) {
    costs.launch = 5_us;
    costs.step_scale_up = 2_us;
    costs.message = 1_us;
  }
  experiment.collectives = {collective_job(CollectiveKind::all_reduce, "nvls", Bytes(3'600'000))};
  experiment.collectives[0].slices = 1;
  EXPECT_EQ(collective_time(experiment), 18_us + 600_ns + 5_us + 6_us);
  experiment.model = "analytic";
  EXPECT_EQ(collective_time(experiment), 18_us + 600_ns + 5_us + 6_us);
}

// The same picoseconds on the way without contention, flow by flow, and explained; parts sum to the time by themselves.
TEST(InNetwork, WaysAgree) {
  const topology::ClusterSpec tree = on_tree(8, 1, 4);
  const CollectiveResult quick = one_result(tree, CollectiveKind::all_reduce, "sharp", Bytes(8'000'004), 3);
  EXPECT_NE(quick.way.text.find("no contention"), std::string::npos) << quick.way.text;
  RunOptions plain;
  plain.symmetry = false;
  RunOptions certified;
  certified.certify = true;
  RunOptions explained;
  explained.explain = true;
  for (const RunOptions& options : {plain, certified, explained}) {
    EXPECT_EQ(one_result(tree, CollectiveKind::all_reduce, "sharp", Bytes(8'000'004), 3, "spray", options).fingerprint,
              quick.fingerprint);
  }
  for (const RunOptions& options : {plain, certified, explained}) {
    EXPECT_EQ(one_result(one_domain(5), CollectiveKind::all_reduce, "nvls", Bytes(1'000'004), 4, "spray", options).time,
              one_result(one_domain(5), CollectiveKind::all_reduce, "nvls", Bytes(1'000'004), 4).time);
  }
}

// Every collective and size through switches: nothing beats the bound (run() CHECKs it).
TEST(InNetwork, NothingBeatsTheBound) {
  for (const std::string& full : collectives::algorithms().names()) {
    const collectives::Algorithm& algorithm = collectives::algorithms().at(full);
    const bool in_network = algorithm.name == "nvls" || algorithm.name == "sharp" || algorithm.name == "nvls_tree" ||
                            algorithm.name.starts_with("collnet");
    if (!in_network) continue;
    topology::ClusterSpec spec = algorithm.name == "nvls" ? one_domain(4) : on_tree(8, 2, 8);
    spec.node.scale_up.reduces = true;
    for (const Bytes size : {8_B, 1_KiB, 3_MiB, 256_MiB}) {
      const CollectiveResult result = one_result(spec, algorithm.collective, algorithm.name, size, 0);
      EXPECT_GE(result.time, result.lower_bound) << full;
    }
  }
}

// 12 MB over 3 cards of 100 GB/s. Ranks alone: 2 x 2 x 12 MB must leave all three, 160 us. With switches that reduce each card
// must send and take 12 MB, 120 us.
TEST(InNetwork, BoundsWithAndWithoutSwitches) {
  topology::ClusterSpec spec = one_domain(3);
  spec.node.scale_up.rate = 100_GBps;
  spec.node.scale_up.latency = Duration{};
  const topology::Topology topology = topology::build_cluster(spec);
  const std::vector<DeviceId> cards(topology.accelerators().begin(), topology.accelerators().end());
  const auto collective =
      collectives::Collective::sized(CollectiveKind::all_reduce, 3, Bytes(12'000'000), 4, RankId(0));
  const Bounds bounds(topology, cards);
  const LowerBound alone = bounds.lower_bound(collective, ideal_stack(), {});
  EXPECT_EQ(alone.time, 160_us);
  EXPECT_EQ(alone.reason, "bytes out of all cards");
  const LowerBound helped = bounds.lower_bound(collective, ideal_stack(), {.in_domains = true});
  EXPECT_EQ(helped.time, 120_us);
  EXPECT_EQ(helped.reason, "bytes out of card node0/gpu0, where switches reduce");
}

// 3.6 MB among four domains of two cards, 2 x 50 GB/s out of each. Whoever adds up inside, 2 x 3 x 3.6 MB must leave the four
// over 400 GB/s: 54 us. A fabric that adds up leaves 3.6 MB out of each, 36 us.
TEST(InNetwork, SwitchesInsideOfDomainsLeaveTheSumOverDomains) {
  topology::ClusterSpec spec = two_domains();
  spec.nodes = 4;
  spec.fabric.switch_radix = 8;
  for (const bool in_domains : {false, true}) {
    for (const bool in_fabric : {false, true}) {
      spec.node.scale_up.reduces = in_domains;
      spec.fabric.reduces = spec.fabric.reduces_unasked = in_fabric;
      const CollectiveResult result = one_result(spec, CollectiveKind::all_reduce, "ring", Bytes(3'600'000), 0);
      EXPECT_EQ(result.lower_bound, in_fabric ? 36_us : 54_us) << in_domains << in_fabric;
    }
  }
}

// A link of 150 ns to the switch and one from it; the bytes, 18 ps, pass while one of them takes its time.
TEST(InNetwork, WhatASwitchAddsUpGoesOnToARank) {
  EXPECT_EQ(one_result(one_domain(8), CollectiveKind::all_reduce, "ring", 8_B, 0).lower_bound, 300_ns);
}

// The same, of a fabric that merely could: its switches count for an algorithm that was asked for by name, and are told of.
TEST(InNetwork, SwitchesThatAreNotSetUpBoundTheirOwnAlgorithmsOnly) {
  topology::ClusterSpec spec = two_domains();
  spec.nodes = 4;
  spec.fabric.switch_radix = 8;
  spec.fabric.reduces = true;
  for (const char* name : {"ring", "nvls_tree", "auto"}) {
    const CollectiveResult result = one_result(spec, CollectiveKind::all_reduce, name, Bytes(3'600'000), 0);
    EXPECT_EQ(result.lower_bound, 54_us) << name;
    EXPECT_EQ(result.lower_bound_reason, "bytes out of all scale-up domains, as its fabric is not set up to reduce");
  }
  for (const char* name : {"nvls", "sharp", "collnet_direct"}) {
    const CollectiveResult result = one_result(spec, CollectiveKind::all_reduce, name, Bytes(3'600'000), 0);
    EXPECT_EQ(result.lower_bound, 36_us) << name;
    EXPECT_GE(result.time, result.lower_bound) << name;
  }
}

/// Of what runs: the bound of the first, which all others have.
void expect_one_bound(const topology::ClusterSpec& spec, CollectiveKind kind, Bytes size) {
  std::optional<CollectiveResult> first;
  bool none_is_in_network = true;
  for (const std::string& name : collectives::algorithm_names(kind)) {
    std::optional<CollectiveResult> result;
    try {
      result = one_result(spec, kind, name, size, 0);
    } catch (const InputError&) { continue; }  // needs what is not there
    none_is_in_network = none_is_in_network && !result->in_network;
    if (!first) first = result;
    EXPECT_EQ(result->lower_bound, first->lower_bound) << spec.name << " " << name << " " << to_string(size);
    EXPECT_EQ(result->lower_bound_reason, first->lower_bound_reason) << spec.name << " " << name;
    EXPECT_GE(result->time, result->lower_bound) << spec.name << " " << name << " " << to_string(size);
  }
  ASSERT_TRUE(first) << collectives::to_string(kind);
  if (none_is_in_network) {
    EXPECT_EQ(first->lower_bound_reason.find("switches reduce"), std::string::npos) << first->lower_bound_reason;
  }
}

// A bound is one of the cluster: the same beside every algorithm, and none is faster.
TEST(InNetwork, OneBoundForAllAlgorithms) {
  topology::ClusterSpec plain = one_domain(4);
  plain.node.scale_up.reduces = false;
  topology::ClusterSpec joined = two_domains(), both = on_tree(8, 2, 8);
  joined.name = "joined";
  both.name = "both";
  both.node.scale_up.reduces = true;
  for (auto spec : {plain, one_domain(4), joined, on_tree(8, 1, 4), on_tree(4, 2, 8), both}) {
    spec.fabric.reduces_unasked = spec.fabric.reduces;
    for (const CollectiveKind kind :
         {CollectiveKind::all_reduce, CollectiveKind::all_gather, CollectiveKind::reduce_scatter,
          CollectiveKind::broadcast, CollectiveKind::reduce, CollectiveKind::alltoall, CollectiveKind::barrier}) {
      for (const Bytes size : {Bytes(1'000), Bytes(48'000'000)}) {
        if (kind != CollectiveKind::barrier || size == Bytes(1'000)) expect_one_bound(spec, kind, size);
      }
    }
  }
}

std::string refusal(const topology::ClusterSpec& spec, const std::string& algorithm,
                    const std::vector<std::string>& faults = {}) {
  Experiment experiment = on_cluster(spec, "spray");
  experiment.faults = faults;
  experiment.collectives = {collective_job(CollectiveKind::all_reduce, algorithm, 1_MiB)};
  try {
    static_cast<void>(run(experiment, {}));
  } catch (const InputError& error) { return error.what(); }
  return "";
}

TEST(InNetwork, WhatIsMissingIsNamed) {
  topology::ClusterSpec plain = one_domain(4);
  plain.node.scale_up.reduces = false;
  EXPECT_NE(refusal(plain, "nvls").find("in_network_reduction of the accelerator"), std::string::npos);
  EXPECT_NE(refusal(one_domain(4), "nvls_tree").find("nvls does one"), std::string::npos);
  EXPECT_NE(refusal(one_domain(4), "sharp").find("in_network_reduction of the switch"), std::string::npos);
  EXPECT_NE(refusal(one_domain(4), "collnet_direct").find("several scale-up domains"), std::string::npos);
  topology::ClusterSpec tree = on_tree(4, 2, 8);
  EXPECT_NE(refusal(tree, "nvls").find("in_network_reduction of the accelerator"), std::string::npos);
  tree.node.scale_up.reduces = true;
  tree.fabric.reduces = false;
  EXPECT_NE(refusal(tree, "nvls").find("nvls_tree does without"), std::string::npos);
  EXPECT_NE(refusal(tree, "collnet_chain").find("in_network_reduction of the switch"), std::string::npos);
}

// Eight leaf-spine cables: a fault on one leaves one spine; one on either leaves none.
TEST(InNetwork, FaultsTakeSpinesAndThenTheTree) {
  Experiment experiment = on_cluster(on_tree(8, 1, 4), "spray");
  experiment.collectives = {collective_job(CollectiveKind::all_reduce, "sharp", Bytes(8'000'000))};
  experiment.collectives[0].slices = 1;
  experiment.faults = {"link=leaf0.spine1"};
  // The tree is rooted at spine0 alone: 160 us at 50 GB/s on each of four hops.
  EXPECT_EQ(collective_time(experiment), 640_us);
  EXPECT_NE(refusal(on_tree(8, 1, 4), "sharp", {"link=leaf0.spine1", "link=leaf2.spine0"}).find("faults cut them"),
            std::string::npos);
}

// A dragonfly has no switch above all leaves.
TEST(InNetwork, NoTreeInADragonfly) {
  topology::ClusterSpec spec = on_tree(36, 1, 8);
  spec.fabric.generator = "dragonfly";
  spec.fabric.options = {};
  EXPECT_NE(refusal(spec, "sharp").find("tree of whole switches"), std::string::npos) << refusal(spec, "sharp");
}

// Auto takes the switches where they win, and says what it left out where there are none.
TEST(InNetwork, AutoTakesIt) {
  EXPECT_EQ(one_result(one_domain(8), CollectiveKind::all_reduce, "auto", 1_GiB, 0).algorithm, "nvls");
  topology::ClusterSpec plain = one_domain(8);
  plain.node.scale_up.reduces = false;
  const CollectiveResult result = one_result(plain, CollectiveKind::all_reduce, "auto", 1_MiB, 0);
  EXPECT_NE(result.alternatives.find("nvls: needs a switch in every scale-up domain"), std::string::npos)
      << result.alternatives;
}

// One domain whose switches add float sums and nothing else: of products, and of 8-bit integers, auto and the bound know of no
// switch, by name they are refused, and copies still go through them.
TEST(InNetwork, SwitchesDoWhatTheirPartCan) {
  const auto result = [&](CollectiveKind kind, const std::string& algorithm, const char* datatype, const char* op) {
    Experiment experiment = on_cluster(one_domain(8), "spray");
    experiment.cluster.arithmetic.domains = {};
    experiment.cluster.arithmetic.domains.add(reduction_pair("float", "sum"));
    experiment.collectives = {collective_job(kind, algorithm, 1_GiB)};
    experiment.collectives[0].datatype = datatype;
    experiment.collectives[0].reduction = op;
    return run(experiment, {}).collectives.at(0);
  };
  const CollectiveResult sum = result(CollectiveKind::all_reduce, "auto", "float", "sum");
  EXPECT_EQ(sum.algorithm, "nvls");
  EXPECT_EQ(result(CollectiveKind::all_reduce, "auto", "float", "avg").algorithm, "nvls");
  const CollectiveResult product = result(CollectiveKind::all_reduce, "auto", "float", "prod");
  EXPECT_FALSE(product.in_network) << product.algorithm;
  EXPECT_GT(product.lower_bound, sum.lower_bound);
  EXPECT_NE(product.alternatives.find("nvls: needs switches in the scale-up domains that can do prod of float"),
            std::string::npos)
      << product.alternatives;
  EXPECT_FALSE(result(CollectiveKind::all_reduce, "auto", "int8", "sum").in_network);
  EXPECT_FALSE(result(CollectiveKind::reduce_scatter, "auto", "float", "max").in_network);
  EXPECT_THROW(result(CollectiveKind::all_reduce, "nvls", "float", "prod"), InputError);
  EXPECT_TRUE(result(CollectiveKind::all_gather, "nvls", "int8", "prod").in_network);
  EXPECT_TRUE(result(CollectiveKind::broadcast, "nvls", "int8", "prod").in_network);
}

// A fabric that does no products: SHARP runs sums by name, and refuses products.
TEST(InNetwork, TreesDoWhatTheirSwitchesCan) {
  Experiment experiment = on_cluster(on_tree(8, 1, 4), "spray");
  experiment.cluster.arithmetic.fabric = {};
  experiment.cluster.arithmetic.fabric.add(reduction_pair("half", "sum"));
  experiment.collectives = {collective_job(CollectiveKind::all_reduce, "sharp", 1_MiB)};
  experiment.collectives[0].datatype = "half";
  EXPECT_TRUE(run(experiment, {}).collectives.at(0).in_network);
  experiment.collectives[0].datatype = "bfloat16";
  EXPECT_THROW(run(experiment, {}), InputError);
}

// Two jobs side by side on one domain share its links: each takes twice as long as alone, one slice of 3.6 MB.
TEST(InNetwork, TwoJobsShareTheLinks) {
  Experiment experiment = on_cluster(one_domain(8), "spray");
  experiment.collectives = {collective_job(CollectiveKind::all_reduce, "nvls", Bytes(3'600'000)),
                            collective_job(CollectiveKind::all_reduce, "nvls", Bytes(3'600'000))};
  experiment.collectives[0].name = "a";
  experiment.collectives[1].name = "b";
  for (CollectiveJob& job : experiment.collectives) job.slices = 1;
  const Report report = run(experiment, {});
  EXPECT_EQ(report.collectives[0].time, 36_us + 600_ns);
  EXPECT_EQ(report.collectives[1].time, 36_us + 600_ns);
}

}  // namespace
}  // namespace polyplane::sim
