#include "sim/view/cluster_recorder.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <google/protobuf/util/message_differencer.h>

#include <map>

#include "sim/experiment_topology.h"
#include "tests/sim/small_runs.h"
#include "tests/topology/clusters.h"

namespace polyplane::sim {
namespace {

using namespace literals;
using collectives::CollectiveKind;
using testing::ElementsAre;
using testing::IsEmpty;

Experiment planes(std::vector<Bytes> sizes, const std::string& algorithm = "auto",
                  CollectiveKind kind = CollectiveKind::all_reduce, const std::string& routing = "spray") {
  Experiment experiment = on_cluster(
      topology::nvlink_cluster(4, "fat_tree", {"tiers=2", "placement=rail_optimised"}, topology::PlaneMode::per_nic),
      routing);
  experiment.collectives = {collective_job(kind, algorithm, 1_MiB)};
  experiment.collectives.front().sizes = std::move(sizes);
  return experiment;
}

struct Recorded {
  Report report;
  v1::Recording recording;
};

Recorded record(const Experiment& experiment, RunOptions options = {}, SecondLooks looks = {}) {
  ClusterRecorder recorder(looks);
  options.observer = &recorder;
  Recorded recorded{run(experiment, options), {}};
  ClusterRecorder::Places places;
  for (std::uint32_t i = 0; i < recorded.report.collectives.size(); ++i) {
    places.results.emplace_back(recorded.report.collectives[i].fingerprint, i);
  }
  for (std::uint32_t i = 0; i < recorded.report.flows.size(); ++i) places.flows.push_back(i);
  recorder.write(places, recorded.recording);
  return recorded;
}

std::vector<double> bytes_of(const v1::Recording& recording, int run) {
  const v1::LinkTraffic& traffic = recording.runs(run).traffic();
  std::vector<double> bytes;
  for (const std::uint32_t group : recording.link_maps(static_cast<int>(traffic.link_map())).group()) {
    bytes.push_back(traffic.bytes(static_cast<int>(group)));
  }
  return bytes;
}

TEST(ClusterRecorder, KeepsWhatTheReportSaysOfItsTopLinks) {
  RunOptions options;
  options.link_loads = true;
  const Experiment experiment = planes({1_MiB, 64_MiB}, "hierarchical");
  const auto [report, recording] = record(experiment, options);
  const topology::Topology topology = build_topology(experiment);
  ASSERT_EQ(recording.runs_size(), 2);
  for (int row = 0; row < 2; ++row) {
    EXPECT_THAT(recording.runs(row).results(), ElementsAre(row));
    const CollectiveResult& result = report.collectives[static_cast<std::size_t>(row)];
    const std::vector<double> bytes = bytes_of(recording, row);
    ASSERT_EQ(bytes.size(), topology.links().size());
    EXPECT_EQ(recording.runs(row).makespan_ps(), static_cast<double>(result.time.ps()));
    ASSERT_EQ(result.top_links.size(), 10U);
    for (const LinkLoad& load : result.top_links) {
      EXPECT_EQ(bytes[load.link.index()], load.bytes);
      const double seconds = recording.runs(row).makespan_ps() / 1e12;
      const auto rate = static_cast<double>(topology.link(load.link).rate.bps());
      EXPECT_DOUBLE_EQ(bytes[load.link.index()] * 8 / (rate * seconds), load.utilisation);
    }
  }
}

TEST(ClusterRecorder, BytesAreConserved) {
  // A direct alltoall of S bytes a card among n = 32 cards: each card sends (n-1)/n S, on its wire and on that of whoever it
  // is for. 7 of its 31 messages stay in the node. The stack sends bytes as they are.
  const auto [report, recording] = record(planes({32_MiB}, "direct", CollectiveKind::alltoall, "ecmp"));
  const std::vector<double> bytes = bytes_of(recording, 0);
  const v1::LinkTable& links = recording.fabrics(0).links();
  std::map<std::string, double> by_tier;
  for (int link = 0; link < static_cast<int>(links.count()); ++link) {
    by_tier[recording.fabrics(0).tiers(static_cast<int>(links.classes(static_cast<int>(links.class_(link))).tier()))] +=
        bytes[static_cast<std::size_t>(link)];
  }
  const double message = 32.0 * 1024 * 1024 / 32;
  // Rails are planes: a message to another rail goes over NVLink to the card of that rail first, or arrives so.
  const double within = 32.0 * 7, same_rail = 32.0 * 3, other_rail = 32.0 * 21;
  EXPECT_DOUBLE_EQ(by_tier["gpu-leaf"], 2 * message * (same_rail + other_rail));
  EXPECT_DOUBLE_EQ(by_tier["nvlink"], 2 * message * (within + other_rail));
}

TEST(ClusterRecorder, FoldedRunsAreKeptLinkByLink) {
  for (const auto& [kind, algorithm] :
       std::vector<std::pair<CollectiveKind, std::string>>{{CollectiveKind::all_reduce, "ring"},
                                                           {CollectiveKind::all_reduce, "hierarchical"},
                                                           {CollectiveKind::alltoall, "hierarchical"},
                                                           {CollectiveKind::alltoall, "direct"}}) {
    const Experiment experiment = planes({32_MiB}, algorithm, kind);
    RunOptions all;
    all.symmetry = false;
    const Recorded folded = record(experiment), unfolded = record(experiment, all);
    EXPECT_NE(folded.report.collectives[0].way.text, unfolded.report.collectives[0].way.text);
    EXPECT_EQ(bytes_of(folded.recording, 0), bytes_of(unfolded.recording, 0)) << algorithm;
  }
}

TEST(ClusterRecorder, ChangesNoResultAndNoWay) {
  const Experiment experiment = planes({1_KiB, 1_MiB, 256_MiB});
  const Report alone = run(experiment, {});
  const Recorded recorded = record(experiment);
  EXPECT_EQ(alone.fingerprint, recorded.report.fingerprint);
  for (std::size_t i = 0; i < alone.collectives.size(); ++i) {
    EXPECT_EQ(alone.collectives[i].way.text, recorded.report.collectives[i].way.text);
    EXPECT_EQ(alone.collectives[i].events, recorded.report.collectives[i].events);
  }
}

TEST(ClusterRecorder, IsTheSameOnAnyNumberOfThreads) {
  const Experiment experiment = planes({1_KiB, 64_KiB, 1_MiB, 16_MiB, 256_MiB});
  RunOptions four;
  four.threads = 4;
  const Recorded one = record(experiment), many = record(experiment, four);
  EXPECT_TRUE(google::protobuf::util::MessageDifferencer::Equals(one.recording, many.recording));
}

TEST(ClusterRecorder, ExplainsWhatItLooksAtAgain) {
  const Experiment experiment = planes({1_MiB, 64_MiB});
  RunOptions explained;
  explained.explain = true;
  const Report all = run(experiment, explained);
  const Recorded recorded = record(experiment);
  for (std::size_t i = 0; i < 2; ++i) {
    const Attribution& expected = all.collectives[i].attribution;
    const Attribution& parts = recorded.report.collectives[i].attribution;
    EXPECT_EQ(parts.launch, expected.launch);
    EXPECT_EQ(parts.software, expected.software);
    EXPECT_EQ(parts.waiting, expected.waiting);
    EXPECT_EQ(parts.binding_tier, expected.binding_tier);
    ASSERT_EQ(parts.tiers.size(), expected.tiers.size());
    for (std::size_t t = 0; t < parts.tiers.size(); ++t) {
      EXPECT_EQ(parts.tiers[t].serialisation, expected.tiers[t].serialisation);
      EXPECT_EQ(parts.tiers[t].contention, expected.tiers[t].contention);
    }
    EXPECT_TRUE(recorded.recording.runs(static_cast<int>(i)).has_series());
  }
}

TEST(ClusterRecorder, LooksAgainAtTheLastRowsFirstWithinItsEvents) {
  const Experiment experiment = planes({1_KiB, 1_MiB, 64_MiB}, "ring");
  const Report alone = run(experiment, {});
  const std::uint64_t last = alone.collectives.back().events;
  const Recorded recorded = record(experiment, {}, {last, last});
  EXPECT_FALSE(recorded.recording.runs(0).has_series());
  EXPECT_TRUE(recorded.recording.runs(2).has_series());
  EXPECT_THAT(recorded.recording.left_out(), testing::Contains(testing::HasSubstr("loads over time")));
  const Recorded none = record(experiment, {}, SecondLooks::none());
  for (const v1::RunView& run : none.recording.runs()) {
    EXPECT_FALSE(run.has_series());
    EXPECT_TRUE(run.has_traffic());
  }
  EXPECT_THAT(none.report.collectives.back().attribution.tiers, IsEmpty());
  EXPECT_THAT(none.recording.left_out(), ElementsAre(testing::HasSubstr("nothing is run a second time")));
}

TEST(ClusterRecorder, RowsThatAreTheSameShareARun) {
  // 4 B over 32 ranks are nothing to send in an alltoall: the rows are one, fingerprint and all.
  const Recorded recorded = record(planes({4_B, 8_B, 1_MiB}, "direct", CollectiveKind::alltoall));
  ASSERT_EQ(recorded.report.collectives[0].fingerprint, recorded.report.collectives[1].fingerprint);
  ASSERT_EQ(recorded.recording.runs_size(), 2);
  EXPECT_THAT(recorded.recording.runs(0).results(), ElementsAre(0, 1));
  EXPECT_THAT(recorded.recording.runs(1).results(), ElementsAre(2));
}

TEST(ClusterRecorder, JobsSideBySideAreOneRun) {
  Experiment experiment = planes({1_MiB}, "ring");
  experiment.collectives.push_back(collective_job(CollectiveKind::alltoall, "direct", 1_MiB));
  experiment.flows = {flow_job("node0/gpu0", "node1/gpu0", 1_MiB)};
  const Recorded recorded = record(experiment);
  ASSERT_EQ(recorded.recording.runs_size(), 1);
  EXPECT_THAT(recorded.recording.runs(0).results(), ElementsAre(0, 1));
  EXPECT_THAT(recorded.recording.runs(0).flows(), ElementsAre(0));
  EXPECT_TRUE(recorded.recording.runs(0).has_series());
  RunOptions explained;
  explained.explain = true;
  const Report all = run(experiment, explained);
  for (std::size_t j = 0; j < 2; ++j) {
    EXPECT_EQ(recorded.report.collectives[j].attribution.waiting, all.collectives[j].attribution.waiting);
    EXPECT_EQ(recorded.report.collectives[j].attribution.software, all.collectives[j].attribution.software);
  }
}

TEST(ClusterRecorder, RowsOfOnePatternShareTheirMapOfLinks) {
  const Recorded recorded = record(planes({1_MiB, 2_MiB, 4_MiB}, "ring"));
  EXPECT_EQ(recorded.recording.runs_size(), 3);
  EXPECT_LT(recorded.recording.link_maps_size(), 3);
}

}  // namespace
}  // namespace polyplane::sim
