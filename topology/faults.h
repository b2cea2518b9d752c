// Static faults: what is broken or slow before the run starts. Dynamic ones are capacity events of an experiment.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "topology/topology.h"

namespace polyplane::topology {

/// A copy of `topology` with the faults of all selectors, applied in order. Faults stack: what is down stays down, and
/// of two degradations of a link the lower rate stays. Counts and names of devices never change.
///
///   plane=3               every switch and link of plane 3
///   node=5                every device of node 5
///   device=NAME           a switch, NIC or accelerator with its links
///   switch=NAME           the same, network and scale-up switches only
///   nic=node3/gpu2        the scale-out ports of that card (accelerator that owns its NICs, or NIC vertex)
///   link=A.B              all parallel cables between devices A and B, both ways; link=A.B#2 one of them, counted from
///   0 link=NAME             the cable of that name in a user's graph, both ways 5% of leaf-spine      that share of
///   the cables of a tier, to the nearest whole cable but at least one, drawn at
///                         random from those without a fault so far; the draw depends on `seed` and on the position of
///                         the selector in the list
///   3 of leaf-spine       that many
///
/// NAME, A and B may be shell patterns (fnmatch: * ? [..]; '*' does not pass a '/'). A suffix ` at 50%` (of the nominal
/// rate) or ` at 200 Gbps` degrades the links in place of taking them down; more than nominal or zero is refused.
///
/// `what`, if given, gets one line for each selector that says what was hit. Throws InputError that names the selector:
/// malformed, matches nothing (did-you-mean), a bare name that stands for a switch on each of several planes, more
/// cables than there are. Whether pairs are cut off is for the Router to find.
[[nodiscard]] Topology apply_faults(const Topology& topology, const std::vector<std::string>& selectors,
                                    std::uint64_t seed, std::vector<std::string>* what = nullptr);

}  // namespace polyplane::topology
