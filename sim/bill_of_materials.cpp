#include "sim/bill_of_materials.h"

#include <algorithm>
#include <map>
#include <memory>

#include "sim/bill_lines.h"
#include "sim/cluster_graph.h"
#include "topology/bill_of_materials.h"

namespace polyplane::sim {
namespace {

void add_once(std::vector<std::string>& texts, const std::string& text) {
  if (std::ranges::find(texts, text) == texts.end()) texts.push_back(text);
}

/// By part, so that switches of all tiers are named once; a link by its tier.
std::string name_of_unknown(const BillLine& line, const std::string& known) {
  if (line.part.empty()) return line.item + " (no part is named)";
  const std::string name = line.item.starts_with("link, ") ? line.item + " of " + line.part : line.part;
  return known.empty() ? name : name + " (" + known + ")";
}

/// Adds one kind of figure over lines. Where there is nothing to add (all of it is sold with the nodes) there is no
/// total either: it would read as a network for nothing.
template <class Unit>
BillTotal<Unit> total(const std::vector<BillLine>& lines, UnitFigure<Unit> BillLine::* figure, const std::string& what,
                      bool (*counts)(const BillLine&)) {
  BillTotal<Unit> total;
  Spread<Unit> sum;
  bool nothing = true;
  for (const BillLine& line : lines) {
    const UnitFigure<Unit>& one = line.*figure;
    if (!counts(line)) continue;
    if (one.unknown()) add_once(total.missing, what + " of " + name_of_unknown(line, one.source));
    if (!one.one) continue;
    sum = sum + line.count * *one.one;
    nothing = false;
  }
  if (nothing && total.missing.empty()) total.missing.push_back(what + " of a network that is no part of the nodes");
  if (total.missing.empty()) total.sum = sum;
  return total;
}

bool in_network(const BillLine& line) { return line.section == BillSection::network; }
bool in_system(const BillLine&) { return true; }
bool bought_apart(const BillLine& line) { return line.in_node_price.empty(); }

/// A sheet that leaves accelerators out knows no cost of systems.
void refuse_system_without_nodes(BillOfMaterials& bill) {
  for (const BillLine& line : bill.lines) {
    if (line.section != BillSection::nodes || !line.price.left_out) continue;
    add_once(bill.system_cost.missing, "price of " + name_of_unknown(line, ""));
    bill.system_cost.sum.reset();
  }
}

void add_totals(BillOfMaterials& bill) {
  bill.network_cost = total(bill.lines, &BillLine::price, "price", in_network);
  bill.system_cost = total(bill.lines, &BillLine::price, "price", bought_apart);
  refuse_system_without_nodes(bill);
  bill.network_power = total(bill.lines, &BillLine::power, "power", in_network);
  bill.system_power = total(bill.lines, &BillLine::power, "power", in_system);
  bill.network_power_max = total(bill.lines, &BillLine::power_max, "power", in_network);
  bill.system_power_max = total(bill.lines, &BillLine::power_max, "power", in_system);
}

/// Lines of a recipe or a plain graph.
BillOfMaterials lines_of(const topology::Topology& topology, const topology::ClusterSpec& spec,
                         const PriceSheet& sheet) {
  BillOfMaterials bill;
  const topology::Materials materials = topology::count_materials(topology);
  const BillSource from{.topology = topology,
                        .materials = materials,
                        .spec = spec,
                        .sheet = sheet,
                        .node_price = node_price(materials, sheet)};
  add_device_lines(from, bill);
  add_cable_lines(from, bill);
  std::ranges::stable_sort(bill.lines, {}, &BillLine::section);
  return bill;
}

bool alike(const BillLine& a, const BillLine& b) {
  return a.section == b.section && a.item == b.item && a.part == b.part && a.length == b.length &&
         a.price.one == b.price.one && a.power.one == b.power.one && a.power_max.one == b.power_max.one &&
         a.price.nothing_because == b.price.nothing_because && a.power.nothing_because == b.power.nothing_because &&
         a.power_max.nothing_because == b.power_max.nothing_because && a.in_node_price == b.in_node_price;
}

/// Adds `times` bills to `all`.
void merge(const BillOfMaterials& bill, std::int64_t times, BillOfMaterials& all) {
  for (BillLine line : bill.lines) {
    line.count *= times;
    const auto known = std::ranges::find_if(all.lines, [&](const BillLine& other) { return alike(line, other); });
    if (known == all.lines.end()) {
      all.lines.push_back(line);
    } else {
      known->count += line.count;
    }
  }
  for (LengthClass length : bill.lengths) {
    length.count *= times;
    const auto known = std::ranges::find_if(all.lengths, [&](const LengthClass& other) {
      return other.medium == length.medium && other.up_to == length.up_to;
    });
    if (known == all.lengths.end()) {
      all.lengths.push_back(length);
    } else {
      known->count += length.count;
    }
  }
  all.transceivers += times * bill.transceivers;
  for (const std::string& note : bill.notes) add_once(all.notes, note);
}

/// Members that share their choice are billed once. What joins them has no parts.
BillOfMaterials lines_of_members(const ClusterChoice& cluster, const PriceSheet& sheet) {
  std::vector<std::pair<std::shared_ptr<const ClusterChoice>, std::int64_t>> kinds;
  for (const ClusterMember& member : cluster.members) {
    const auto known = std::ranges::find(kinds, member.cluster, &decltype(kinds)::value_type::first);
    if (known == kinds.end()) {
      kinds.emplace_back(member.cluster, 1);
    } else {
      ++known->second;
    }
  }
  BillOfMaterials all;
  for (const auto& [member, times] : kinds) merge(lines_of(build(*member), member->spec, sheet), times, all);
  if (cluster.interconnect) {
    all.lines.push_back(
        {.item = "interconnect between clusters", .count = static_cast<std::int64_t>(cluster.members.size())});
  }
  std::ranges::stable_sort(all.lines, {}, &BillLine::section);
  return all;
}

/// What the sheet assumes, and why lines have no price.
void add_notes(const PriceSheet& sheet, BillOfMaterials& bill) {
  for (const std::string& assumed : sheet.assumed) add_once(bill.notes, "prices " + sheet.name + ": " + assumed);
  std::map<std::string, std::string> items;
  std::vector<std::string> reasons;
  for (const BillLine& line : bill.lines) {
    const std::string& why = line.price.nothing_because;
    if (!line.price.left_out && !why.starts_with("sold with")) continue;
    std::string& texts = items[why];
    add_once(reasons, why);
    texts += (texts.empty() ? "" : "; ") + line.item;
  }
  for (const std::string& why : reasons) bill.notes.push_back("no price for " + items[why] + ": " + why);
}

Money share(Money total, std::int64_t parts) { return Money::from_cents((total.cents() + parts / 2) / parts); }

}  // namespace

std::optional<Spread<Money>> BillOfMaterials::per_endpoint(const BillTotal<Money>& cost) const {
  if (!cost.sum || endpoints < 1) return std::nullopt;
  return Spread<Money>{.low = share(cost.sum->low, endpoints),
                       .used = share(cost.sum->used, endpoints),
                       .high = share(cost.sum->high, endpoints)};
}

BillOfMaterials bill(const topology::Topology& topology, const ClusterChoice& cluster, const PriceSheet& sheet) {
  BillOfMaterials bill =
      cluster.members.empty() ? lines_of(topology, cluster.spec, sheet) : lines_of_members(cluster, sheet);
  bill.prices = sheet.name;
  bill.endpoints = static_cast<std::int64_t>(topology.accelerators().size());
  add_notes(sheet, bill);
  add_totals(bill);
  return bill;
}

}  // namespace polyplane::sim
