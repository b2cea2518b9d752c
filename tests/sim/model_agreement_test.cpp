// Analytic and flow are the same schedule and the same executor; only contention sets them apart.
#include <gtest/gtest.h>

#include <optional>

#include "base/error.h"
#include "base/random.h"
#include "collectives/algorithm.h"
#include "tests/sim/random_cluster.h"
#include "tests/sim/small_runs.h"
#include "tests/topology/clusters.h"

namespace polyplane::sim {
namespace {

using namespace literals;
using topology::ClusterSpec;

/// `n` cards of one domain, a link of its own between every two.
ClusterSpec full_mesh(std::int32_t n) {
  ClusterSpec spec;
  spec.name = "mesh";
  spec.node.accelerators = n;
  spec.node.scale_up.kind = "full_mesh";
  spec.node.scale_up.rate = (n - 1) * 100_Gbps;
  spec.node.scale_up.latency = 500_ns;
  return spec;
}

ClusterSpec star(std::int32_t n) { return topology::plain_cluster(n, 64, "single_switch", {}); }

Duration contention(const CollectiveResult& result) {
  Duration sum;
  for (const Attribution::TierParts& tier : result.attribution.tiers) sum += tier.contention;
  return sum;
}

Duration all_parts(const CollectiveResult& result) {
  const Attribution& parts = result.attribution;
  Duration sum = parts.launch + parts.software + parts.waiting;
  for (const Attribution::TierParts& tier : parts.tiers) sum += tier.latency + tier.serialisation + tier.contention;
  return sum;
}

struct BothModels {
  CollectiveResult analytic, flow;
};

/// One channel, no pipelining. Nothing when the algorithm cannot run on these ranks.
std::optional<BothModels> run_both(Experiment experiment, const collectives::Algorithm& algorithm, Bytes size) {
  CollectiveJob job = collective_job(algorithm.collective, algorithm.name, size);
  job.channels = algorithm.honours_channels ? 1 : 0;
  job.slices = algorithm.honours_slices ? 1 : 0;
  experiment.collectives = {job};
  const RunOptions options{.explain = true};
  const auto with_model = [&](const char* model) {
    experiment.model = model;
    return run(experiment, options).collectives.at(0);
  };
  try {
    return BothModels{with_model("analytic"), with_model("flow")};
  } catch (const InputError& error) {
    const std::string refusal = std::string(to_string(algorithm.collective)) + "/" + algorithm.name + " needs";
    EXPECT_TRUE(std::string(error.what()).starts_with(refusal)) << error.what();
    return std::nullopt;
  }
}

/// 1,234,560 bytes divide evenly among 3, 4, 5 and 8 ranks; one byte more does not.
constexpr Bytes kEven = Bytes(1'234'560), kUneven = Bytes(1'234'564);

// On a full mesh no two messages of one channel are on one link at once: all algorithms are free of contention.
TEST(ModelAgreement, EveryAlgorithmOnAFullMesh) {
  for (const std::string& full_name : collectives::algorithms().names()) {
    const collectives::Algorithm& algorithm = collectives::algorithms().at(full_name);
    for (const std::int32_t n : {3, 4, 5, 8}) {
      for (const Bytes size : {Bytes(4), kEven, kUneven}) {
        SCOPED_TRACE(full_name + " of " + to_string(size) + " on " + std::to_string(n));
        const auto results = run_both(on_cluster(full_mesh(n), "ecmp"), algorithm, size);
        if (!results) continue;
        EXPECT_EQ(contention(results->flow), Duration{});
        EXPECT_EQ(results->analytic.time, results->flow.time);
        EXPECT_GT(results->flow.events, 0U);
      }
    }
  }
}

// On one switch the exchanges by permutation are free of contention: every card sends one message and receives one.
TEST(ModelAgreement, PermutationsOnOneSwitch) {
  for (const char* full_name :
       {"all_gather/bruck", "all_gather/halving_doubling", "all_gather/ring", "all_reduce/halving_doubling",
        "all_reduce/ring", "alltoall/bruck", "alltoall/pairwise", "alltoall/pairwise_xor", "barrier/dissemination",
        "broadcast/binomial", "broadcast/ring", "reduce/ring", "reduce_scatter/bruck",
        "reduce_scatter/halving_doubling", "reduce_scatter/ring", "scatter/binomial", "scatter/linear",
        "sendrecv/direct"}) {
    SCOPED_TRACE(full_name);
    const collectives::Algorithm& algorithm = collectives::algorithms().at(full_name);
    for (const char* routing : {"ecmp", "spray", "static"}) {
      const auto results = run_both(on_cluster(star(8), routing), algorithm, kEven);
      ASSERT_TRUE(results);
      EXPECT_EQ(contention(results->flow), Duration{});
      EXPECT_EQ(results->analytic.time, results->flow.time);
    }
  }
}

// Whatever the network: without contention on its critical path the flow model is the analytic model, with it no faster,
// and in both the parts sum to the time.
TEST(ModelAgreement, TheFlowModelIsNeverFasterThanTheAnalyticOne) {
  int alike = 0, slower = 0;
  for (std::uint64_t seed = 0; seed < 150; ++seed) {
    const ClusterSpec spec = random_cluster(seed);
    RandomStream random(seed, 2);
    const std::vector<std::string> routings = routings_of_any_graph();
    Experiment experiment = on_cluster(spec, routings[random.below(routings.size())]);
    experiment.seed = seed;
    for (ProtocolCosts& costs : experiment.stack.protocols[0].costs) {
      const bool ring = costs.family == "ring";
      costs.launch = ring ? 1_us : 2_us;
      costs.step_scale_up = ring ? 500_ns : 300_ns;
      costs.step_scale_out = ring ? 700_ns : 900_ns;
      costs.message = ring ? 100_ns : 50_ns;
      costs.messages_under_way = static_cast<std::uint32_t>(1 + seed % 5);
    }
    const Bytes size(static_cast<std::int64_t>(random.below(1U << (4 + random.below(20)))));
    for (const std::string& full_name : collectives::algorithms().names()) {
      SCOPED_TRACE("seed " + std::to_string(seed) + ", " + describe(spec) + ", routing " + experiment.routing.name +
                   ", " + full_name + " of " + to_string(size));
      const auto results = run_both(experiment, collectives::algorithms().at(full_name), size);
      if (!results) continue;
      EXPECT_GE(results->flow.time, results->analytic.time);
      EXPECT_EQ(all_parts(results->flow), results->flow.time);
      EXPECT_EQ(all_parts(results->analytic), results->analytic.time);
      EXPECT_EQ(contention(results->analytic), Duration{});
      if (contention(results->flow) == Duration{}) {
        EXPECT_EQ(results->flow.time, results->analytic.time);
        ++alike;
      } else {
        ++slower;
      }
    }
  }
  EXPECT_GT(alike, 100);
  EXPECT_GT(slower, 100);
}

}  // namespace
}  // namespace polyplane::sim
