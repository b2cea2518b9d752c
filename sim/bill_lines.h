// The lines of a bill of one cluster that is not joined from others. Used by sim/bill_of_materials.cpp.
#pragma once

#include <string>
#include <vector>

#include "sim/bill_of_materials.h"
#include "topology/bill_of_materials.h"

namespace polyplane::sim {

/// What the price of an accelerator holds beside it; `holder` is "" when it holds nothing.
struct NodePrice {
  std::string holder;  // "in the price of nvidia-h100-sxm5"
  bool holds_nics = false;
};

/// All that lines are made from; nothing is owned.
struct BillSource {
  const topology::Topology& topology;
  const topology::Materials& materials;
  const topology::ClusterSpec& spec;
  const PriceSheet& sheet;
  NodePrice node_price;
};

[[nodiscard]] NodePrice node_price(const topology::Materials& materials, const PriceSheet& sheet);

/// What the sheet says of the piece, else `catalogue` where the sheet allows.
[[nodiscard]] UnitFigure<Money> priced(const PriceSheet& sheet, const Piece& piece, const UnitFigure<Money>& catalogue);

/// Switches, NICs and accelerators.
void add_device_lines(const BillSource& from, BillOfMaterials& bill);
/// Cables, transceivers, fibres; lengths and transceivers of the bill.
void add_cable_lines(const BillSource& from, BillOfMaterials& bill);

}  // namespace polyplane::sim
