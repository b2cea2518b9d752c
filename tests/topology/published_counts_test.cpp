// Every row of tests/published/topology_counts.csv: counts by arithmetic; up to 300,000 links also as a graph, with its
// diameter, mean distance and bisection.
#include <fstream>
#include <sstream>

#include "base/error.h"
#include "tests/topology/clusters.h"
#include "tests/topology/expect_error.h"
#include "tests/topology/switch_graph.h"
#include "topology/generators/slim_fly_counts.h"
#include "topology/metrics.h"

namespace polyplane::topology {
namespace {

struct Row {
  std::string id, generator, radix, options, endpoints, switches, links, diameter, mean, bisection, source;
};

std::vector<Row> read_rows() {
  std::ifstream file(POLYPLANE_TOPOLOGY_COUNTS);
  std::vector<Row> rows;
  for (std::string line; std::getline(file, line);) {
    if (line.starts_with('#') || line.starts_with("id,")) continue;
    std::istringstream cells(line);
    Row row;
    for (auto cell : {&Row::id, &Row::generator, &Row::radix, &Row::options, &Row::endpoints, &Row::switches,
                      &Row::links, &Row::diameter, &Row::mean, &Row::bisection, &Row::source}) {
      std::getline(cells, row.*cell, ',');
    }
    rows.push_back(row);
  }
  return rows;
}

ClusterSpec spec_of(const Row& row) {
  std::vector<std::string> options;
  std::istringstream words(row.options);
  for (std::string word; words >> word;) options.push_back(word);
  return plain_cluster(std::stoi(row.endpoints), std::stoi(row.radix), row.generator, options);
}

class PublishedCounts : public testing::TestWithParam<Row> {};

TEST_P(PublishedCounts, AreReproduced) {
  const Row& row = GetParam();
  const ClusterSpec spec = spec_of(row);
  const ClusterSize size = cluster_size(spec);
  const auto endpoints = std::stoll(row.endpoints), switches = std::stoll(row.switches), links = std::stoll(row.links);
  EXPECT_TRUE(size.devices == endpoints + switches);
  EXPECT_TRUE(size.links == 2 * (endpoints + links));
  // The radix is the least that would do.
  ClusterSpec smaller = spec;
  --smaller.fabric.switch_radix;
  EXPECT_THROW((void)cluster_size(smaller), InputError);
  if (size.links > 300'000) return;

  const Topology topology = build_cluster(spec);
  const Counts counts = count_parts(topology);
  EXPECT_EQ(counts.endpoints, endpoints);
  EXPECT_EQ(counts.switches, switches);
  EXPECT_EQ(counts.links, links);
  EXPECT_EQ(counts.access_links, endpoints);
  const SwitchGraph::Distances distances = SwitchGraph(topology).measure();
  EXPECT_EQ(distances.diameter, std::stoi(row.diameter));
  if (!row.mean.empty()) { EXPECT_NEAR(distances.mean, std::stod(row.mean), 0.00005); }
  if (!row.bisection.empty()) {
    const std::optional<BitRate> bisection = measure_bisection(topology);
    ASSERT_TRUE(bisection.has_value());
    EXPECT_EQ(bisection->bps(), std::stoll(row.bisection) * spec.fabric.port_rate.bps());
  }
}

INSTANTIATE_TEST_SUITE_P(Rows, PublishedCounts, testing::ValuesIn(read_rows()), [](const auto& param) {
  std::string name = param.param.id;
  std::replace(name.begin(), name.end(), '-', '_');
  return name;
});

TEST(PublishedCountsFile, HasAllRows) { EXPECT_EQ(read_rows().size(), 33U); }

TEST(SlimFlyCounts, TheFormulaCountsWhatNoGraphExistsFor) {
  // DeepSeek, Table 3: 32,928 endpoints, 1,568 switches, 32,928 links. q = 28 = 4 x 7: delta 0, (3 x 28) / 2 = 42 network
  // ports, 21 endpoints; 2 x 28^2 = 1,568; 1,568 x 42 / 2 = 32,928.
  constexpr SlimFlyCounts counts = slim_fly_counts(28);
  EXPECT_EQ(counts.endpoints, 32928);
  EXPECT_EQ(counts.switches, 1568);
  EXPECT_EQ(counts.inter_switch_links, 32928);
  EXPECT_EQ(counts.network_radix, 42);
  EXPECT_EQ(counts.concentration, 21);
}

TEST(RailOnly, CountsOfThePaper) {
  // arXiv:2307.12169: 32,768 cards in domains of 256, so 256 rails of 128 ports. Radix 64: 4 leaves + 2 spines a rail;
  // radix 128: one switch a rail; radix 256: one switch for two rails.
  const auto switches = [](std::int32_t radix, std::vector<std::string> options) {
    ClusterSpec spec = nvlink_cluster(128, "rail_only", std::move(options));
    spec.node.accelerators = spec.node.nics = 256;
    spec.fabric.switch_radix = radix;
    const ClusterSize size = cluster_size(spec);
    return static_cast<std::int64_t>(size.devices) - 32768 - 128;  // cards, NVSwitches
  };
  EXPECT_EQ(switches(64, {"tiers=2"}), 1536);
  EXPECT_EQ(switches(128, {"tiers=1"}), 256);
  EXPECT_EQ(switches(256, {"tiers=1", "rails_per_switch=2"}), 128);
}

}  // namespace
}  // namespace polyplane::topology
