// What NCCL's graph search would find in a regular node; the rules are in graph.h.
#pragma once

#include <cstdint>

#include "sim/nccl/communicator.h"
#include "sim/nccl/constants.h"

namespace polyplane::sim::nccl {

/// One node of a communicator, all nodes being alike or this the least of them.
struct NodeFigures {
  std::uint32_t cards = 1, nics = 0;
  double card_GBps = 0;  // what a card sends to the others of its node
  double path_GBps = 0;  // the most to one of them
  double nic_GBps = 0;
  PathType type_intra = PathType::nvl, type_inter = PathType::pix;
  int compute_capability = 0;
};

/// `several`: the communicator has more nodes, and channels end at NICs.
[[nodiscard]] GraphFigures ring_graph(const Constants& constants, const NodeFigures& node, bool several);
[[nodiscard]] GraphFigures tree_graph(const Constants& constants, const NodeFigures& node, bool several,
                                      const GraphFigures& ring);
/// REQUIRES: a node of several cards below switches that reduce.
[[nodiscard]] GraphFigures nvls_graph(const Constants& constants, const NodeFigures& node, bool several);
/// REQUIRES: several nodes.
[[nodiscard]] GraphFigures collnet_direct_graph(const Constants& constants, const NodeFigures& node,
                                                const GraphFigures& ring);

}  // namespace polyplane::sim::nccl
