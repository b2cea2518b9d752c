// What `--algorithm auto` and `--protocol auto` promise, against every algorithm and protocol run by name on random small
// clusters.
#include "sim/choose_algorithm.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>
#include <sstream>

#include "base/error.h"
#include "base/random.h"
#include "tests/sim/random_cluster.h"
#include "tests/sim/small_runs.h"
#include "tests/topology/clusters.h"

namespace polyplane::sim {
namespace {

using namespace literals;

/// Two protocols as NCCL has them: one dear and lean, one cheap that sends twice the bytes.
Stack two_protocols() {
  return {"two",
          "",
          {{"Simple", {1, 1}, {{"ring", 8_us, 3_us, 14_us, {}}, {"tree", 10_us, 4_us, 16_us, {}}}},
           {"LL", {1, 2}, {{"ring", 6_us, 600_ns, 2700_ns, {}}, {"tree", 7_us, 600_ns, 5_us, {}}}}}};
}

/// A collective of random size, routing and root on the cluster of that seed.
Experiment random_row(std::uint64_t seed, collectives::CollectiveKind kind) {
  RandomStream random(seed, 100 + static_cast<std::uint64_t>(kind));
  const std::vector<std::string> routings = routings_of_any_graph();
  Experiment experiment = on_cluster(random_cluster(seed), routings[random.below(routings.size())]);
  experiment.seed = seed;
  experiment.stack = two_protocols();
  for (Protocol& protocol : experiment.stack.protocols) {
    for (ProtocolCosts& costs : protocol.costs) {
      costs.messages_under_way = seed % 3 == 0 ? 1 : protocol.name == "LL" ? 8 : 2;
    }
  }
  const bool moves_data = kind != collectives::CollectiveKind::barrier;
  const std::uint64_t size = moves_data ? random.below(std::uint64_t{1} << (4 + random.below(22))) : 0;
  experiment.collectives = {collective_job(kind, "auto", Bytes(static_cast<std::int64_t>(size)))};
  return experiment;
}

struct Named {
  std::string name;  // "ring/LL"
  Duration time;
};

std::vector<Named> run_all_by_name(Experiment experiment) {
  std::vector<Named> all;
  CollectiveJob& job = experiment.collectives.at(0);
  for (const std::string& algorithm : collectives::algorithm_names(job.kind)) {
    for (const Protocol& protocol : experiment.stack.protocols) {
      job.algorithm = algorithm;
      job.protocol = protocol.name;
      try {
        all.push_back({algorithm + "/" + protocol.name, collective_time(experiment)});
      } catch (const InputError& error) {
        const std::string why = error.what();
        EXPECT_TRUE(why.find(" needs ") != std::string::npos || why.find(" does not offer ") != std::string::npos)
            << why;
      }
    }
  }
  return all;
}

/// "  recursive_multiplying_8: left out of auto, ..."
bool is_left_out(const std::string& line) { return line.find(": left out of auto, ") != std::string::npos; }

/// Algorithms that are not weighed: they are no better choice that auto missed.
std::set<std::string> left_out(const std::string& alternatives) {
  std::set<std::string> names;
  std::istringstream lines(alternatives);
  for (std::string line; std::getline(lines, line);) {
    if (is_left_out(line)) names.insert(line.substr(2, line.find(": ") - 2));
  }
  return names;
}

/// "  ring/LL: not run, though it may be better: ..."
bool is_beyond_cap(const std::string& line) {
  return line.find(": not run, though it may be better: ") != std::string::npos;
}

/// "  ring/LL: at least 12.5 us by the analytic model" by name; several lines for those that were run.
struct Weighed {
  std::string name;
  Duration at_least;  // rounded to four digits or better
  bool ran = false;   // by the chosen model
};

std::vector<Weighed> weighed(const std::string& alternatives) {
  std::vector<Weighed> all;
  std::istringstream lines(alternatives);
  for (std::string line; std::getline(lines, line);) {
    const std::size_t colon = line.find(": "), by = line.find(" by ");
    if (by == std::string::npos || is_left_out(line) || is_beyond_cap(line))
      continue;  // an algorithm that cannot, or is not weighed
    const std::string name = line.substr(2, colon - 2);
    constexpr std::string_view kAtLeast = "at least ";
    std::string time = line.substr(colon + 2, by - colon - 2);
    const bool bound = time.starts_with(kAtLeast);
    if (bound) time.erase(0, kAtLeast.size());
    all.push_back({name, parse_duration(time), !bound});
  }
  return all;
}

TEST(Auto, KeepsItsPromises) {
  for (std::uint64_t seed = 0; seed < 150; ++seed) {
    for (const collectives::CollectiveKind kind : collectives::all_collectives()) {
      const Experiment experiment = random_row(seed, kind);
      SCOPED_TRACE("seed " + std::to_string(seed) + ", " + std::string(to_string(kind)) + " of " +
                   to_string(experiment.collectives[0].sizes[0]) + " on " + describe(experiment.cluster.spec) +
                   ", routing " + experiment.routing.name);
      const CollectiveResult chosen = run(experiment, {}).collectives.at(0);
      const std::vector<Weighed> candidates = weighed(chosen.alternatives);
      const std::set<std::string> not_weighed = left_out(chosen.alternatives);
      const std::string choice = chosen.algorithm + "/" + chosen.protocol;
      Duration best = chosen.time;
      for (const Named& named : run_all_by_name(experiment)) {
        SCOPED_TRACE(named.name);
        if (not_weighed.contains(named.name.substr(0, named.name.find('/')))) continue;
        best = std::min(best, named.time);
        if (named.name == choice) { EXPECT_EQ(named.time, chosen.time) << "chosen, but not what was run"; }
        for (const Weighed& candidate : candidates) {
          if (candidate.name != named.name) continue;
          // Whatever ran is no better than the choice; what was only estimated is no faster than its estimate.
          if (candidate.ran) { EXPECT_GE(named.time, chosen.time); }
          const double at_least = static_cast<double>(candidate.at_least.ps());
          EXPECT_GE(static_cast<double>(named.time.ps()), at_least * (1 - 1e-3));
        }
      }
      EXPECT_EQ(chosen.time, best);
      EXPECT_FALSE(is_beyond_cap(chosen.alternatives));
    }
  }
}

// What is bound to be no better is not run: of two protocols and over ten algorithms, never half.
TEST(Auto, FewAreRun) {
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    const CollectiveResult chosen =
        run(random_row(seed, collectives::CollectiveKind::all_reduce), {}).collectives.at(0);
    const std::vector<Weighed> candidates = weighed(chosen.alternatives);
    const auto ran = std::count_if(candidates.begin(), candidates.end(), [](const Weighed& c) { return c.ran; });
    EXPECT_GE(ran, 1) << seed;
    EXPECT_LE(ran, 6) << seed;
    EXPECT_GE(candidates.size(), 4U) << seed;
  }
}

// 32 B: the two steps of 8 = 4 x 2 are better than 6 or 14, and LL than Simple. 64 MB: the bytes decide, and half of LL's are flags.
TEST(Auto, TakesFewStepsForSmallSizesAndFewBytesForLargeOnes) {
  Experiment experiment = on_cluster(topology::plain_cluster(8, 8, "single_switch", {}), "ecmp");
  experiment.stack = two_protocols();
  experiment.collectives = {collective_job(collectives::CollectiveKind::all_reduce, "auto", Bytes(32))};
  const CollectiveResult small = run(experiment, {}).collectives.at(0);
  EXPECT_EQ(small.protocol, "LL");
  EXPECT_EQ(small.algorithm, "recursive_multiplying");
  // Costs as a tree: launch 7 us, 2 steps of 5 + 1.42 us. All 32 B to 3 others at once, then to 1; twice that on the wire
  // at 20 ps a byte.
  EXPECT_EQ(small.time, 7_us + 2 * (5_us + 1420_ns) + Duration::from_ps((3 + 1) * 32 * 2 * 20));
  experiment.collectives[0].sizes = {Bytes(64'000'000)};
  const CollectiveResult large = run(experiment, {}).collectives.at(0);
  EXPECT_EQ(large.protocol, "Simple");
  // Either way 2 x 7/8 of 64 MB leave each card, 112 MB in 2240 us; the tree's launch and steps cost 10 us and 6 x 16 us, the
  // ring's 8 us and 14 x 14 us.
  EXPECT_EQ(large.algorithm, "halving_doubling");
  EXPECT_EQ(large.time, 10_us + 6 * (16_us + 1420_ns) + 2240_us);
}

// Of two groups of two nodes the first has a slow plane, the second has none: what only one of them can run is not weighed.
TEST(Auto, WeighsWhatAllGroupsCanRun) {
  topology::ClusterSpec spec = topology::nvlink_cluster(4, "single_switch", {}, topology::PlaneMode::per_nic);
  spec.node.accelerators = spec.node.nics = 2;
  Experiment experiment = on_cluster(spec, "spray");
  experiment.faults = {"nic=node0/gpu1 at 50%"};
  experiment.collectives = {collective_job(collectives::CollectiveKind::all_reduce, "auto", Bytes(12'000'000))};
  CollectiveJob& job = experiment.collectives.front();
  job.groups = {{0, 1, 2, 3}};
  EXPECT_EQ(run(experiment, {}).collectives.front().algorithm, "plane_striped");
  job.groups = {{0, 1, 2, 3}, {4, 5, 6, 7}};
  EXPECT_NE(run(experiment, {}).collectives.front().algorithm, "plane_striped");
  job.groups = {{4, 5, 6, 7}, {0, 1, 2, 3}};
  EXPECT_NE(run(experiment, {}).collectives.front().algorithm, "plane_striped");
}

// 1,025 cards: 1025^2 messages at once are more than a million.
TEST(Auto, SaysWhatItLeftOutThoughItMayBeFaster) {
  Experiment experiment = on_cluster(topology::plain_cluster(1025, 1025, "single_switch", {}), "spray");
  experiment.collectives = {collective_job(collectives::CollectiveKind::alltoall, "auto", 1_MiB)};
  EXPECT_TRUE(run(experiment, {}).collectives.front().not_run.empty()) << "a stack without costs";
  experiment.stack = two_protocols();
  const CollectiveResult result = run(experiment, {}).collectives.front();
  EXPECT_NE(result.algorithm, "direct");
  ASSERT_FALSE(result.not_run.empty());
  EXPECT_EQ(
      result.not_run.front(),
      "direct: 1050625 messages at once, which no stack issues at the cost of one; it may be faster, ask for it by "
      "name");
  experiment.collectives.front().algorithm = "direct";
  EXPECT_TRUE(run(experiment, {}).collectives.front().not_run.empty());
}

TEST(Auto, SaysWhyNothingFits) {
  Experiment experiment = random_row(0, collectives::CollectiveKind::all_reduce);
  experiment.collectives[0].protocol = "LL128";
  try {
    static_cast<void>(run(experiment, {}));
    ADD_FAILURE() << "nothing thrown";
  } catch (const InputError& error) {
    EXPECT_NE(std::string(error.what()).find("protocol of stack two"), std::string::npos) << error.what();
  }
}

}  // namespace
}  // namespace polyplane::sim
