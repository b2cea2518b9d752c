#include "sim/campaign/sweep_value.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/error.h"
#include "configs/schema/measure.h"
#include "configs/schema/measure_text.h"
#include "configs/schema/text_format.h"

namespace polyplane::sim {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

std::vector<std::string> texts(const std::string& key, const std::string& values) {
  std::vector<std::string> found;
  for (const SweepValue& value : parse_sweep_values(SweepKey::parse(key), values)) found.push_back(value.text);
  return found;
}

void expect_refused(const std::string& key, const std::string& values, const std::string& why) {
  try {
    static_cast<void>(parse_sweep_values(SweepKey::parse(key), values));
    FAIL() << key << "=" << values << " was taken";
  } catch (const InputError& error) { EXPECT_THAT(error.what(), HasSubstr(why)) << values; }
}

v1::Experiment experiment_of(const std::string& text) {
  v1::Experiment experiment;
  configs::parse_text("test", text, experiment);
  return experiment;
}

void set(v1::Experiment& experiment, const std::string& key, const std::string& value) {
  const SweepKey parsed = SweepKey::parse(key);
  set_value(parsed, parse_sweep_values(parsed, value).front(), experiment);
}

TEST(SweepValues, Lists) {
  EXPECT_THAT(texts("cluster", "dgx-h100, mpft-2048"), ElementsAre("dgx-h100", "mpft-2048"));
  EXPECT_THAT(texts("cluster", "\"fat_tree:tiers=2,radix=64\",ft2-2048"),
              ElementsAre("fat_tree:tiers=2,radix=64", "ft2-2048"));
  EXPECT_THAT(texts("cluster", R"("a \"b\" \\c")"), ElementsAre("a \"b\" \\c"));
  EXPECT_THAT(texts("seed", "3,18446744073709551615"), ElementsAre("3", "18446744073709551615"));
  EXPECT_THAT(texts("cluster.fabric.lossless", "true,false"), ElementsAre("true", "false"));
  EXPECT_THAT(texts("cluster.fabric.planes", "single,striped"), ElementsAre("single", "striped"));
}

TEST(SweepValues, MeasuresHaveOneSpelling) {
  EXPECT_THAT(texts("collectives.sizes", "8M,65536 B,1.5 MiB,1 GB"), ElementsAre("8 MiB", "64 KiB", "1.5 MiB", "1 GB"));
  EXPECT_THAT(texts("cluster.fabric.port_rate", "50 GB/s,200 Gbps"), ElementsAre("400 Gbps", "200 Gbps"));
  const auto values = parse_sweep_values(SweepKey::parse("collectives.sizes"), "8M");
  EXPECT_EQ(values.front().number, 8388608.0);
  EXPECT_EQ(sweep_unit(SweepKey::parse("collectives.sizes")), "B");
  EXPECT_EQ(sweep_unit(SweepKey::parse("cluster.fabric.cable_length")), "m");
  EXPECT_EQ(sweep_unit(SweepKey::parse("seed")), "");
}

TEST(SweepValues, Ranges) {
  EXPECT_THAT(texts("collectives.sizes", "8M..1G*8"), ElementsAre("8 MiB", "64 MiB", "512 MiB"));
  EXPECT_THAT(texts("cluster.nodes", "4..32+4"), ElementsAre("4", "8", "12", "16", "20", "24", "28", "32"));
  EXPECT_THAT(texts("seed", "1..3"), ElementsAre("1", "2", "3"));
  EXPECT_THAT(texts("seed", "7,1..2"), ElementsAre("7", "1", "2"));
  EXPECT_THAT(texts("cluster.fabric.switch_latency", "100 ns..300 ns + 100 ns"),
              ElementsAre("100 ns", "200 ns", "300 ns"));
  // 3 MiB is no power of two: to stay exact the unit may change.
  EXPECT_THAT(texts("collectives.sizes", "1K..10K*3"), ElementsAre("1 KiB", "3 KiB", "9 KiB"));
  // Two dots in a text are no range.
  EXPECT_THAT(texts("cluster", "../fabric.textproto"), ElementsAre("../fabric.textproto"));
}

TEST(SweepValues, TextsOfMeasuresReadBackExactly) {
  for (const auto dimension :
       {v1::Rule::bit_rate, v1::Rule::bytes, v1::Rule::duration, v1::Rule::length, v1::Rule::propagation,
        v1::Rule::compute_rate, v1::Rule::power, v1::Rule::price, v1::Rule::packet_rate, v1::Rule::years}) {
    for (const std::int64_t value : {1LL, 7LL, 999LL, 1000LL, 1024LL, 1536LL, 123456789LL, 1000000000000LL}) {
      EXPECT_EQ(configs::parse_measure(dimension, configs::measure_text(dimension, value)), value)
          << configs::measure_text(dimension, value);
    }
  }
}

