// Classes of flows as flows of the flow model. A trunk stands for the links of a class and has the capacity of one; a class of
// flows puts on it, for each bit/s of one of its flows, what all of them put on one link: flows x weight of a flow on the
// class of links / links. Since the partition is equitable, that is the same for every link of the class, so the weighted
// max-min problem of classes is the problem of all flows with equal rows and columns left out. Taken as a flow, a class is
// as fast as its flows are together: no slower than a flow alone, which has no more weight on a link than its class.
#pragma once

#include <cstdint>
#include <functional>
#include <vector>

#include "sim/at_once_classes.h"
#include "sim/network/network_model.h"
#include "topology/router.h"

namespace polyplane::sim {

/// Hops of each class over trunks that are classes of links: flow_classes compressed rows.
struct ClassNetwork {
  std::vector<BitRate> capacities;       // of one link, by class of links
  std::vector<std::uint32_t> first_hop;  // by class of flows, and the end
  std::vector<topology::Hop> hops;       // by trunk
  std::uint64_t used_link_classes = 0;   // that carry something
  [[nodiscard]] std::span<const topology::Hop> hops_of(std::uint32_t flow_class) const {
    return {hops.data() + first_hop[flow_class], hops.data() + first_hop[flow_class + 1]};
  }
};

[[nodiscard]] ClassNetwork class_network(const AtOnceClasses& classes, const Islands& islands,
                                         const topology::Topology& topology, topology::Router& router);

struct ClassEnds {
  std::vector<TimePoint> end;  // by class of flows
  std::uint64_t events = 0;
  ModelFacts model_facts;
};

/// All flows start at `launched`. `stop` may be empty. Throws Interrupted when stopped.
[[nodiscard]] ClassEnds drain(const AtOnceClasses& classes, const ClassNetwork& network, TimePoint launched,
                              const std::function<bool()>& stop);

}  // namespace polyplane::sim
