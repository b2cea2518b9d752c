// What every shipped cluster owes: it builds, its counts are those of its source, its routes are routes and cannot wait
// for each other in a ring, and collectives on it end, in every model, no sooner than the bounds allow. What has more
// than 110,000 cards is counted but not built; collectives run on a twin cut down to about a hundred cards
// (cluster_twin.h).
#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "base/random.h"
#include "sim/catalog.h"
#include "sim/parts.h"
#include "sim/simulation.h"
#include "tests/configs/cluster_counts.h"
#include "tests/configs/cluster_twin.h"
#include "topology/metrics.h"
#include "topology/validate_route.h"

namespace polyplane::sim {
namespace {

using topology::ClusterSpec;
using topology::Router;
using topology::Topology;

constexpr std::int64_t kMostBuilt = 110'000;  // cards

const std::string kDirectory = POLYPLANE_CONFIGS_DIRECTORY;

std::int64_t cards_of(const ClusterSpec& spec) { return std::int64_t{spec.nodes} * spec.node.accelerators; }

/// The recipes of a cluster: one, or those of its members.
std::vector<ClusterSpec> recipes_of(const ClusterChoice& choice) {
  if (choice.members.empty()) return {choice.spec};
  std::vector<ClusterSpec> recipes;
  for (const ClusterMember& member : choice.members) recipes.push_back(member.cluster->spec);
  return recipes;
}

class ClusterContract : public testing::TestWithParam<std::string> {
 protected:
  void SetUp() override { recipes_ = recipes_of(Catalog(kDirectory).cluster(GetParam())); }

  std::vector<ClusterSpec> recipes_;
};

/// A row of the table against what was built.
void expect_counts(const ExpectedCounts& row, const topology::Counts& counts) {
  const auto expect = [](const char* what, std::int64_t stated, std::int64_t built) {
    if (stated != kNotStated) { EXPECT_EQ(built, stated) << what; }
  };
  expect("cards", row.cards, counts.endpoints);
  expect("switches", row.switches, counts.switches);
  expect("links", row.links, counts.links);
  expect("scale-up switches", row.scale_up_switches, counts.scaleup_switches);
  expect("scale-up links", row.scale_up_links, counts.scaleup_links);
}

const ExpectedCounts* row_of(const std::string& name) {
  const auto& rows = expected_counts();
  const auto row = std::find_if(rows.begin(), rows.end(), [&](const ExpectedCounts& r) { return name == r.cluster; });
  return row == rows.end() ? nullptr : &*row;
}

/// Pairs at both ends, neighbours, and drawn ones.
void expect_valid_routes(const Topology& topology, Router& router) {
  const auto cards = topology.accelerators();
  RandomStream random(1, 0);
  std::vector<std::pair<std::size_t, std::size_t>> pairs = {{0, 1}, {0, cards.size() - 1}, {cards.size() - 1, 0}};
  for (int i = 0; i < 12; ++i) pairs.emplace_back(random.below(cards.size()), random.below(cards.size()));
  for (const auto& [from, to] : pairs) {
    if (from == to) continue;
    const auto links = router.links({cards[from], cards[to], 0});
    EXPECT_EQ(topology::route_defect(topology, cards[from], cards[to], links), "")
        << topology.device(cards[from]).name << " to " << topology.device(cards[to]).name;
  }
}

std::set<std::string> tiers_of(const Topology& topology) {
  std::set<std::string> names;
  for (const topology::Link& link : topology.links()) names.insert(topology.tier_names()[link.tier]);
  return names;
}

/// make_router refuses what can deadlock.
void expect_sound_routes(const Topology& topology, const ClusterSpec& spec) {
  const auto router = topology::make_router(topology, {.name = spec.default_routing});
  expect_valid_routes(topology, *router);
}

TEST_P(ClusterContract, IsBuiltAsItsSourceSaysWithSoundRoutes) {
  std::int64_t cards = 0;
  for (const ClusterSpec& spec : recipes_) cards += cards_of(spec);
  const ExpectedCounts* row = row_of(GetParam());
  if (row != nullptr && row->cards != kNotStated) { EXPECT_EQ(cards, row->cards); }
  for (const ClusterSpec& spec : recipes_) {
    const ClusterSpec cut = cut_down(spec);
    EXPECT_LE(cards_of(cut), 300);
    const Topology twin = topology::build_cluster(cut);
    expect_sound_routes(twin, cut);
    if (cards_of(spec) > kMostBuilt) {
      const topology::ClusterSize size = topology::cluster_size(spec);  // what a build is checked against
      if (row == nullptr || row->switches == kNotStated || row->scale_up_switches == kNotStated) continue;
      EXPECT_EQ(static_cast<std::int64_t>(size.devices), row->cards + row->switches + row->scale_up_switches);
      continue;
    }
    const Topology topology = topology::build_cluster(spec);
    const topology::Counts counts = topology::count_parts(topology);
    EXPECT_EQ(counts.endpoints, cards_of(spec));
    if (row != nullptr && recipes_.size() == 1) expect_counts(*row, counts);
    EXPECT_EQ(tiers_of(topology), tiers_of(twin));
    expect_sound_routes(topology, spec);
  }
}

TEST_P(ClusterContract, RunsCollectivesInEveryModel) {
  for (const ClusterSpec& spec : recipes_) {
    Experiment experiment;
    experiment.name = GetParam();
    experiment.cluster.spec = cut_down(spec);
    experiment.routing.name = spec.default_routing;
    experiment.stack = Catalog(kDirectory).stack("ideal");
    for (const std::string model : {"analytic", "flow"}) {
      for (const auto kind : {collectives::CollectiveKind::all_reduce, collectives::CollectiveKind::alltoall}) {
        experiment.model = model;
        CollectiveJob job;
        job.kind = kind;
        job.sizes = {Bytes(1 << 20)};
        experiment.collectives = {job};
        const CollectiveResult result = run(experiment, {}).collectives.at(0);
        EXPECT_GT(result.lower_bound, Duration{}) << model;
        EXPECT_GE(result.time, result.lower_bound) << model;
      }
    }
  }
}

std::string case_name(const testing::TestParamInfo<std::string>& param) {
  std::string name = param.param;
  std::replace(name.begin(), name.end(), '-', '_');
  return name;
}

INSTANTIATE_TEST_SUITE_P(Shipped, ClusterContract, testing::ValuesIn(names_in(kDirectory + "/clusters")), case_name);

TEST(ClusterCounts, EachRowIsOfAShippedCluster) {
  const std::vector<std::string> names = names_in(kDirectory + "/clusters");
  for (const ExpectedCounts& row : expected_counts()) {
    EXPECT_TRUE(std::find(names.begin(), names.end(), row.cluster) != names.end()) << row.cluster;
  }
}

}  // namespace
}  // namespace polyplane::sim
