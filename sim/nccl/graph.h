// The figures that NCCL's graph search finds on real machines, derived from a cluster by rules that keep its outcome
// for regular nodes and leave its search out. Facts of NVIDIA/nccl, src/graph/search.cc, topo.h and connect.cc.
//
//   node      the cards of a host, or of a scale-up domain where that spans hosts
//   NVLink    links of a card x the table's rate of one, at most what the cluster gives it; cards of a node that are
//             not in one domain meet over their host link, or the table's PCI where the cluster has none (path PHB)
//   NIC       of a card, all its links to the fabric together; shared ones count once. Path PIX to a card's own, PXB to
//             a shared one, PXN to a NIC of another card where some have none; PIX where one node needs none
//   channels  each speed of the generation's list is tried, falling: as many channels as the NVLinks of a card carry
//             (a ring through g cards and back to its NIC takes g - 1 of g cards' links), and as the NICs carry. The
//             most channels x speed win, of equal ones the faster; it ends at what a card has, or once speeds fall
//             below slowest_worth of the best. Then a channel is split in two, by the table's rules, and speeds are
//             raised where they fit
//   tree      the ring's channels; within a node faster where that fits
//   NVLS      a channel a card (at most the table's, and with several nodes one a NIC); a card carries each channel
//             once and its own twice
//   CollNet   when asked for: the chain as the tree, direct with a channel a NIC
//
// What differs on real machines: PCIe below its nominal rate, NICs behind another socket, search that times out. The
// figures of such a machine are in its own dump (graph_file.h).
#pragma once

#include <vector>

#include "base/ids.h"
#include "collectives/rank_layout.h"
#include "sim/nccl/communicator.h"
#include "sim/nccl/constants.h"
#include "sim/nccl/setting.h"
#include "topology/topology.h"

namespace polyplane::sim::nccl {

/// `layout` is that of `cards`. Throws InputError: a card that the table does not know, a graph that the file of
/// `setting` lacks and a communicator needs.
[[nodiscard]] Communicator derive_communicator(const Constants& constants, const topology::Topology& topology,
                                               const std::vector<DeviceId>& cards,
                                               const collectives::RankLayout& layout, const Setting& setting);

/// Channels that a communicator runs: copies of those of its ring graph.
[[nodiscard]] std::uint32_t communicator_channels(const Constants& constants, const Communicator& communicator);

}  // namespace polyplane::sim::nccl
