// The bill of materials: what a cluster is made of, what each piece costs and draws, and what nobody published.
//
//   network   scale-out switches, cables, transceivers and NICs; scale-up switches, and scale-up cables between nodes
//   nodes     accelerators; their price may hold the server around them (Accelerator.price_scope)
//   system    both; what the price of an accelerator holds already is not added again
//
// A price or a wattage that no source states makes every total over it unknown, with a name in `missing`; it is never
// taken as zero. What was bought counts, so failed devices and links are in the bill. Left out: hosts' CPUs, memory and
// fans unless the accelerator's price holds them, racks, cooling, software, labour.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/cost_units.h"
#include "base/length.h"
#include "sim/experiment.h"
#include "sim/price_sheet.h"
#include "topology/topology.h"

namespace polyplane::sim {

enum class BillSection : std::uint8_t { network, nodes };

struct BillLine {
  BillSection section = BillSection::network;
  std::string item;  // "leaf switch", "transceiver, leaf-spine", "NIC", "accelerator"
  std::string part;  // catalogue name; "" when the cluster names none
  std::int64_t count = 0;
  std::optional<Length> length;  // cables and fibres
  UnitFigure<Money> price;
  UnitFigure<Power> power, power_max;  // typical, where a part states it, else the most; and the other way round
  std::string in_node_price;           // why the system's cost does not add it: "in the price of nvidia-h100-sxm5"
};

/// A total is known when nothing is missing and at least one line has a figure. `missing` names each unknown once: "price of nvswitch-4".
template <class Unit>
struct BillTotal {
  std::optional<Spread<Unit>> sum;
  std::vector<std::string> missing;
};

/// Cables between boxes of one medium and up to one length: 3 m, 30 m, 100 m, 500 m, 2 km, 100 km.
struct LengthClass {
  std::string medium;           // "copper", "fibre", "not named"
  std::optional<Length> up_to;  // absent: no length is stated
  std::int64_t count = 0;
};

struct BillOfMaterials {
  std::string prices;  // name of the sheet
  std::int64_t endpoints = 0;
  std::vector<BillLine> lines;       // network first
  std::vector<LengthClass> lengths;  // copper first, then by length
  std::int64_t transceivers = 0;
  BillTotal<Money> network_cost, system_cost;
  BillTotal<Power> network_power, system_power;          // typical
  BillTotal<Power> network_power_max, system_power_max;  // the most
  std::vector<std::string> notes;  // what the sheet leaves out or assumes, and counts that are assumed

  /// Divided among the accelerators, to the nearest cent; absent when unknown or without accelerators.
  [[nodiscard]] std::optional<Spread<Money>> per_endpoint(const BillTotal<Money>& cost) const;
};

/// `topology` is built from `cluster`, faults or not. Throws InputError for a part that the catalogue does not have.
[[nodiscard]] BillOfMaterials bill(const topology::Topology& topology, const ClusterChoice& cluster,
                                   const PriceSheet& sheet);

}  // namespace polyplane::sim
