// Dragonfly of cards: every node is a full mesh, and each card has `h` global links to cards of other nodes, every node
// to every other (Groq: 8 cards of 7 local and 4 global links, up to 33 nodes at 3 hops; Abts et al., ISCA 2022). Cards
// forward. Global links have the tier "global", of which minimal routes take as few as they can (shortest_paths.h); which
// card owns which is told in topology/generators/group_wiring.h. Left out: racks of several nodes as groups.
#include "base/error.h"
#include "topology/generators/group_wiring.h"
#include "topology/scale_up.h"
#include "topology/transit_graph.h"

namespace polyplane::topology {

namespace {

GroupWiring plan_wiring(const Options& options, const DomainShape& shape) {
  const std::int64_t ports = shape.cards_per_node * options.integer("h");
  if (shape.nodes - 1 > ports) {
    throw InputError("dragonfly: " + std::to_string(shape.nodes) + " nodes do not all meet by " +
                     std::to_string(ports) + " global links of each (" + std::to_string(shape.cards_per_node) +
                     " cards, h=" + std::to_string(options.integer("h")) + "); at most " + std::to_string(ports + 1));
  }
  return {shape.nodes, shape.cards_per_node, ports, 0, arrangement_of(options.word("arrangement"))};
}

std::int64_t links_per_card(const Options& options, const DomainShape& shape) {
  return shape.cards_per_node - 1 + (shape.nodes > 1 ? options.integer("h") : 0);
}

DomainSize dragonfly_size(const ScaleUpSpec& spec, const Options& options, const DomainShape& shape) {
  const GroupWiring wiring = plan_wiring(options, shape);
  const int128 a = shape.cards_per_node;
  const std::int64_t links = links_per_card(options, shape);
  (void)link_group_rate(spec, 1, links);
  return {.switches = 0,
          .cables = shape.nodes * (a * (a - 1) / 2) + wiring.cables(),
          .joined = shape.cards(),
          .links_per_card = links};
}

void build_dragonfly(DomainContext& domain, const Options& options) {
  const DomainShape& shape = domain.shape;
  const BitRate rate = link_group_rate(domain.spec, 1, links_per_card(options, shape));
  const auto card = [&](std::int64_t node, std::int64_t i) { return domain.card(node * shape.cards_per_node + i); };
  for (std::int64_t node = 0; node < shape.nodes; ++node) {
    for (std::int64_t a = 0; a < shape.cards_per_node; ++a) {
      for (std::int64_t b = a + 1; b < shape.cards_per_node; ++b) {
        join_cards(domain, card(node, a), card(node, b), rate);
      }
    }
  }
  plan_wiring(options, shape).for_each([&](const GlobalCable& cable) {
    domain.builder.add_cable(card(cable.group_a, cable.switch_a), card(cable.group_b, cable.switch_b), rate,
                             domain.spec.latency, LinkKind::scale_up, kGlobalTier);
  });
}

const bool kRegistered = [] {
  scale_ups().add("dragonfly",
                  "Nodes that are full meshes, a global link from each to every other, cards forward: Groq",
                  {.options = {{.name = "h",
                                .kind = OptionSpec::Kind::integer,
                                .default_text = "4",
                                .sentence = "global links of a card",
                                .min = 1,
                                .max = 1000,
                                .words = {}},
                               {.name = "arrangement",
                                .kind = OptionSpec::Kind::word,
                                .default_text = "absolute",
                                .sentence = "which card owns which global link, see `dragonfly` of the topologies",
                                .words = arrangement_names()}},
                   .cards_forward = true,
                   .takes_link_rate = true,
                   .size = dragonfly_size,
                   .build = build_dragonfly});
  return true;
}();

}  // namespace

}  // namespace polyplane::topology
