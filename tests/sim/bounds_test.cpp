#include "sim/bounds.h"

#include <gtest/gtest.h>

#include "tests/topology/clusters.h"
#include "topology/cluster_spec.h"

namespace polyplane::sim {
namespace {

using namespace polyplane::literals;
using collectives::Collective;
using collectives::CollectiveKind;

// Two nodes of two cards: NVLink 100 GB/s and one 50 GB/s NIC a card, one leaf; no latency anywhere.
topology::Topology two_by_two() {
  topology::ClusterSpec spec;
  spec.name = "two-by-two";
  spec.nodes = 2;
  spec.node.accelerators = 2;
  spec.node.scale_up.kind = "switched";
  spec.node.scale_up.rate = 100_GBps;
  spec.node.nics = 2;
  spec.node.nic_rate = 50_GBps;
  spec.fabric.generator = "single_switch";
  spec.fabric.switch_radix = 8;
  spec.fabric.port_rate = 50_GBps;
  return topology::build_cluster(spec);
}

Stack free_of_charge() { return {"ideal", "", {{"Simple", {1, 1}, {{"ring", {}, {}, {}, {}}}}}}; }

LowerBound bound(CollectiveKind kind, Bytes size) {
  const topology::Topology topology = two_by_two();
  const std::vector<DeviceId> cards(topology.accelerators().begin(), topology.accelerators().end());
  return Bounds(topology, cards).lower_bound(Collective::sized(kind, 4, size, 4, RankId(0)), free_of_charge(), {});
}

// 12 MB. Cards: 2 x 3 x 12 MB out of 4 x 150 GB/s = 120 us. Domains: 2 x 1 x 12 MB out of 2 x 100 GB/s = 120 us, the same; one
// domain alone: 12 MB / 100 GB/s = 120 us. With 150 GB/s a card the answer is 120 us either way.
TEST(Bounds, AllReduce) { EXPECT_EQ(bound(CollectiveKind::all_reduce, Bytes(12'000'000)).time, 120_us); }

// 16 MB: each card keeps 4 MB and sends 4 MB to three others: 12 MB / 150 GB/s = 80 us. A domain sends 2 x 2 x 4 MB = 16 MB
// through 100 GB/s: 160 us.
TEST(Bounds, Alltoall) {
  const LowerBound least = bound(CollectiveKind::alltoall, Bytes(16'000'000));
  EXPECT_EQ(least.time, 160_us);
  EXPECT_NE(least.reason.find("domain"), std::string::npos) << least.reason;
}

// 16 MB over 4 ranks: 12 MB must come into each card (80 us), 8 MB into each domain (80 us).
TEST(Bounds, AllGather) { EXPECT_EQ(bound(CollectiveKind::all_gather, Bytes(16'000'000)).time, 80_us); }

// 15 MB into each card but the root: 15 MB / 150 GB/s = 100 us; into the other domain: 15 MB / 100 GB/s = 150 us.
TEST(Bounds, Broadcast) { EXPECT_EQ(bound(CollectiveKind::broadcast, Bytes(15'000'000)).time, 150_us); }

// Two cards of one node: the NICs are no help. All-reduce of 10 MB: 2 x 1 x 10 MB out of 2 x 100 GB/s = 100 us.
TEST(Bounds, InsideOneDomainOnlyItsOwnLinksCount) {
  const topology::Topology topology = two_by_two();
  const std::vector<DeviceId> cards{topology.accelerators()[0], topology.accelerators()[1]};
  const Collective collective = Collective::sized(CollectiveKind::all_reduce, 2, Bytes(10'000'000), 4, RankId(0));
  EXPECT_EQ(Bounds(topology, cards).lower_bound(collective, free_of_charge(), {}).time, 100_us);
}

TEST(Bounds, NothingToSendTakesTheLaunchOnly) {
  const topology::Topology topology = two_by_two();
  const std::vector<DeviceId> cards(topology.accelerators().begin(), topology.accelerators().end());
  Stack stack = free_of_charge();
  stack.protocols[0].costs[0].launch = 7_us;
  const Collective empty = Collective::sized(CollectiveKind::alltoall, 4, Bytes(0), 4, RankId(0));
  EXPECT_EQ(Bounds(topology, cards).lower_bound(empty, stack, {}).time, 7_us);
}

// 810 ns to the leaf and 610 ns from it; then 4 bytes at 400 Gbps, 80 ps.
TEST(Bounds, APathHasTwoLinks) {
  const topology::Topology topology = build_cluster(topology::plain_cluster(4, 4, "single_switch", {}));
  const std::vector<DeviceId> cards(topology.accelerators().begin(), topology.accelerators().end());
  const Collective collective = Collective::sized(CollectiveKind::sendrecv, 4, Bytes(4), 4, RankId(0));
  EXPECT_EQ(Bounds(topology, cards).lower_bound(collective, free_of_charge(), {}).time, 1420_ns + 80_ps);
}

// 1 PiB into each of 8,192 cards, 2^63 bytes in all: 2^50 B / 50 GB/s for each, 22,517.99813685248 s.
TEST(Bounds, AllBytesTogetherMayPassTheLargestInteger) {
  constexpr std::uint32_t kCards = 8193;
  const topology::Topology topology = build_cluster(topology::plain_cluster(kCards, kCards, "single_switch", {}));
  const std::vector<DeviceId> cards(topology.accelerators().begin(), topology.accelerators().end());
  const Collective collective =
      Collective::sized(CollectiveKind::broadcast, kCards, Bytes(std::int64_t{1} << 50U), 4, RankId(0));
  EXPECT_EQ(Bounds(topology, cards).lower_bound(collective, free_of_charge(), {}).time,
            1420_ns + Duration::from_ps(22'517'998'136'852'480));
}

// LL carries 4 of 8 bytes: the bound doubles.
TEST(Bounds, EfficiencyCounts) {
  const topology::Topology topology = two_by_two();
  const std::vector<DeviceId> cards(topology.accelerators().begin(), topology.accelerators().end());
  Stack stack = free_of_charge();
  stack.protocols[0].efficiency = {1, 2};
  const Collective collective = Collective::sized(CollectiveKind::alltoall, 4, Bytes(16'000'000), 4, RankId(0));
  EXPECT_EQ(Bounds(topology, cards).lower_bound(collective, stack, {}).time, 320_us);
}

}  // namespace
}  // namespace polyplane::sim
