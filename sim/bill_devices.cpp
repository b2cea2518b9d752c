#include <algorithm>
#include <charconv>
#include <set>

#include "sim/bill_lines.h"
#include "sim/part_figures.h"
#include "topology/metrics.h"

namespace polyplane::sim {
namespace {

using topology::ClusterSpec;
using topology::DeviceGroup;
using topology::DeviceKind;

/// Ports of a scale-out switch: the fabric's, or the generator's option; 0 when neither says.
std::int64_t radix_of(const topology::FabricSpec& fabric) {
  for (const std::string& option : fabric.options) {
    constexpr std::string_view kRadix = "radix=";
    if (!option.starts_with(kRadix)) continue;
    std::int64_t radix = 0;
    std::from_chars(option.data() + kRadix.size(), option.data() + option.size(), radix);
    if (radix > 0) return radix;
  }
  return fabric.switch_radix;
}

class DeviceLines {
 public:
  DeviceLines(const BillSource& from, BillOfMaterials& bill) : from_(from), bill_(bill) {}

  void add() {
    for (const DeviceGroup& group : from_.materials.devices) {
      if (group.kind == DeviceKind::network_switch) add_network_switch(group);
    }
    add_nics();
    for (const DeviceGroup& group : from_.materials.devices) {
      if (group.kind == DeviceKind::scaleup_switch) add_scaleup_switch(group);
    }
    for (const DeviceGroup& group : from_.materials.devices) {
      if (group.kind == DeviceKind::accelerator) add_accelerators(group);
    }
  }

 private:
  [[nodiscard]] const Parts& parts() const { return *from_.sheet.parts; }

  /// One tier of switches that are joined to one another, as in a dragonfly or a torus: no leaves (metrics.h).
  [[nodiscard]] bool is_flat() const {
    std::set<std::int32_t> tiers;
    for (const DeviceGroup& group : from_.materials.devices) {
      if (group.kind == DeviceKind::network_switch) tiers.insert(group.tier);
    }
    return tiers.size() == 1 && std::ranges::any_of(from_.materials.cables, [](const topology::CableGroup& cables) {
             return cables.kind == topology::LinkKind::scale_out && !cables.access;
           });
  }

  void add_network_switch(const DeviceGroup& group) {
    const SwitchFigures figures = switch_figures(parts(), group.part);
    const topology::FabricSpec& fabric = from_.spec.fabric;
    const std::string tier = is_flat() ? "switch" : topology::switch_tier_name(group.tier);
    const Piece piece{.item = PricedItem::network_switch,
                      .part = group.part,
                      .rate = fabric.port_rate > BitRate{} ? std::optional(fabric.port_rate) : std::nullopt,
                      .ports = radix_of(fabric)};
    bill_.lines.push_back({.item = tier == "switch" ? tier : tier + " switch",
                           .part = group.part,
                           .count = group.count,
                           .price = priced(from_.sheet, piece, figures.price),
                           .power = figures.power,
                           .power_max = figures.power_max});
  }

  /// Chips that one crossbar of kind switched stands for; other kinds lay every switch.
  std::int64_t chips_of(const DeviceGroup& group, const SwitchFigures& figures) {
    const topology::ScaleUpSpec& up = from_.spec.node.scale_up;
    if (up.kind != "switched") return 1;
    if (up.switches > 0) return up.switches;
    if (!figures.capacity) return 1;
    const std::int64_t cards = std::int64_t{from_.spec.node.accelerators} * up.domain_nodes;
    const int128 needed = int128{cards} * up.rate.bps();
    const int128 chips = (needed + figures.capacity->bps() - 1) / figures.capacity->bps();
    bill_.notes.push_back(
        "assumed: " + std::to_string(static_cast<std::int64_t>(chips)) + " " + group.part +
        " a scale-up domain, the fewest that carry its rate; the cluster does not state their number");
    return static_cast<std::int64_t>(chips);
  }

  void add_scaleup_switch(const DeviceGroup& group) {
    const SwitchFigures figures = switch_figures(parts(), group.part);
    bill_.lines.push_back(
        {.item = group.in_node ? "scale-up switch, in nodes" : "scale-up switch",
         .part = group.part,
         .count = group.count * chips_of(group, figures),
         .price = priced(from_.sheet, {.item = PricedItem::scaleup_switch, .part = group.part}, figures.price),
         .power = figures.power,
         .power_max = figures.power_max,
         .in_node_price = from_.node_price.holder});
  }

  /// NICs are devices where cards share them; else the recipe alone knows of them.
  void add_nics() {
    bool vertices = false;
    for (const DeviceGroup& group : from_.materials.devices) {
      if (group.kind != DeviceKind::nic) continue;
      vertices = true;
      add_nic(group.part, group.count);
    }
    const ClusterSpec& spec = from_.spec;
    if (vertices || spec.fabric.generator.empty() || spec.node.nics == 0) return;
    add_nic(spec.node.nic_part, std::int64_t{spec.nodes} * spec.node.nics);
  }

  void add_nic(const std::string& part, std::int64_t count) {
    const PartFigures figures = nic_figures(parts(), part);
    const BitRate rate = from_.spec.node.nic_rate;
    const Piece piece{
        .item = PricedItem::nic, .part = part, .rate = rate > BitRate{} ? std::optional(rate) : std::nullopt};
    const bool integrated = !figures.price.nothing_because.empty();
    bill_.lines.push_back({.item = "NIC",
                           .part = part,
                           .count = count,
                           .price = integrated ? figures.price : priced(from_.sheet, piece, figures.price),
                           .power = figures.power,
                           .power_max = figures.power_max,
                           .in_node_price = from_.node_price.holds_nics ? from_.node_price.holder : ""});
  }

  void add_accelerators(const DeviceGroup& group) {
    const AcceleratorFigures figures = accelerator_figures(parts(), group.part);
    bill_.lines.push_back(
        {.section = BillSection::nodes,
         .item = "accelerator",
         .part = group.part,
         .count = group.count,
         .price = priced(from_.sheet, {.item = PricedItem::accelerator, .part = group.part}, figures.price),
         .power = figures.power,
         .power_max = figures.power_max});
  }

  const BillSource& from_;
  BillOfMaterials& bill_;
};

}  // namespace

UnitFigure<Money> priced(const PriceSheet& sheet, const Piece& piece, const UnitFigure<Money>& catalogue) {
  UnitFigure<Money> figure = sheet.price(piece);
  return figure.unknown() && sheet.catalogue_prices ? catalogue : figure;
}

NodePrice node_price(const topology::Materials& materials, const PriceSheet& sheet) {
  NodePrice price;
  bool all = true, nics = true;
  for (const DeviceGroup& group : materials.devices) {
    if (group.kind != DeviceKind::accelerator) continue;
    const AcceleratorFigures figures = accelerator_figures(*sheet.parts, group.part);
    const bool from_catalogue = sheet.catalogue_prices &&
                                sheet.price({.item = PricedItem::accelerator, .part = group.part}).unknown() &&
                                !figures.price.unknown();
    all = all && from_catalogue && figures.price_holds_server;
    nics = nics && figures.price_holds_nics;
    price.holder = "in the price of " + group.part;
  }
  if (!all) return {};
  price.holds_nics = nics;
  return price;
}

void add_device_lines(const BillSource& from, BillOfMaterials& bill) { DeviceLines(from, bill).add(); }

}  // namespace polyplane::sim
