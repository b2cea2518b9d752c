// Two levels of switch chips in sub-planes: CloudMatrix384 (arXiv:2506.12708). Every node has one L1 chip on each plane,
// and every card rate / planes into each of them; every plane has `upper` L2 chips that join its L1 chips, each L1 chip
// with `uplinks` links spread over them. Planes meet in cards only, so traffic is spread over them at its source. 48 nodes
// of 8, seven planes and 16 L2 chips make 336 + 112 chips and 5,376 links between them.
//
// Card to card over one L1 chip takes the latency of the spec; over L2 upper_latency more. A domain of one node has no L2
// chips. Links between chips have the tier "NAME-up". Names: "node3/l1-2" and "domain0/plane2/l2-5", plane 2.
#include "base/error.h"
#include "topology/scale_up.h"

namespace polyplane::topology {

namespace {

struct TwoLevel {
  std::int64_t planes = 1, upper = 0, links_to_each = 0;  // of an L1 chip to each L2 chip of its plane
  BitRate card_rate, uplink_rate;                         // of one link
  Duration way_up, way_down;                              // L1 to L2 and back
};

[[noreturn]] void fail(const std::string& sentence) { throw InputError("two_level: " + sentence); }

Duration upper_latency(const ScaleUpSpec& spec, const Options& options) {
  if (options.text("upper_latency") == "latency") return spec.latency;
  const Duration latency = parse_duration(options.text("upper_latency"));
  if (latency > kMaxLatency) {
    fail("upper_latency=" + options.text("upper_latency") + " is over the limit of " + to_string(kMaxLatency));
  }
  return latency;
}

TwoLevel plan_two_level(const ScaleUpSpec& spec, const Options& options, const DomainShape& shape) {
  TwoLevel plan{.planes = options.integer("planes")};
  plan.card_rate = part_of(spec.rate, plan.planes);
  const Duration latency = upper_latency(spec, options);
  plan.way_up = Duration::from_ps(latency.ps() / 2);
  plan.way_down = latency - plan.way_up;
  if (shape.nodes == 1) return plan;
  plan.upper = options.integer("upper");
  const std::int64_t uplinks = options.integer("uplinks") > 0 ? options.integer("uplinks") : plan.upper;
  if (uplinks % plan.upper != 0) {
    fail("uplinks=" + std::to_string(uplinks) + " do not spread evenly over upper=" + std::to_string(plan.upper) +
         " chips; a multiple of it would");
  }
  plan.links_to_each = uplinks / plan.upper;
  const std::int64_t ports = shape.nodes * plan.links_to_each, radix = options.integer("radix");
  if (radix > 0 && ports > radix) {
    fail("an L2 chip would need " + std::to_string(ports) + " ports for " + std::to_string(shape.nodes) +
         " nodes and has radix=" + std::to_string(radix) + "; more chips with fewer links to each, or fewer nodes");
  }
  plan.uplink_rate =
      spec.link_rate.bps() > 0 ? spec.link_rate : part_of(plan.card_rate * shape.cards_per_node, uplinks);
  return plan;
}

DomainSize two_level_size(const ScaleUpSpec& spec, const Options& options, const DomainShape& shape) {
  const TwoLevel plan = plan_two_level(spec, options, shape);
  const int128 planes = plan.planes;
  return {.switches = planes * (shape.nodes + plan.upper),
          .cables = planes * shape.cards() + planes * shape.nodes * plan.upper * plan.links_to_each,
          .joined = shape.cards()};
}

void build_two_level(DomainContext& domain, const Options& options) {
  const DomainShape& shape = domain.shape;
  const TwoLevel plan = plan_two_level(domain.spec, options, shape);
  std::vector<DeviceId> lower;  // by node, then plane
  for (std::int64_t node = 0; node < shape.nodes; ++node) {
    for (std::int64_t plane = 0; plane < plan.planes; ++plane) {
      const DeviceId chip = add_node_switch(domain, node, "l1-" + std::to_string(plane));
      lower.push_back(chip);
      for (std::int64_t i = 0; i < shape.cards_per_node; ++i) {
        attach_card(domain, domain.card(node * shape.cards_per_node + i), chip, plan.card_rate);
      }
    }
  }
  const std::string tier = domain.spec.tier_name + "-up";
  for (std::int64_t plane = 0; plane < plan.planes; ++plane) {
    for (std::int64_t i = 0; i < plan.upper; ++i) {
      const DeviceId chip = add_domain_switch(domain, "plane" + std::to_string(plane) + "/l2-" + std::to_string(i));
      for (std::int64_t node = 0; node < shape.nodes; ++node) {
        const DeviceId below = lower[static_cast<std::size_t>(node * plan.planes + plane)];
        for (std::int64_t link = 0; link < plan.links_to_each; ++link) {
          const LinkId up =
              domain.builder.add_cable(below, chip, plan.uplink_rate, plan.way_up, LinkKind::scale_up, tier);
          domain.builder.link(domain.builder.link(up).reverse).latency = plan.way_down;
        }
      }
    }
  }
}

OptionSpec count_option(const std::string& name, const std::string& default_text, std::int64_t min,
                        const std::string& sentence) {
  return {.name = name,
          .kind = OptionSpec::Kind::integer,
          .default_text = default_text,
          .sentence = sentence,
          .min = min,
          .max = 10'000,
          .words = {}};
}

const bool kRegistered = [] {
  scale_ups().add("two_level", "L1 chips in every node and L2 chips above, in sub-planes: CloudMatrix384",
                  {.options = {count_option("planes", "7", 1, "sub-planes: L1 chips of a node"),
                               count_option("upper", "16", 1, "L2 chips of a plane"),
                               count_option("uplinks", "0", 0, "links of an L1 chip upwards; 0: one to each L2 chip"),
                               count_option("radix", "0", 0, "ports of an L2 chip; 0: not checked"),
                               {.name = "upper_latency",
                                .kind = OptionSpec::Kind::text,
                                .default_text = "latency",
                                .sentence = "L1 to L2 to L1; latency: as much as from card to card over one L1 chip",
                                .words = {}}},
                   .cards_forward = false,
                   .takes_link_rate = true,
                   .size = two_level_size,
                   .build = build_two_level});
  return true;
}();

}  // namespace

}  // namespace polyplane::topology
