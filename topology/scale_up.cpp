#include "topology/scale_up.h"

#include "base/error.h"

namespace polyplane::topology {

namespace {

DeviceId add_switch(DomainContext& domain, std::string name, std::int32_t node) {
  return domain.builder.add_device(Device{.name = std::move(name),
                                          .kind = DeviceKind::scaleup_switch,
                                          .node = node,
                                          .plane = -1,
                                          .rail = -1,
                                          .tier = 0,
                                          .pod = -1,
                                          .part = domain.spec.switch_part,
                                          .forwards = true,
                                          .up = true});
}

}  // namespace

Registry<ScaleUp>& scale_ups() {
  static Registry<ScaleUp> registry("kind of scale-up domain");
  return registry;
}

DomainShape domain_shape(const NodeSpec& node) {
  return {.nodes = node.scale_up.domain_nodes, .cards_per_node = node.accelerators};
}

DomainSize domain_size(const NodeSpec& node) {
  const ScaleUpSpec& spec = node.scale_up;
  const ScaleUp& guest = scale_ups().at(spec.kind);
  return guest.size(spec, Options::parse(spec.kind, guest.options, spec.options), domain_shape(node));
}

BitRate part_of(BitRate rate, std::int64_t parts) {
  const BitRate part = BitRate::from_bps(rate.bps() / parts);
  if (part.bps() < 1) {
    throw InputError(to_string(rate) + " over " + std::to_string(parts) + " links leaves less than 1 bps for each");
  }
  return part;
}

BitRate link_group_rate(const ScaleUpSpec& spec, std::int64_t links, std::int64_t links_per_card) {
  const BitRate link = spec.link_rate.bps() > 0 ? spec.link_rate : part_of(spec.rate, links_per_card);
  const int128 sum = static_cast<int128>(link.bps()) * links;
  if (sum > kMaxRate.bps()) {
    throw InputError(std::to_string(links) + " links of " + to_string(link) + " side by side are over the limit of " +
                     to_string(kMaxRate));
  }
  return BitRate::from_bps(static_cast<std::int64_t>(sum));
}

LinkId join_cards(DomainContext& domain, DeviceId a, DeviceId b, BitRate rate) {
  return domain.builder.add_cable(a, b, rate, domain.spec.latency, LinkKind::scale_up, domain.spec.tier_name);
}

DeviceId add_domain_switch(DomainContext& domain, std::string_view name) {
  if (domain.shape.nodes == 1) return add_node_switch(domain, 0, name);
  const std::int64_t number = domain.first_node / domain.shape.nodes;
  return add_switch(domain, "domain" + std::to_string(number) + "/" + std::string(name), -1);
}

DeviceId add_node_switch(DomainContext& domain, std::int64_t node, std::string_view name) {
  const std::int32_t number = domain.first_node + static_cast<std::int32_t>(node);
  return add_switch(domain, "node" + std::to_string(number) + "/" + std::string(name), number);
}

LinkId attach_card(DomainContext& domain, DeviceId card, DeviceId to, BitRate rate) {
  const Duration latency = domain.spec.latency;
  const Duration way_in = Duration::from_ps(latency.ps() / 2);
  const LinkId in = domain.builder.add_cable(card, to, rate, way_in, LinkKind::scale_up, domain.spec.tier_name);
  domain.builder.link(domain.builder.link(in).reverse).latency = latency - way_in;
  return in;
}

std::string switch_name(const ScaleUpSpec& spec) {
  constexpr std::string_view kLink = "link";
  std::string name = spec.tier_name;
  if (name.ends_with(kLink)) name.resize(name.size() - kLink.size());
  return name + "switch";
}

}  // namespace polyplane::topology
