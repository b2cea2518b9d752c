// Lower bounds in closed form that no result may beat, whatever the algorithm.
//
//   T >= launch + cheapest software cost + smallest path latency + bytes over the narrowest cut
//
// Cuts: every card against the rest, every scale-up domain against the rest, every member of joined clusters against the
// rest; each with the bytes that the contract forces across it. Sums over all groups use the known counts of transfers
// (all_reduce: 2 (G - 1) S bytes must leave the G groups, the one-way gossip number; Patarasuk and Yuan, JPDC 2009, for the ring
// case).
//
// A bound is one of cluster, ranks, collective and protocols, and so the same for all algorithms of a row. Where switches can
// reduce or multicast, and some algorithm makes use of them (collectives::usable_switches; those of a fabric that is not set up
// to are left to the caller), it must hold for those too:
// - What each group by itself must send and take stays forced. All-reduce: S out, since the result elsewhere depends on all
//   that a group contributes, however it is added up on the way, and S in. No more is: with switches between them, n cards do
//   with n S out and n S in, all but one of them sending a part up to the switch, where it is added up for that one, who adds its
//   own and has the sum multicast.
// - The sum over all groups stays where every such switch lies inside of some group, as those of scale-up domains do when the
//   groups are domains: a group with its switches then is one party of the gossip. Where switches lie between the groups, one
//   copy leaves for many and many arrive as one, and it is no bound.
// - A path may end or start at a switch, next to a card. So bytes are added to the least latency of one such link only, and the
//   way to another card, L_out + L_in, is a bound by itself:
//     T >= launch + cheapest software cost + max(L_out + L_in, min(L_out, L_in) + bytes over the narrowest cut)
//
// What is left out: other cuts above the domain, protocol overhead beyond the stack's efficiency, and what switches between
// domains and those within cannot do for each other.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "base/units.h"
#include "collectives/algorithm.h"
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

  /// The least over all protocols and families of the stack, whichever the run may use.
  /// `switches`: what any algorithm of the collective could use, whatever runs. `links_shared`: false leaves the cuts out, for
  /// the analytic model, where flows do not slow each other down.
  [[nodiscard]] LowerBound lower_bound(const collectives::Collective& collective, const Stack& stack,
                                       collectives::SwitchUse switches, bool links_shared = true) const;

 private:
  struct Cut {
    std::string name;
    std::vector<RankId> inside;
    BitRate out, in;
  };
  struct Partition {
    std::string plural;
    std::vector<Cut> cuts;
    collectives::SwitchUse inside;  // switches of that kind all lie inside of the groups
    [[nodiscard]] bool holds(collectives::SwitchUse switches) const {
      return (inside.in_domains || !switches.in_domains) && (inside.in_fabric || !switches.in_fabric);
    }
  };
  /// Of the links that the ranks may use.
  struct Latency {
    Duration to_another;  // card
    Duration of_one_link;
  };
  /// Of joined clusters, when the cards lie in several.
  void add_members(const topology::Topology& topology, const std::vector<DeviceId>& devices,
                   const std::function<BitRate(LinkId)>& rate);
  [[nodiscard]] LowerBound over_cuts(const Partition& partition, const collectives::Collective& collective,
                                     Efficiency efficiency, collectives::SwitchUse switches) const;
  /// Of all partitions the widest time.
  [[nodiscard]] LowerBound over_all(const collectives::Collective& collective, Efficiency efficiency,
                                    collectives::SwitchUse switches) const;
  std::vector<Partition> partitions_;  // cards first
  Latency latency_;
  // Switches of the fabric may be reached over any link, where cards of one domain meet inside only.
  Partition whole_cards_;
  Latency latency_of_any_;
};

}  // namespace polyplane::sim
