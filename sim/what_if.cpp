#include "sim/what_if.h"

#include <utility>

namespace polyplane::sim {

topology::Topology changed(const topology::Topology& topology, const WhatIf& what_if) {
  topology::TopologyBuilder builder = topology::TopologyBuilder::copy_of(topology);
  for (std::uint32_t i = 0; i < builder.num_links(); ++i) {
    topology::Link& link = builder.link(LinkId(i));
    for (const WhatIf::Tier& tier : what_if.tiers) {
      if (topology.tier_names()[link.tier] != tier.name) continue;
      link.rate = BitRate::from_bps(tier.rate.of(link.rate.bps()));
      link.nominal_rate = BitRate::from_bps(tier.rate.of(link.nominal_rate.bps()));
      link.latency = tier.latency.of(link.latency);
    }
  }
  return std::move(builder).build();
}

collectives::Program changed(collectives::Program program, const WhatIf& what_if) {
  for (collectives::Actor& actor : program.actors) {
    for (collectives::Operation& operation : actor.operations) {
      operation.duration = what_if.compute.of(operation.duration);
    }
  }
  return program;
}

}  // namespace polyplane::sim
