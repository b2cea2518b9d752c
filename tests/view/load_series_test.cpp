#include "sim/view/load_series.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "sim/experiment_topology.h"
#include "sim/view/cluster_recorder.h"
#include "tests/sim/small_runs.h"
#include "tests/topology/clusters.h"

namespace polyplane::sim {
namespace {

using namespace literals;
using testing::DoubleNear;
using testing::Each;
using testing::FloatNear;

/// 4 cards around one switch at 8 GB/s (1000 bytes take 125 ns), no latencies.
topology::ClusterSpec star() {
  topology::ClusterSpec spec = topology::plain_cluster(4, 8, "single_switch", {});
  spec.node.nic_rate = spec.fabric.port_rate = 64_Gbps;
  spec.node.nic_latency = spec.fabric.switch_latency = spec.fabric.cable_latency = spec.fabric.access_cable_latency =
      Duration();
  return spec;
}

/// Of a run of plain flows alone.
v1::Series series_of(const Experiment& experiment) {
  ClusterRecorder recorder(SecondLooks{});
  RunOptions options;
  options.observer = &recorder;
  const Report report = run(experiment, options);
  v1::Recording recording;
  ClusterRecorder::Places places;
  for (std::uint32_t i = 0; i < report.flows.size(); ++i) places.flows.push_back(i);
  recorder.write(places, recording);
  EXPECT_EQ(recording.runs_size(), 1);
  return recording.runs(0).series();
}

const v1::Series::Track* track_of(const v1::Series& series, std::int32_t link) {
  const auto found = std::ranges::find(series.tracks(), link, &v1::Series::Track::link);
  return found == series.tracks().end() ? nullptr : &*found;
}

TEST(LoadSeries, OfTwoFlowsOneAfterTheOther) {
  // 1,000,000 bytes take 125 us. The first from 0, the second, on another port, from 250 us: the makespan is 375 us, a
  // bin 1.5625 us. Bins 0 to 79 (to 125 us) are full of the first, 80 to 159 empty, 160 to 239 full of the second.
  Experiment experiment = on_cluster(star(), "ecmp");
  experiment.flows = {
      flow_job("node0/gpu0", "node1/gpu0", Bytes(1'000'000)),
      flow_job("node2/gpu0", "node3/gpu0", Bytes(1'000'000), TimePoint() + Duration::from_ps(250'000'000))};
  const v1::Series series = series_of(experiment);
  ASSERT_EQ(series.bins(), kSeriesBins);
  EXPECT_DOUBLE_EQ(series.bin_ps(), 375e6 / 240);
  const topology::Topology topology = build_topology(experiment);
  const auto out_of = [&](const char* card) {
    return static_cast<std::int32_t>(topology.out_links(topology.find_device(card))[0].index());
  };
  const v1::Series::Track* first = track_of(series, out_of("node0/gpu0"));
  const v1::Series::Track* second = track_of(series, out_of("node2/gpu0"));
  ASSERT_NE(first, nullptr);
  ASSERT_NE(second, nullptr);
  for (int bin = 0; bin < 240; ++bin) {
    EXPECT_THAT(first->used(bin), FloatNear(bin < 80 ? 1 : 0, 1e-6F)) << bin;
    EXPECT_THAT(second->used(bin), FloatNear(bin >= 160 ? 1 : 0, 1e-6F)) << bin;
  }
  // All 8 directed links of the tier as one: 2 of 8 are full where a flow runs.
  const v1::Series::Track* tier = track_of(series, -1);
  ASSERT_NE(tier, nullptr);
  EXPECT_EQ(tier->alike(), 8U);
  EXPECT_THAT(tier->used(0), FloatNear(0.25F, 1e-6F));
  EXPECT_THAT(tier->used(100), FloatNear(0, 1e-6F));
}

TEST(LoadSeries, SharedPortsAreFullAndTheOthersHalf) {
  // Two flows into node2: its port is full from the first to the last bit, each sender's half full, for 250 us.
  Experiment experiment = on_cluster(star(), "ecmp");
  experiment.flows = {flow_job("node0/gpu0", "node2/gpu0", Bytes(1'000'000)),
                      flow_job("node1/gpu0", "node2/gpu0", Bytes(1'000'000))};
  const v1::Series series = series_of(experiment);
  const topology::Topology topology = build_topology(experiment);
  const auto receiver = static_cast<std::int32_t>(topology.in_links(topology.find_device("node2/gpu0"))[0].index());
  const auto sender = static_cast<std::int32_t>(topology.out_links(topology.find_device("node1/gpu0"))[0].index());
  EXPECT_THAT(track_of(series, receiver)->used(), Each(FloatNear(1, 1e-6F)));
  EXPECT_THAT(track_of(series, sender)->used(), Each(FloatNear(0.5F, 1e-6F)));
}

TEST(LoadSeries, MeanOverTimeIsTheUtilisation) {
  // Whatever moved when: the mean of a link's loads is its bytes over what it could have carried.
  Experiment experiment = on_cluster(
      topology::nvlink_cluster(4, "fat_tree", {"tiers=2", "placement=rail_optimised"}, topology::PlaneMode::per_nic),
      "spray");
  experiment.collectives = {collective_job(collectives::CollectiveKind::alltoall, "hierarchical", 64_MiB)};
  for (const bool symmetry : {true, false}) {
    ClusterRecorder recorder(SecondLooks{});
    RunOptions options;
    options.observer = &recorder;
    options.symmetry = symmetry;
    const Report report = run(experiment, options);
    v1::Recording recording;
    ClusterRecorder::Places places;
    places.results = {{report.collectives[0].fingerprint, 0U}};
    recorder.write(places, recording);
    const v1::RunView& view = recording.runs(0);
    const v1::LinkMap& map = recording.link_maps(static_cast<int>(view.traffic().link_map()));
    const v1::LinkTable& links = recording.fabrics(0).links();
    ASSERT_GT(view.series().tracks_size(), 16) << "8 planes of one tier, and scale-up";
    std::size_t alike = 0;
    for (const v1::Series::Track& track : view.series().tracks()) {
      double mean = 0;
      for (const float used : track.used()) mean += used / kSeriesBins;
      const auto utilisation = [&](int link) {
        const double bytes = view.traffic().bytes(static_cast<int>(map.group(link)));
        return bytes * 8 / (links.classes(static_cast<int>(links.class_(link))).rate_bps() * view.makespan_ps() / 1e12);
      };
      if (track.link() >= 0) {
        EXPECT_THAT(mean, DoubleNear(utilisation(track.link()), 1e-5)) << track.link();
        alike += track.alike();
        continue;
      }
      double sum = 0;
      std::uint32_t count = 0;
      for (int link = 0; link < static_cast<int>(links.count()); ++link) {
        const v1::LinkClass& one = links.classes(static_cast<int>(links.class_(link)));
        if (one.tier() != track.tier() || one.plane() != track.plane()) continue;
        sum += utilisation(link);
        ++count;
      }
      EXPECT_EQ(track.alike(), count);
      EXPECT_THAT(mean, DoubleNear(sum / count, 1e-5));
    }
    if (symmetry) { EXPECT_GT(alike, std::size_t{3 * kLinksOfTier}) << "in a folded run a link tells of others"; }
  }
}

TEST(LoadSeries, TheAnalyticModelHasNone) {
  Experiment experiment = on_cluster(star(), "ecmp", "analytic");
  experiment.flows = {flow_job("node0/gpu0", "node1/gpu0", Bytes(1'000'000))};
  EXPECT_FALSE(series_of(experiment).tracks_size() > 0);
}

}  // namespace
}  // namespace polyplane::sim
