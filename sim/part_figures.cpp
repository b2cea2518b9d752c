#include "sim/part_figures.h"

#include <algorithm>
#include <vector>

#include "sim/load_prices.h"

namespace polyplane::sim {
namespace {

bool has(const std::vector<std::string>& names, const std::string& name) {
  return std::ranges::binary_search(names, name);
}

UnitFigure<Power> power_figure(const v1::Quantity& figure, const v1::Provenance& part) {
  return {.one = power_of(figure), .nothing_because = {}, .source = source_text(figure, part)};
}

template <class Part>
UnitFigure<Money> price_figure(const Part& part) {
  if (!part.has_price()) return {};
  return {.one = money_of(part.price()), .nothing_because = {}, .source = source_text(part.price(), part.provenance())};
}

/// One figure of power for both.
template <class Figures>
void set_power(Figures& figures, const v1::Quantity& figure, const v1::Provenance& part) {
  figures.power = figures.power_max = power_figure(figure, part);
}

CableForm form_of(v1::Cable::Form form) {
  switch (form) {
    case v1::Cable::transceiver:
      return CableForm::transceiver;
    case v1::Cable::assembly:
      return CableForm::assembly;
    case v1::Cable::fibre:
      return CableForm::fibre;
    case v1::Cable::link:
      return CableForm::link;
    default:
      return CableForm::unknown;
  }
}

}  // namespace

SwitchFigures switch_figures(const Parts& parts, const std::string& name) {
  SwitchFigures figures;
  if (!has(parts.switches(), name)) return figures;
  const v1::Switch part = parts.network_switch(name);
  figures.price = price_figure(part);
  if (part.has_capacity()) figures.capacity = parse_bit_rate(part.capacity().value());
  const bool typical = part.has_power_typical(), most = part.has_power_max();
  if (!typical && !most) return figures;
  if (part.power_of_chip()) {
    figures.power.source = figures.power_max.source = "only that of its chip is known";
    return figures;
  }
  figures.power = power_figure(typical ? part.power_typical() : part.power_max(), part.provenance());
  figures.power_max = power_figure(most ? part.power_max() : part.power_typical(), part.provenance());
  figures.power_with_optics = typical ? part.power_typical_with_optics() : part.power_max_with_optics();
  figures.power_max_with_optics = most ? part.power_max_with_optics() : part.power_typical_with_optics();
  return figures;
}

PartFigures nic_figures(const Parts& parts, const std::string& name) {
  PartFigures figures;
  if (!has(parts.nics(), name)) return figures;
  const v1::Nic part = parts.nic(name);
  if (part.integrated()) {
    const std::string where = "part of the accelerator";
    figures.price.nothing_because = figures.power.nothing_because = figures.power_max.nothing_because = where;
    return figures;
  }
  figures.price = price_figure(part);
  if (part.has_power()) set_power(figures, part.power(), part.provenance());
  return figures;
}

CableFigures cable_figures(const Parts& parts, const std::string& name) {
  CableFigures figures;
  if (!has(parts.cables(), name)) return figures;
  const v1::Cable part = parts.cable(name);
  figures.form = form_of(part.form());
  figures.copper = part.medium().find("copper") != std::string::npos;
  figures.price = price_figure(part);
  if (part.has_power_per_end()) set_power(figures, part.power_per_end(), part.provenance());
  if (part.has_rate()) figures.rate = parse_bit_rate(part.rate().value());
  return figures;
}

AcceleratorFigures accelerator_figures(const Parts& parts, const std::string& name) {
  AcceleratorFigures figures;
  if (!has(parts.accelerators(), name)) return figures;
  const v1::Accelerator part = parts.accelerator(name);
  figures.price = price_figure(part);
  if (part.has_power()) set_power(figures, part.power(), part.provenance());
  figures.price_holds_server = part.price_scope() != v1::Accelerator::card;
  figures.price_holds_nics = part.price_scope() == v1::Accelerator::server_with_nics;
  return figures;
}

}  // namespace polyplane::sim
