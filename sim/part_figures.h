// What the catalogue states of one part, as a bill of materials needs it. A part that the catalogue does not have (an
// imported fabric may name anything) states nothing.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "base/cost_units.h"
#include "base/units.h"
#include "sim/parts.h"
#include "sim/price_sheet.h"

namespace polyplane::sim {

struct PartFigures {
  UnitFigure<Money> price;
  // Typical where the part states it, else the most it draws; and the other way round.
  UnitFigure<Power> power, power_max;
};

struct SwitchFigures : PartFigures {
  bool power_with_optics = false, power_max_with_optics = false;
  std::optional<BitRate> capacity;  // all ports, one direction
};

enum class CableForm : std::uint8_t { unknown, transceiver, assembly, fibre, link };

/// Power is of one end.
struct CableFigures : PartFigures {
  CableForm form = CableForm::unknown;
  bool copper = false;
  std::optional<BitRate> rate;
};

struct AcceleratorFigures : PartFigures {
  bool price_holds_server = false, price_holds_nics = false;
};

[[nodiscard]] SwitchFigures switch_figures(const Parts& parts, const std::string& name);
[[nodiscard]] PartFigures nic_figures(const Parts& parts, const std::string& name);
[[nodiscard]] CableFigures cable_figures(const Parts& parts, const std::string& name);
[[nodiscard]] AcceleratorFigures accelerator_figures(const Parts& parts, const std::string& name);

}  // namespace polyplane::sim
