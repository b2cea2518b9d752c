// A bill of materials for people.
#pragma once

#include <string>

#include "sim/bill_of_materials.h"

namespace polyplane::cli {

/// One line each: "8,698,880 USD for the network (4,247.50 USD an endpoint), ...", or n/a and what is missing.
[[nodiscard]] std::string cost_text(const sim::BillOfMaterials& bill);
[[nodiscard]] std::string power_text(const sim::BillOfMaterials& bill);

/// The table of all lines, then totals, lengths, what is missing, notes and sources.
[[nodiscard]] std::string bill_text(const sim::BillOfMaterials& bill);

/// 1234567.5 with 2 decimals is "1,234,567.50".
[[nodiscard]] std::string grouped(double value, int decimals);

}  // namespace polyplane::cli
