// Ring all-reduce on clean rings ends exactly where its closed form says, in both models:
// 2 (n - 1) x (ceil(chunk bits x 10^12 / bit rate) + path latency), stack "ideal", one channel, no pipelining.
#include <gtest/gtest.h>

#include "tests/sim/small_runs.h"
#include "tests/topology/clusters.h"

namespace polyplane::sim {
namespace {

using namespace literals;

/// 1,000,004 bytes are 8,000,032 bits; at 333 Gbps 24,024,120.12 ps, rounded up 24,024,121 ps.
constexpr std::int64_t kChunk = 1'000'004;
constexpr BitRate kRate = 333_Gbps;
constexpr Duration kChunkTime = Duration::from_ps(24'024'121);

/// `n` cards in a scale-up ring, `kRate` to each neighbour.
topology::ClusterSpec scale_up_ring(std::int32_t n) {
  topology::ClusterSpec spec;
  spec.name = "ring";
  spec.node.accelerators = n;
  spec.node.scale_up.kind = "ring";
  spec.node.scale_up.rate = 2 * kRate;
  spec.node.scale_up.latency = 700_ns;
  return spec;
}

/// `n` cards with a NIC each on one switch; 1420 ns from card to card.
topology::ClusterSpec star(std::int32_t n) {
  topology::ClusterSpec spec = topology::plain_cluster(n, 16, "single_switch", {});
  spec.node.nic_rate = kRate;
  return spec;
}

class CleanRing : public testing::TestWithParam<std::string> {};

TEST_P(CleanRing, ScaleUpRing) {
  for (std::int32_t n = 2; n <= 9; ++n) {
    SCOPED_TRACE(n);
    // Hashed: of the two cables between two cards a flow takes one.
    Experiment experiment = on_cluster(scale_up_ring(n), "ecmp", GetParam());
    experiment.collectives = {plain_ring(Bytes(n * kChunk))};
    EXPECT_EQ(collective_time(experiment), 2 * (n - 1) * (kChunkTime + 700_ns));
  }
}

TEST_P(CleanRing, CardsOnOneSwitch) {
  for (std::int32_t n = 2; n <= 9; ++n) {
    for (const char* routing : {"ecmp", "spray", "static"}) {
      SCOPED_TRACE(std::to_string(n) + " " + routing);
      Experiment experiment = on_cluster(star(n), routing, GetParam());
      experiment.collectives = {plain_ring(Bytes(n * kChunk))};
      EXPECT_EQ(collective_time(experiment), 2 * (n - 1) * (kChunkTime + 1420_ns));
    }
  }
}

// Software costs and protocol efficiency are paid as the stack says. Half of the bytes on the wire are flags: 16,000,064
// bits, 48,048,240.24 ps.
TEST_P(CleanRing, SoftwareCosts) {
  for (std::int32_t n = 2; n <= 9; ++n) {
    SCOPED_TRACE(n);
    Experiment experiment = on_cluster(star(n), "ecmp", GetParam());
    experiment.collectives = {plain_ring(Bytes(n * kChunk))};
    experiment.stack.protocols = {{"LL", {1, 2}, {{"ring", 5_us, 11_us, 2_us, 300_ns}}}};
    EXPECT_EQ(collective_time(experiment),
              5_us + 2 * (n - 1) * (2_us + 300_ns + 1420_ns + Duration::from_ps(48'048'241)));
  }
}

INSTANTIATE_TEST_SUITE_P(Models, CleanRing, testing::Values("analytic", "flow"),
                         [](const auto& model) { return model.param; });

}  // namespace
}  // namespace polyplane::sim
