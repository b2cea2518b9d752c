// A collective on a star of cards, run to its end. For tests of executor, models and attribution.
#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "collectives/algorithm.h"
#include "sim/run_once.h"
#include "tests/sim/star_router.h"
#include "topology/topology.h"

namespace polyplane::sim {

struct StarRun {
  std::string collective = "all_reduce", algorithm = "ring", model = "flow";
  std::uint32_t ranks = 4;
  Bytes size;
  BitRate rate = BitRate::from_bps(400'000'000'000);
  Duration latency;
  ProtocolCosts costs{"ring", {}, {}, {}, {}};
  Efficiency efficiency;
  std::uint32_t channels = 1, slices = 1;
  bool explain = false;
};

/// A topology of `n` bare cards, all of one tier called "star".
inline topology::Topology bare_cards(std::uint32_t n) {
  topology::TopologyBuilder builder("star");
  for (std::uint32_t i = 0; i < n; ++i) {
    topology::Device card;
    card.name = "card" + std::to_string(i);
    builder.add_device(card);
  }
  topology::Device hub;
  hub.name = "hub";
  hub.kind = topology::DeviceKind::network_switch;
  hub.forwards = true;
  const DeviceId switch_id = builder.add_device(hub);
  builder.add_cable(DeviceId(0), switch_id, BitRate::from_bps(1), Duration{}, topology::LinkKind::scale_out, "star");
  return std::move(builder).build();
}

inline RunOutcome run_on_star(const StarRun& run, StarRouter* router = nullptr) {
  const auto kind = collectives::parse_collective(run.collective);
  const topology::Topology topology = bare_cards(run.ranks);
  StarRouter own(run.ranks, run.rate, run.latency);
  const auto& algorithm = collectives::find_algorithm(kind, run.algorithm);
  const auto schedule = collectives::make_schedule(
      algorithm, {collectives::Collective::sized(kind, run.ranks, run.size, 4, RankId(0)),
                  collectives::RankLayout::regular(run.ranks, 1), algorithm.honours_channels ? run.channels : 0,
                  algorithm.honours_slices ? run.slices : 0});
  Job job;
  job.schedule = schedule.get();
  for (std::uint32_t i = 0; i < run.ranks; ++i) job.devices.emplace_back(i);
  job.costs = run.costs;
  job.efficiency = run.efficiency;
  return run_once({topology, router != nullptr ? *router : own, run.model, {job}, {}, {}, {}, run.explain, {}});
}

}  // namespace polyplane::sim
