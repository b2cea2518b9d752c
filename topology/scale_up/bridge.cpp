// Islands of a few cards of one node under a bridge: NVLink bridges of two, MTLink and GCU-LARE of four, the two meshes of
// four in an Ascend 910 server. Inside an island a link group to each peer, as in full_mesh; between islands nothing but
// what else the node has. Cards do not forward.
#include <algorithm>

#include "base/error.h"
#include "topology/scale_up.h"

namespace polyplane::topology {

namespace {

std::int64_t island_of(const Options& options, const DomainShape& shape) {
  const std::int64_t island = options.integer("island");
  if (shape.cards_per_node % island != 0) {
    throw InputError("bridge: the " + std::to_string(shape.cards_per_node) +
                     " cards of a node do not divide into islands of " + std::to_string(island));
  }
  if (shape.nodes > 1) throw InputError("bridge: no bridge joins cards of several nodes; leave domain_nodes out");
  return island;
}

DomainSize bridge_size(const ScaleUpSpec& /*spec*/, const Options& options, const DomainShape& shape) {
  const std::int64_t island = island_of(options, shape);
  const int128 n = island;
  return {.switches = 0, .cables = shape.cards() / island * (n * (n - 1) / 2), .joined = island};
}

void build_bridge(DomainContext& domain, const Options& options) {
  const std::int64_t island = island_of(options, domain.shape);
  BitRate group = part_of(domain.spec.rate, island - 1);
  if (domain.spec.peer_rate.bps() > 0) group = std::min(group, domain.spec.peer_rate);
  for (std::int64_t first = 0; first < domain.shape.cards(); first += island) {
    for (std::int64_t a = first; a < first + island; ++a) {
      for (std::int64_t b = a + 1; b < first + island; ++b) join_cards(domain, domain.card(a), domain.card(b), group);
    }
  }
}

const bool kRegistered = [] {
  scale_ups().add("bridge", "Islands of two or four cards of a node, apart from each other: PCIe cards under a bridge",
                  {.options = {{.name = "island",
                                .kind = OptionSpec::Kind::integer,
                                .default_text = "2",
                                .sentence = "cards under one bridge",
                                .min = 2,
                                .max = 10'000,
                                .words = {}}},
                   .cards_forward = false,
                   .takes_peer_rate = true,
                   .size = bridge_size,
                   .build = build_bridge});
  return true;
}();

}  // namespace

}  // namespace polyplane::topology
