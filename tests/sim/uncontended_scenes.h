// Scenes for the ways to run what has no contention, and the runs flow by flow that they are held against.
#pragma once

#include <gtest/gtest.h>

#include <array>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "collectives/algorithm.h"
#include "sim/uncontended.h"
#include "tests/sim/run_star.h"

namespace polyplane::sim {

inline constexpr std::array kWays = {UncontendedWay::whole_steps, UncontendedWay::dataflow, UncontendedWay::events};

/// On a network with a clock, flow by flow.
inline RunOutcome by_flows(const topology::Topology& topology, topology::Router& router, const Job& job,
                           const std::string& model) {
  RunInput input{topology, router, model, {job}, {}, {}, {}, false, {}};
  input.short_cuts = ShortCuts::none();
  return run_once(std::move(input));
}

inline void expect_same(const RunOutcome& actual, const RunOutcome& expected) {
  EXPECT_EQ(actual.job_end, expected.job_end);
  EXPECT_EQ(actual.makespan, expected.makespan);
  EXPECT_EQ(actual.sends, expected.sends);
  EXPECT_EQ(actual.trunk_bytes, expected.trunk_bytes);
}

/// A job on a star; the schedule by name.
struct StarScene {
  StarScene(collectives::CollectiveKind kind, const std::string& algorithm_name, std::uint32_t ranks, Bytes size,
            std::uint32_t channels = 1)
      : topology(bare_cards(ranks)), router(ranks, BitRate::from_bps(400'000'000'000), Duration::from_ps(1'000'000)) {
    using namespace polyplane::literals;
    const collectives::Algorithm& algorithm = collectives::find_algorithm(kind, algorithm_name);
    schedule = collectives::make_schedule(
        algorithm, {collectives::Collective::sized(kind, ranks, size, 4, RankId(0)),
                    collectives::RankLayout::regular(ranks, 1), algorithm.honours_channels ? channels : 0, 0});
    job = {"star", schedule.get(), {}, {"ring", 5_us, 1_us, 2_us, 3_us}, {}, {}};
    for (std::uint32_t i = 0; i < ranks; ++i) job.devices.emplace_back(i);
  }
  /// Ranks r and r + stride are alike, and so are their trunks.
  [[nodiscard]] Folding rotation_by(std::uint32_t stride) const {
    std::vector<TrunkId> classes;
    for (std::uint32_t t = 0; t < router.trunks().size(); ++t) classes.emplace_back(t % (2 * stride));
    return {{collectives::RankSymmetry::Kind::rotation, stride},
            static_cast<std::uint32_t>(job.devices.size()),
            std::move(classes)};
  }
  topology::Topology topology;
  StarRouter router;
  std::unique_ptr<collectives::Schedule> schedule;
  Job job;
};

}  // namespace polyplane::sim
