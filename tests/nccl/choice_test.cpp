// `--algorithm nccl` as a run, the table's file, and tune with its plug-in file.
#include "sim/nccl/choice.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <set>
#include <sstream>

#include "sim/campaign/tune.h"
#include "sim/campaign/tuner_csv.h"
#include "sim/campaign/write_tune.h"
#include "sim/catalog.h"
#include "sim/simulation.h"
#include "tests/configs/temporary_file.h"

namespace polyplane::sim {
namespace {

using namespace literals;

const Catalog& catalog() {
  static const Catalog shipped(POLYPLANE_CONFIGS_DIRECTORY);
  return shipped;
}

Experiment on_dgx(const std::string& algorithm, Bytes size) {
  Experiment experiment;
  experiment.cluster = catalog().cluster("dgx-h100");
  experiment.routing.name = experiment.cluster.spec.default_routing;
  experiment.stack = catalog().stack("nccl");
  experiment.model = "analytic";
  CollectiveJob job;
  job.name = "job";
  job.sizes = {size};
  job.algorithm = algorithm;
  experiment.collectives = {job};
  return experiment;
}

// By the table: Ring/LL 15 us + 1 MiB / 80.57 GB/s = 28.01 us (14 hops of 0.6 after 6.6; LL carries 141 GB/s at the
// most, of which an all-reduce by 8 gets 8/14); NVLS 25 us + 1 MiB / 272 GB/s = 28.86 us (8 channels of 59.5, x 8/14).
TEST(NcclChoice, RunsByName) {
  const Report report = run(on_dgx("nccl", Bytes(1 << 20)), {});
  const CollectiveResult& row = report.collectives.at(0);
  EXPECT_EQ(row.algorithm, "ring");
  EXPECT_EQ(row.protocol, "LL");
  EXPECT_NE(row.alternatives.find("Ring/LL: 28.01 us by NCCL's table (15.0 us, 80.6 GB/s)"), std::string::npos)
      << row.alternatives;
  EXPECT_NE(row.alternatives.find("NVLS/Simple: 28.86 us"), std::string::npos);
  EXPECT_NE(row.alternatives.find("NVLSTree/Simple: needs several nodes"), std::string::npos);
  Experiment named = on_dgx("ring", Bytes(1 << 20));
  named.collectives[0].protocol = "LL";
  EXPECT_EQ(run(named, {}).collectives.at(0).time, row.time);
}

TEST(NcclChoice, TakesNvlsForLargeArrays) {
  const CollectiveResult row = run(on_dgx("nccl", Bytes(1 << 26)), {}).collectives.at(0);
  EXPECT_EQ(row.algorithm, "nvls");
  EXPECT_EQ(row.protocol, "Simple");
}

/// What runs of 64 MiB, "algorithm/protocol".
std::string choice_for(collectives::CollectiveKind kind, const std::string& datatype, const std::string& reduction,
                       const std::string& algorithm = "nccl") {
  Experiment experiment = on_dgx(algorithm, Bytes(1 << 26));
  experiment.collectives[0].kind = kind;
  experiment.collectives[0].datatype = datatype;
  experiment.collectives[0].reduction = reduction;
  return run(experiment, {}).collectives.at(0).algorithm;
}

// ncclNvlsSupported of src/include/device.h, as a table of its own.
TEST(NcclChoice, NvlsForTheReductionsThatNcclGivesIt) {
  const std::map<std::string, std::string> with_extremes = {{"int32", "sum min max"},
                                                            {"uint32", "sum min max"},
                                                            {"int64", "sum min max"},
                                                            {"uint64", "sum min max"},
                                                            {"half", "sum min max"},
                                                            {"float", "sum"},
                                                            {"double", "sum"},
                                                            {"bfloat16", "sum min max"},
                                                            {"int8", ""},
                                                            {"uint8", ""},
                                                            {"f8e4m3", ""},
                                                            {"f8e5m2", ""}};
  for (const auto& [datatype, operations] : with_extremes) {
    for (const std::string operation : {"sum", "prod", "min", "max", "avg", "mulsum"}) {
      const bool nvls = (" " + operations + " ").find(" " + operation + " ") != std::string::npos;
      EXPECT_EQ(choice_for(collectives::CollectiveKind::all_reduce, datatype, operation) == "nvls", nvls)
          << datatype << " " << operation;
    }
  }
  // Copies are of any type.
  EXPECT_EQ(choice_for(collectives::CollectiveKind::all_gather, "int8", "prod"),
            choice_for(collectives::CollectiveKind::all_gather, "float", "sum"));
}

// The switches of the catalogue multiply nothing by name either; they add for an average, which the cards divide.
TEST(NcclChoice, ByNameTheSwitchDoesWhatItsPartCan) {
  const auto all_reduce = collectives::CollectiveKind::all_reduce;
  EXPECT_EQ(choice_for(all_reduce, "float", "sum", "nvls"), "nvls");
  EXPECT_EQ(choice_for(all_reduce, "float", "avg", "nvls"), "nvls");
  for (const auto& [datatype, operation] :
       {std::pair("float", "prod"), std::pair("int8", "sum"), std::pair("double", "max")}) {
    EXPECT_THAT(refusal([&] { (void)choice_for(all_reduce, datatype, operation, "nvls"); }),
                testing::HasSubstr("in_network_arithmetic of the accelerator"));
  }
}

TEST(NcclChoice, AProtocolIsAsNcclProto) {
  Experiment experiment = on_dgx("nccl", Bytes(1 << 20));
  experiment.collectives[0].protocol = "LL128";
  const CollectiveResult row = run(experiment, {}).collectives.at(0);
  EXPECT_EQ(row.algorithm + "/" + row.protocol, "double_binary_tree/LL128");
}

TEST(NcclChoice, WhatItCannotIsRefused) {
  Experiment ideal = on_dgx("nccl", Bytes(8));
  ideal.stack = catalog().stack("ideal");
  EXPECT_EQ(refusal([&] { (void)run(ideal, {}); }),
            "NCCL's own choice: stack ideal has no table of NCCL (field nccl_tuning); stack nccl has one");
  Experiment alltoall = on_dgx("nccl", Bytes(1024));
  alltoall.collectives[0].kind = collectives::CollectiveKind::alltoall;
  EXPECT_NE(refusal([&] { (void)run(alltoall, {}); }).find("which it sends point to point"), std::string::npos);
}

std::string table_with(const std::string& from, const std::string& to) {
  std::ifstream file(std::string(POLYPLANE_CONFIGS_DIRECTORY) + "/stacks/nccl-tuning/v2.30.7-1.textproto");
  std::stringstream text;
  text << file.rdbuf();
  std::string table = text.str();
  table.replace(table.find(from), from.size(), to);
  const TemporaryFile changed(table);
  return refusal([&] { (void)catalog().nccl_tuning(changed.path()); }, changed.path());
}

TEST(NcclTable, MustBeComplete) {
  EXPECT_NE(table_with("base { algorithm: \"Tree\"", "base { algorithm: \"Tre\"").find("did you mean \"Tree\"?"),
            std::string::npos);
  EXPECT_NE(table_with("base { algorithm: \"Ring\"", "base { algorithm: \"Tree\"").find("\"Tree\" is given twice"),
            std::string::npos);
  EXPECT_NE(table_with("pci { algorithm: \"PAT\" simple: \"4 us\" }", "").find("entry of \"PAT\" is missing"),
            std::string::npos);
  EXPECT_NE(table_with("ll: \"6.8 us\" ", "").find("is of Tree and Ring, and of both"), std::string::npos);
  EXPECT_NE(table_with("compute_capability: 90\n", "compute_capability: 80\n").find("does not rise"),
            std::string::npos);
  EXPECT_NE(table_with("[\"60 GB/s\", \"50 GB/s\"", "[\"60 GB/s\", \"70 GB/s\"").find("do not fall"),
            std::string::npos);
  EXPECT_NE(table_with("tree_corrections: 23", "tree_corrections: 25").find("the factors use 25"), std::string::npos);
  EXPECT_NE(table_with("ring_ll: 0.5", "ring_ll: 5").find("out of range"), std::string::npos);
  EXPECT_NE(table_with("\"nvidia-h20\"", "\"nvidia-gh200\"").find("is given twice"), std::string::npos);
  EXPECT_NE(table_with("cpu: \"arm\"", "cpu: \"alpha\"").find("unknown architecture"), std::string::npos);
}

TuneRequest small_tune() {
  TuneRequest request;
  request.experiment = on_dgx("auto", Bytes(8));
  using enum collectives::CollectiveKind;
  request.collectives = {all_reduce, broadcast};
  for (std::int64_t size = 1024; size <= 1 << 26; size *= 8) request.sizes.emplace_back(size);
  return request;
}

TEST(Tune, BestIsTheLeastOfTheSimulated) {
  const TuneRequest request = small_tune();
  const Tuned tuned = tune(request, {.threads = 2});
  ASSERT_EQ(tuned.rows.size(), 2 * request.sizes.size());
  EXPECT_EQ(tuned.nodes, 1U);
  EXPECT_EQ(tuned.ranks, 8U);
  for (const TuneRow& row : tuned.rows) {
    ASSERT_TRUE(row.best);
    for (const TuneCandidate& candidate : row.candidates) {
      EXPECT_GE(candidate.table_us, row.candidates[row.chosen].table_us);
      if (candidate.time) { EXPECT_GE(*candidate.time, *row.candidates[*row.best].time); }
    }
    // The best by name takes what tune says.
    Experiment named = on_dgx(std::string(nccl::schedule_name(row.candidates[*row.best].algorithm)), row.size);
    named.collectives[0].kind = row.collective;
    named.collectives[0].protocol = std::string(to_string(row.candidates[*row.best].protocol));
    EXPECT_EQ(run(named, {}).collectives.at(0).time, *row.candidates[*row.best].time);
  }
  EXPECT_EQ(to_tuner_csv(tuned, "1"), to_tuner_csv(tune(request, {.threads = 1}), "1"));
  EXPECT_NE(to_json(request, tuned, "1").find("\"schema\": \"polyplane/tune/1\""), std::string::npos);
}

std::vector<std::string> fields_of(const std::string& line) {
  std::vector<std::string> fields;
  std::stringstream stream(line);
  for (std::string field; std::getline(stream, field, ',');) fields.push_back(field);
  return fields;
}

/// The grammar of NCCL's example plug-in, and that ranges of one collective cover what was simulated once, and no more.
TEST(Tune, WritesWhatThePlugInReads) {
  const std::string csv = to_tuner_csv(tune(small_tune(), {}), "1");
  const std::set<std::string> collectives = {"broadcast", "reduce", "allgather", "reducescatter", "allreduce"};
  const std::set<std::string> algorithms = {"tree",      "ring", "collnet_direct", "collnet_chain", "nvls",
                                            "nvls_tree", "pat"};
  const std::set<std::string> protocols = {"ll", "ll128", "simple"};
  std::stringstream stream(csv);
  std::string last_collective;
  std::uint64_t next = 0;
  std::size_t lines = 0;
  for (std::string line; std::getline(stream, line);) {
    EXPECT_LT(line.size(), 255U) << line;
    if (line.starts_with('#')) continue;
    ++lines;
    const std::vector<std::string> field = fields_of(line);
    ASSERT_EQ(field.size(), 10U) << line;
    EXPECT_TRUE(collectives.contains(field[0])) << line;
    if (field[0] != last_collective) {
      if (!last_collective.empty()) {
        EXPECT_EQ(next, (1U << 25) + 1) << "the ranges of " << last_collective << " do not reach the end";
      }
      next = 1024;
    }
    last_collective = field[0];
    EXPECT_EQ(std::stoull(field[1]), next) << line;
    const std::uint64_t to = std::stoull(field[2]);
    EXPECT_GE(to, next);
    next = to + 1;
    EXPECT_TRUE(algorithms.contains(field[3])) << line;
    EXPECT_TRUE(protocols.contains(field[4])) << line;
    EXPECT_EQ(field[5], "-1");
    EXPECT_EQ(field[6], "1");
    EXPECT_EQ(field[7], "8");
    EXPECT_EQ(field[8], "-1");
    EXPECT_EQ(field[9], "-1");
  }
  EXPECT_EQ(next, (1U << 25) + 1);
  EXPECT_GE(lines, 3U) << "an all-reduce has more than one range here";
}

/// What the file says for a size is at most a tenth slower than the best that is simulated there, though only 4 MiB and 64 MiB
/// were asked for; where nothing was simulated it says nothing.
TEST(Tune, FindsWhereTheBestChanges) {
  TuneRequest request = small_tune();
  request.collectives = {collectives::CollectiveKind::all_reduce};
  request.sizes = {Bytes(1 << 12), Bytes(1 << 16), Bytes(1 << 20), Bytes(1 << 24)};
  const Tuned coarse = tune(request, {});
  ASSERT_FALSE(coarse.between.empty());
  for (std::size_t i = 0; i + 1 < coarse.between.size(); ++i) {
    EXPECT_LT(coarse.between[i].size, coarse.between[i + 1].size);
  }
  std::vector<std::vector<std::string>> rules;
  std::stringstream stream(to_tuner_csv(coarse, "1"));
  for (std::string line; std::getline(stream, line);) {
    if (!line.starts_with('#')) rules.push_back(fields_of(line));
  }
  EXPECT_EQ(rules.front()[1], std::to_string(1 << 12));
  EXPECT_EQ(rules.back()[2], std::to_string(1 << 24));
  request.sizes.clear();
  for (std::int64_t size = 5000; size < 1 << 24; size = size * 7 / 4 / 16 * 16) request.sizes.emplace_back(size);
  for (const TuneRow& row : tune(request, {}).rows) {
    const auto rule = std::ranges::find_if(
        rules, [&](const auto& r) { return static_cast<std::uint64_t>(row.size.count()) <= std::stoull(r[2]); });
    ASSERT_NE(rule, rules.end());
    std::optional<Duration> by_rule;
    for (const TuneCandidate& candidate : row.candidates) {
      std::string name = std::string(to_string(candidate.algorithm)) + "/" + std::string(to_string(candidate.protocol));
      for (char& c : name) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
      if (name == (*rule)[3] + "/" + (*rule)[4]) by_rule = candidate.time;
    }
    ASSERT_TRUE(by_rule) << (*rule)[3];
    EXPECT_LE(by_rule->ps() * 10, row.candidates[*row.best].time->ps() * 11) << row.size.count();
  }
}

TEST(Tune, RefusesWhatHasNoChoice) {
  TuneRequest request = small_tune();
  request.collectives = {collectives::CollectiveKind::alltoall};
  EXPECT_NE(refusal([&] { (void)tune(request, {}); }).find("nothing to choose for alltoall"), std::string::npos);
  request = small_tune();
  request.ranks = {3};
  EXPECT_EQ(refusal([&] { (void)tune(request, {}); }), "tune needs at least two ranks");
}

}  // namespace
}  // namespace polyplane::sim
