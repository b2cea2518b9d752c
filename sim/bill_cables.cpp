#include <algorithm>
#include <array>

#include "sim/bill_lines.h"
#include "sim/part_figures.h"

namespace polyplane::sim {
namespace {

using topology::CableGroup;
using topology::CableSpec;
using topology::LinkKind;

constexpr std::array kClasses{Length::from_metres(3),   Length::from_metres(30),   Length::from_metres(100),
                              Length::from_metres(500), Length::from_metres(2000), Length::from_metres(100'000)};

std::int64_t ceil_div(std::int64_t a, std::int64_t b) { return (a + b - 1) / b; }

template <class Unit>
UnitFigure<Unit> nothing(const std::string& because) {
  return {.one = {}, .nothing_because = because, .source = {}};
}

/// Both ends of a cable.
UnitFigure<Power> twice(UnitFigure<Power> end) {
  if (end.one) end.one = 2 * *end.one;
  return end;
}

/// One group of cables and what it is made of.
struct Cables {
  const CableGroup& group;
  std::string tier;
  CableSpec spec;
  CableFigures figures;
  std::string in_node_price;
  std::int64_t per_module = 1;  // links that one module or assembly carries
  std::int64_t parallel = 1;    // modules or assemblies that one link needs
};

class CableLines {
 public:
  CableLines(const BillSource& from, BillOfMaterials& bill) : from_(from), bill_(bill) {}

  void add() {
    for (const LinkKind kind : {LinkKind::scale_out, LinkKind::scale_up, LinkKind::host}) {
      for (const CableGroup& group : from_.materials.cables) {
        if (group.kind == kind) add(group);
      }
    }
    std::ranges::sort(bill_.lengths, {}, [](const LengthClass& c) {
      return std::pair(c.medium, c.up_to ? c.up_to->millimetres() : INT64_MAX);
    });
  }

 private:
  void add(const CableGroup& group) {
    const std::string tier = from_.topology.tier_names()[group.tier];
    if (!group.leaves_node) {
      bill_.lines.push_back({.item = (group.kind == LinkKind::host ? "host link, " : "scale-up link, ") + tier,
                             .count = group.count,
                             .price = nothing<Money>("traces and wires of the node"),
                             .power = nothing<Power>("traces and wires of the node"),
                             .power_max = nothing<Power>("traces and wires of the node")});
      return;
    }
    Cables cables{.group = group, .tier = tier, .spec = cable_of(group, tier)};
    cables.figures = cable_figures(*from_.sheet.parts, cables.spec.part);
    if (group.kind == LinkKind::scale_up) cables.in_node_price = from_.node_price.holder;
    if (cables.figures.rate) {
      const std::int64_t piece = cables.figures.rate->bps(), link = group.rate.bps();
      cables.per_module = std::max<std::int64_t>(1, piece / link);
      cables.parallel = ceil_div(link, piece);
    }
    add_link(cables);
    count_length(cables);
  }

  [[nodiscard]] CableSpec cable_of(const CableGroup& group, const std::string& tier) const {
    if (group.kind == LinkKind::scale_up) return from_.spec.node.scale_up.cable;
    const topology::FabricSpec& fabric = from_.spec.fabric;
    if (group.access) return fabric.access_cable;
    for (const auto& other : fabric.tier_cables) {
      if (other.tier == tier) return other.cable;
    }
    return fabric.cable;
  }

  static PricedItem item_of(const CableGroup& group) {
    if (group.kind == LinkKind::scale_up) return PricedItem::scaleup_link;
    return group.access ? PricedItem::access_link : PricedItem::switch_link;
  }

  /// A line for the whole link where the sheet prices or leaves out links, or where nothing else is known of them; and
  /// lines for what it consists of.
  void add_link(const Cables& cables) {
    const CableForm form = cables.figures.form;
    const UnitFigure<Money> whole = from_.sheet.price({.item = item_of(cables.group),
                                                       .part = cables.spec.part,
                                                       .rate = cables.group.rate,
                                                       .length = cables.spec.length,
                                                       .optical = form == CableForm::transceiver});
    const bool has_pieces = form == CableForm::transceiver || form == CableForm::assembly;
    std::string because = whole.nothing_because;
    if (whole.one || !has_pieces) {
      BillLine& line = add_line(cables, "link", cables.group.count);
      line.price =
          whole.unknown() && form == CableForm::link && from_.sheet.catalogue_prices ? cables.figures.price : whole;
      line.power = has_pieces ? nothing<Power>("in its parts, below") : twice(cables.figures.power);
      line.power_max = has_pieces ? nothing<Power>("in its parts, below") : twice(cables.figures.power_max);
      because = "in the price of the link";
    }
    if (form == CableForm::transceiver) add_transceivers(cables, because);
    if (form == CableForm::assembly) add_assemblies(cables, because);
  }

  void add_assemblies(const Cables& cables, const std::string& nothing_because) {
    BillLine& line = add_line(cables, "cable", cables.group.count * cables.parallel);
    line.price = price(cables, PricedItem::assembly, nothing_because);
    line.power = twice(cables.figures.power);
    line.power_max = twice(cables.figures.power_max);
  }

  void add_transceivers(const Cables& cables, const std::string& nothing_because) {
    const CableGroup& group = cables.group;
    const bool scale_up = group.kind == LinkKind::scale_up;
    const std::string& box = scale_up ? from_.spec.node.scale_up.switch_part : from_.spec.fabric.switch_part;
    const SwitchFigures holder = switch_figures(*from_.sheet.parts, box);
    const std::int64_t in_nodes = CableGroup::modules(group.at_nodes, cables.per_module) * cables.parallel;
    const std::int64_t in_switches = CableGroup::modules(group.at_switches, cables.per_module) * cables.parallel;
    for (const auto& [count, switches] : {std::pair(in_nodes, false), std::pair(in_switches, true)}) {
      if (count == 0) continue;
      BillLine& line = add_line(cables, switches ? "transceiver in switches" : "transceiver in nodes", count);
      line.length.reset();
      line.price = price(cables, PricedItem::transceiver, nothing_because);
      line.power = cables.figures.power;
      line.power_max = cables.figures.power_max;
      if (switches && holder.power_with_optics) line.power = nothing<Power>("in the figure of " + box);
      if (switches && holder.power_max_with_optics) line.power_max = nothing<Power>("in the figure of " + box);
      bill_.transceivers += count;
    }
    BillLine& fibre = add_line(cables, "fibre", group.count * cables.parallel);
    fibre.part.clear();
    fibre.price =
        nothing_because.empty()
            ? from_.sheet.price({.item = PricedItem::fibre, .rate = cables.group.rate, .length = cables.spec.length})
            : nothing<Money>(nothing_because);
    fibre.power = fibre.power_max = nothing<Power>("passive");
  }

  [[nodiscard]] UnitFigure<Money> price(const Cables& cables, PricedItem item,
                                        const std::string& nothing_because) const {
    if (!nothing_because.empty()) return nothing<Money>(nothing_because);
    return priced(from_.sheet,
                  {.item = item, .part = cables.spec.part, .rate = cables.figures.rate, .length = cables.spec.length},
                  cables.figures.price);
  }

  BillLine& add_line(const Cables& cables, const std::string& what, std::int64_t count) {
    bill_.lines.push_back({.item = what + ", " + cables.tier,
                           .part = cables.spec.part,
                           .count = count,
                           .length = cables.spec.length,
                           .in_node_price = cables.in_node_price});
    return bill_.lines.back();
  }

  void count_length(const Cables& cables) {
    const CableForm form = cables.figures.form;
    const std::string medium = form == CableForm::unknown ? "not named" : cables.figures.copper ? "copper" : "fibre";
    std::optional<Length> up_to;
    for (const Length most : kClasses) {
      if (cables.spec.length && *cables.spec.length <= most) {
        up_to = most;
        break;
      }
    }
    const std::int64_t count = cables.group.count * cables.parallel;
    for (LengthClass& known : bill_.lengths) {
      if (known.medium != medium || known.up_to != up_to) continue;
      known.count += count;
      return;
    }
    bill_.lengths.push_back({.medium = medium, .up_to = up_to, .count = count});
  }

  const BillSource& from_;
  BillOfMaterials& bill_;
};

}  // namespace

void add_cable_lines(const BillSource& from, BillOfMaterials& bill) { CableLines(from, bill).add(); }

}  // namespace polyplane::sim
