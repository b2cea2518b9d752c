// Lower bounds in closed form that no result may beat, whatever the algorithm.
//
//   T >= launch + cheapest software cost + smallest path latency + bytes over the narrowest cut
//
// Cuts: every card against the rest, every scale-up domain against the rest, every member of joined clusters against the
// rest; each with the bytes that the contract forces across it. Sums over all groups use the known counts of transfers (all_reduce: 2 (G - 1) S bytes must leave
// the G groups, the one-way gossip number; Patarasuk and Yuan, JPDC 2009, for the ring case). Where switches reduce or
// multicast (agents of a schedule) these sums do not hold, since one copy leaves for many and many arrive as one; what each
// group by itself must send and take does. What is left out: other cuts above the domain, protocol overhead beyond the stack's
// efficiency.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "base/units.h"
#include "collectives/collective.h"
#include "sim/stack.h"
#include "topology/topology.h"

namespace polyplane::sim {

struct LowerBound {
  Duration time;
  std::string reason;  // "bytes into card node0/gpu0", "bytes out of all domains", "latency"
};

class Bounds {
 public:
  /// Capacities of the cuts around `devices` (of each rank); links that are down count as nothing. `rates`: the highest
  /// that each link has during the run, by LinkId; empty: those of the topology.
  Bounds(const topology::Topology& topology, const std::vector<DeviceId>& devices,
         const std::vector<BitRate>& rates = {});

  /// `in_network`: switches reduce or multicast. Else ranks alone do, and no such schedule beats this.
  enum class Reduction { by_ranks, in_network };
  /// The least over all protocols and families of the stack, whichever the run may use.
  /// `links_shared`: false leaves the cuts out, for the analytic model, where flows do not slow each other down.
  [[nodiscard]] LowerBound lower_bound(const collectives::Collective& collective, const Stack& stack,
                                       bool links_shared = true, Reduction reduction = Reduction::by_ranks) const;

 private:
  struct Cut {
    std::string name;
    std::vector<RankId> inside;
    BitRate out, in;
  };
  struct Partition {
    std::string plural;
    std::vector<Cut> cuts;
  };
  /// Of joined clusters, when the cards lie in several.
  void add_members(const topology::Topology& topology, const std::vector<DeviceId>& devices,
                   const std::function<BitRate(LinkId)>& rate);
  [[nodiscard]] LowerBound over_cuts(const Partition& partition, const collectives::Collective& collective,
                                     Efficiency efficiency, Reduction reduction) const;
  std::vector<Partition> partitions_;  // cards first
  Duration least_latency_;
  // Switches may be reached over any link, where cards of one domain meet inside only.
  Partition whole_cards_;
  Duration least_to_switch_;  // from a card over one link
};

}  // namespace polyplane::sim
