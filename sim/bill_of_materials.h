// The bill of materials: what a cluster is made of, what each piece costs and draws, and what nobody published.
//
//   network   scale-out switches, cables, transceivers and NICs; scale-up switches and cables that leave a node
//   nodes     accelerators, with the servers where the price sheet prices servers
//   system    both
//
// A price or a wattage that no source states makes every total over it unknown, with a name in `missing`; it is never
// taken as zero. What was bought counts, so failed devices and links are in the bill. Left out: hosts' CPUs, memory and
// fans, racks, cooling, software, labour.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/cost_units.h"
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
  // Of one piece; absent when unknown, or when `no_price` (or `no_power`) says why there is none to add.
  std::optional<Spread<Money>> price;
  std::optional<Spread<Power>> power, power_max;
  std::string no_price, no_power;          // "in the price of a node"
  std::string price_source, power_source;  // source, date, confidence
};

/// A total is known when nothing is missing. `missing` names each unknown once: "price of nvswitch-4".
template <class Unit>
struct BillTotal {
  std::optional<Spread<Unit>> sum;
  std::vector<std::string> missing;
};

struct BillOfMaterials {
  std::string prices;  // name of the sheet
  std::int64_t endpoints = 0;
  std::vector<BillLine> lines;  // network first
  BillTotal<Money> network_cost, system_cost;
  BillTotal<Power> network_power, system_power;          // typical, where a part states it, else the most it draws
  BillTotal<Power> network_power_max, system_power_max;  // the most, where a part states it, else typical
  std::vector<std::string> notes;                        // what the sheet leaves out or assumes

  /// `cost` shared by the accelerators.
  [[nodiscard]] std::optional<Spread<Money>> per_endpoint(const BillTotal<Money>& cost) const;
};

/// `topology` is built from `cluster`, faults or not. Throws InputError for a part that the catalogue does not have.
[[nodiscard]] BillOfMaterials bill(const topology::Topology& topology, const ClusterChoice& cluster,
                                   const PriceSheet& sheet);

}  // namespace polyplane::sim
