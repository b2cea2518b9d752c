// Schedules out of files run in the place of an algorithm.
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "collectives/algorithm.h"
#include "collectives/export/exporter.h"
#include "sim/catalog.h"
#include "sim/experiment_topology.h"
#include "sim/imported_algorithm.h"
#include "sim/placement.h"
#include "sim/read_imports.h"
#include "sim/simulation.h"
#include "tests/formats/formats.h"

namespace polyplane::sim {
namespace {

using collectives::CollectiveKind;
using collectives::refusal;
using collectives::replaced;

/// A file of this test, gone with it.
class TemporaryFile {
 public:
  TemporaryFile(const std::string& name, const std::string& bytes)
      : path_((std::filesystem::temp_directory_path() / ("polyplane-formats-" + std::to_string(getpid()) + "-" + name))
                  .string()) {
    std::ofstream(path_, std::ios::binary) << bytes;
  }
  ~TemporaryFile() { std::filesystem::remove(path_); }
  TemporaryFile(const TemporaryFile&) = delete;
  TemporaryFile& operator=(const TemporaryFile&) = delete;
  [[nodiscard]] const std::string& path() const { return path_; }

 private:
  std::string path_;
};

Experiment on_dgx() {
  Experiment experiment;
  experiment.name = "schedules";
  experiment.cluster = Catalog::open().cluster("dgx-h100");
  experiment.routing.name = experiment.cluster.spec.default_routing;
  experiment.stack = Catalog::open().stack("ideal");
  return experiment;
}

std::string example(const std::string& name) { return std::string(POLYPLANE_FORMAT_INPUTS) + "/msccl_xml/" + name; }

TEST(ImportedSchedules, AnExportedRingTakesAsLongAsTheRing) {
  Experiment experiment = on_dgx();
  const topology::Topology topology = build_topology(experiment);
  const std::vector<DeviceId> cards(topology.accelerators().begin(), topology.accelerators().end());
  for (const std::string name : {"ring", "halving_doubling", "double_binary_tree"}) {
    CollectiveJob job;
    job.algorithm = name;
    job.sizes = {Bytes(1 << 20), Bytes(1000)};
    experiment.collectives = {job};
    const Report own = run(experiment, {});
    const collectives::AlgorithmRequest request{
        .collective = collectives::Collective::sized(job.kind, 8, job.sizes[0], 4, RankId(0)),
        .layout = make_layout(topology, cards)};
    const auto schedule = collectives::make_schedule(collectives::find_algorithm(job.kind, name), request);
    const TemporaryFile file("own.xml", collectives::export_schedule("msccl_xml", *schedule, name).front().bytes);
    CollectiveJob imported;
    imported.sizes = {Bytes(1 << 20)};
    set_schedule(imported, file.path(), 8, experiment.stack);
    EXPECT_EQ(imported.algorithm, "msccl:" + name);
    experiment.collectives = {imported};
    const Report read = run(experiment, {});
    EXPECT_EQ(read.collectives[0].time, own.collectives[0].time) << name;
    EXPECT_EQ(read.collectives[0].algorithm, "msccl:" + name);
    EXPECT_TRUE(read.collectives[0].proven);
  }
}

TEST(ImportedSchedules, AllPairsByHand) {
  // Two cards of a DGX H100: 450 GB/s, 300 ns a message. 900,000 bytes are halves of 450,000, 1 us each: both halves
  // one after the other, 2 x 1.3 us.
  Experiment experiment = on_dgx();
  CollectiveJob job;
  job.sizes = {Bytes(900'000)};
  job.ranks = {0, 1};
  set_schedule(job, example("all-pairs.xml"), 2, experiment.stack);
  experiment.collectives = {job};
  EXPECT_EQ(run(experiment, {}).collectives[0].time, Duration::from_ps(2'600'000));
}

TEST(ImportedSchedules, WhatDoesNotFitIsRefused) {
  const Experiment experiment = on_dgx();
  const auto refused = [&](CollectiveJob job, const std::string& path, std::uint32_t ranks) {
    return refusal([&] { set_schedule(job, path, ranks, experiment.stack); });
  };
  const std::string ring = example("ring-all-reduce.xml");
  CollectiveJob job;
  job.sizes = {Bytes(64)};
  EXPECT_EQ(refused(job, ring, 4), ring + ": is for 3 ranks, not for 4");
  job.kind = CollectiveKind::broadcast;
  EXPECT_EQ(refused(job, ring, 3), ring + ": holds the collective all_reduce, not broadcast");
  job.kind = CollectiveKind::all_reduce;
  job.channels = 2;
  EXPECT_EQ(refused(job, ring, 3), "a schedule from a file contradicts channels; state one of the two");
  job.channels = 0;
  EXPECT_EQ(refused(job, "ring.txt", 3),
            "ring.txt: the ending of a schedule says its format; allowed: .xml (msccl_xml), .json (mscclpp_json)");
  EXPECT_EQ(refused(job, "no.xml", 3), "no.xml: there is no such file");
  set_schedule(job, ring, 3, experiment.stack);
  EXPECT_THAT(
      job.assumed,
      testing::ElementsAre("assumed: redop is not read: a sum stands for any reduction",
                           ring + ": asks for protocol LL128, which stack ideal does not have",
                           ring + ": is meant for sizes from 1 KiB to 1 MiB; 1 of the sizes run with it all the same"));
}

TEST(ImportedSchedules, AWrongOneIsNotRun) {
  std::ifstream from(example("ring-all-reduce.xml"));
  std::ostringstream text;
  text << from.rdbuf();
  const TemporaryFile file("wrong.xml", replaced(text.str(), "type=\"rrcs\"", "type=\"rcs\""));
  Experiment experiment = on_dgx();
  CollectiveJob job;
  job.sizes = {Bytes(64)};
  job.ranks = {0, 1, 2};
  set_schedule(job, file.path(), 3, experiment.stack);
  experiment.collectives = {job};
  EXPECT_EQ(refusal([&] { static_cast<void>(run(experiment, {})); }),
            "msccl:ring does no all_reduce: at the end rank 0 has chunk 2 (block 0, piece 2) (last received by rank 0 "
            "lane 0 step 6) "
            "without the contribution of rank 0");
}

TEST(ImportedTraces, PrefixesAndFilesOfOptions) {
  const std::string folder = std::filesystem::temp_directory_path().string();
  const std::string stem = "polyplane-formats-" + std::to_string(getpid());
  const std::string node =
      R"({"workload_graph": [{"Id": 1, "NodeType": 7, "comm_type": 0, "comm_size": 64, "pg_name": "x"}]})";
  const TemporaryFile one("t.0.et", node), two("t.1.et", node), groups("groups", R"({"x": [1, 0]})");
  const std::string prefix = one.path().substr(0, one.path().size() - 5);
  const collectives::Program program =
      read_program("chakra", prefix, {"groups=" + stem + "-groups"}, folder + "/experiment.textproto").program;
  EXPECT_EQ(program.actors.size(), 2U);
  EXPECT_EQ(program.calls[0].groups, (std::vector<std::vector<std::uint32_t>>{{1, 0}}));
  EXPECT_EQ(refusal([&] { static_cast<void>(read_program("chakra", prefix + "x")); }),
            prefix + "x: there is no such file");
  const TemporaryFile later("t.3.et", node);
  EXPECT_EQ(refusal([&] { static_cast<void>(read_program("chakra", prefix)); }),
            prefix + ".2.et is missing: a trace has a file of each rank, and " + prefix + ".3.et is there");
}

}  // namespace
}  // namespace polyplane::sim