TEST(SweepValues, ListsAndMessagesAsOneValue) {
  const auto faults = parse_sweep_values(SweepKey::parse("faults"), "[],[plane=3],[plane=3,node=5],switch=spine1");
  ASSERT_EQ(faults.size(), 4U);
  EXPECT_TRUE(faults[0].items.empty());
  EXPECT_THAT(faults[2].items, ElementsAre("plane=3", "node=5"));
  EXPECT_THAT(faults[3].items, ElementsAre("switch=spine1"));
  EXPECT_THAT(texts("collectives[0].placement", R"({policy: "packed" ranks: 8},{policy: "spread", ranks: 8})"),
              ElementsAre(R"({policy: "packed" ranks: 8})", R"({policy: "spread", ranks: 8})"));
}

TEST(SweepValues, Refused) {
  expect_refused("seed", "1,,2", "a value is empty");
  expect_refused("seed", "1,x", "\"x\" is not a whole number");
  expect_refused("seed", "-1", "is not a whole number");
  expect_refused("cluster.nodes", "3000000000", "is not a whole number");
  expect_refused("seed", "1,2,1", "\"1\" is given twice");
  expect_refused("collectives.sizes", "1M,1024 KiB", "\"1 MiB\" is given twice");
  expect_refused("collectives.sizes", "8", "no unit");
  expect_refused("collectives.sizes", "8X", "unit");
  expect_refused("cluster.fabric.planes", "singel", "did you mean \"single\"?");
  expect_refused("cluster.fabric.lossless", "yes", "Allowed: false, true");
  expect_refused("cluster", "\"dgx-h100", "a quote is not closed");
  expect_refused("faults", "[plane=3", "lacks its closing ]");
  expect_refused("cluster", "[a,b]", "is a list, but cluster is one value");
  expect_refused("collectives[0].placement", "packed", "write it in braces");
  expect_refused("collectives", "{}", "give an index");
  expect_refused("seed", "1..", "a range needs both ends");
  expect_refused("seed", "5..1", "ends before it starts");
  expect_refused("seed", "1..5*1", "a whole number from 2");
  expect_refused("seed", "0..5*2", "starts above 0");
  expect_refused("seed", "1..5+0", "more than 0");
  expect_refused("collectives.sizes", "1M..2M", "a range needs a step");
  EXPECT_THROW(static_cast<void>(parse_sweep_values(SweepKey::parse("seed"), "1..1000000")), LimitError);
}

TEST(SweepValues, SetInAllElementsOrOne) {
  v1::Experiment experiment = experiment_of("collectives { collective: 'a' } collectives { collective: 'b' }");
  set(experiment, "collectives.algorithm", "ring");
  EXPECT_EQ(experiment.collectives(0).algorithm(), "ring");
  EXPECT_EQ(experiment.collectives(1).algorithm(), "ring");
  set(experiment, "collectives[1].algorithm", "tree");
  EXPECT_EQ(experiment.collectives(0).algorithm(), "ring");
  EXPECT_EQ(experiment.collectives(1).algorithm(), "tree");
  set(experiment, "collectives[0].sizes", "[1M,2M]");
  EXPECT_EQ(experiment.collectives(0).sizes_size(), 2);
  set(experiment, "collectives[0].sizes[1]", "4M");
  EXPECT_EQ(experiment.collectives(0).sizes(1), "4 MiB");
  EXPECT_THROW(set(experiment, "collectives[2].algorithm", "ring"), InputError);
  EXPECT_THROW(set(experiment, "flows.size", "1M"), InputError);
}

TEST(SweepValues, WhatContradictsGoes) {
  v1::Experiment experiment = experiment_of(
      "inline_cluster { nodes: 2 } collectives { collective: 'a' size_range { from: '1 MiB' to: '2 MiB' } ranks: '0-3' "
      "}");
  set(experiment, "cluster", "dgx-h100");
  EXPECT_FALSE(experiment.has_inline_cluster());
  set(experiment, "collectives.sizes", "1M");
  EXPECT_FALSE(experiment.collectives(0).has_size_range());
  set(experiment, "collectives.placement.policy", "packed");
  EXPECT_FALSE(experiment.collectives(0).has_ranks());
  set(experiment, "collectives.placement.ranks", "4");
  EXPECT_EQ(experiment.collectives(0).placement().policy(), "packed");
  set(experiment, "collectives.ranks", "0-1");
  EXPECT_FALSE(experiment.collectives(0).has_placement());
}

}  // namespace
}  // namespace polyplane::sim
