#include "sim/job_costs.h"

#include <algorithm>

namespace polyplane::sim {
namespace {

using collectives::Collective;
using collectives::CollectiveKind;

Bytes largest_own_pair(const Collective& collective) {
  std::int64_t elements = 0;
  for (std::uint32_t rank = 0; rank < collective.ranks(); ++rank) {
    elements = std::max(elements, collective.pair_elements(rank, rank));
  }
  return Bytes(elements * collective.shape().element_bytes);
}

}  // namespace

Bytes copied_before(const Collective& collective) {
  switch (collective.kind()) {
    case CollectiveKind::all_reduce:
    case CollectiveKind::reduce:
    case CollectiveKind::reduce_scatter:
    case CollectiveKind::broadcast:
      return collective.size();
    case CollectiveKind::all_gather:
    case CollectiveKind::gather:
    case CollectiveKind::scatter:
      return collective.piece_bytes(0, 0, 1);
    case CollectiveKind::alltoall:
    case CollectiveKind::alltoallv:
      return largest_own_pair(collective);
    case CollectiveKind::sendrecv:
    case CollectiveKind::barrier:
    case CollectiveKind::dispatch:
    case CollectiveKind::combine:
      return {};
  }
  return {};
}

ProtocolCosts algorithm_costs(const Protocol& protocol, const collectives::Algorithm& algorithm) {
  ProtocolCosts costs = costs_of(protocol, algorithm.cost_family);
  if (!algorithm.keeps_peers) costs.messages_under_way = 1;
  return costs;
}

ProtocolCosts job_costs(const Protocol& protocol, const collectives::Algorithm& algorithm,
                        const Collective& collective) {
  ProtocolCosts costs = algorithm_costs(protocol, algorithm);
  const Bytes copied = algorithm.copies_itself ? Bytes() : copied_before(collective);
  if (copied.count() > 0) costs.launch += copy_cost(costs, copied);
  return costs;
}

}  // namespace polyplane::sim
