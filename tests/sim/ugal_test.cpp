// Routings of a dragonfly against each other, by time. p = 2 cards a switch, a = 4 switches a group, h = 2 global links a
// switch, 9 groups, one global link between any two; 400 Gbps everywhere, no latencies.
#include <gtest/gtest.h>

#include "tests/sim/small_runs.h"
#include "tests/topology/clusters.h"

namespace polyplane::sim {
namespace {

using namespace literals;
using collectives::CollectiveKind;

constexpr std::uint32_t kCards = 72, kGroup = 8;
constexpr std::int64_t kBytes = 50'000'000;  // 1 ms at 400 Gbps

Experiment on_dragonfly(const std::string& routing, const std::string& model = "flow") {
  topology::ClusterSpec spec = topology::plain_cluster(kCards, 64, "dragonfly", {"p=2", "a=4", "h=2", "groups=9"});
  spec.node.nic_latency = spec.fabric.cable_latency = spec.fabric.access_cable_latency = Duration();
  spec.fabric.switch_latency = Duration();
  return on_cluster(spec, routing, model);
}

/// Every card of group i sends `kBytes` to its like in group i + 1: the worst there is for minimal routes.
CollectiveJob to_the_next_group() {
  CollectiveJob job = collective_job(CollectiveKind::alltoallv, "direct", Bytes(kBytes));
  job.matrix.assign(std::size_t{kCards} * kCards, 0);
  for (std::uint32_t r = 0; r < kCards; ++r) job.matrix[r * kCards + (r + kGroup) % kCards] = kBytes / 4;  // floats
  return job;
}

Duration time_of(const std::string& routing, const CollectiveJob& job, const std::string& model = "flow") {
  Experiment experiment = on_dragonfly(routing, model);
  experiment.collectives = {job};
  return collective_time(experiment);
}

TEST(Ugal, BeatsMinimalRoutesWhereTheyAllMeetOnOneLink) {
  // Minimal: a p = 8 flows of every group share its one link to the next: 8 ms, whatever hashes or sprays.
  const CollectiveJob job = to_the_next_group();
  EXPECT_EQ(time_of("spray", job), 8000_us);
  EXPECT_EQ(time_of("ecmp", job), 8000_us);
  // Detours spread over seven other groups; by chance some meet. UGAL leaves the direct link when hops x (flows + 1) there
  // is more than the 5 of an idle detour: 1 hop with 5 flows there already, 3 hops with one.
  const Duration valiant = time_of("valiant", job), ugal = time_of("ugal", job);
  EXPECT_LT(valiant, 8000_us);
  EXPECT_LT(ugal, valiant);
  EXPECT_GE(ugal, 1000_us);
}

TEST(Ugal, BeatsDetoursWhereTrafficIsUniform) {
  const CollectiveJob job = collective_job(CollectiveKind::alltoall, "direct", Bytes(std::int64_t{kCards} * 1'000'000));
  const Duration minimal = time_of("spray", job), valiant = time_of("valiant", job), ugal = time_of("ugal", job);
  // Detours use two global links in place of one. 64 of 71 messages of a card leave its group; a global link carries 64
  // messages of the two groups that it joins, minimal, and 1 MB takes 20 us: 1.28 ms; the card's own link 71 x 20 us.
  EXPECT_EQ(minimal, Duration::from_ps(1'420'000'000));
  EXPECT_GE(2 * valiant, 3 * minimal);
  EXPECT_LE(4 * ugal, 5 * minimal);
}

TEST(Ugal, IsMinimalWithoutLoads) {
  const CollectiveJob job = to_the_next_group();
  EXPECT_EQ(time_of("ugal", job, "analytic"), 1000_us);
  CollectiveJob alone = job;
  std::fill(alone.matrix.begin() + kCards, alone.matrix.end(), 0);  // card 0 only
  EXPECT_EQ(time_of("ugal", alone), 1000_us);
}

TEST(Ugal, SameBitsForAnyNumberOfThreadsAndWithAttribution) {
  Experiment experiment = on_dragonfly("ugal");
  CollectiveJob job = collective_job(CollectiveKind::alltoall, "direct", Bytes(kCards * 4096));
  job.sizes.push_back(Bytes(kCards * 65536));
  job.sizes.push_back(Bytes(kCards * 16384));
  experiment.collectives = {job};
  RunOptions one, three;
  three.threads = 3;
  const Report a = run(experiment, one), b = run(experiment, three);
  EXPECT_EQ(a.fingerprint, b.fingerprint);
  experiment.collectives[0].sizes.resize(1);
  RunOptions explained;
  explained.explain = true;
  EXPECT_EQ(run(experiment, explained).collectives[0].time, a.collectives[0].time);
  experiment.seed = 1;
  EXPECT_NE(run(experiment, one).collectives[0].fingerprint, a.collectives[0].fingerprint);
}

}  // namespace
}  // namespace polyplane::sim
