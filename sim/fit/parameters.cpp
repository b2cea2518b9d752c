#include "sim/fit/parameters.h"

#include <algorithm>
#include <cmath>

namespace polyplane::sim {
namespace {

using Kind = FitParameter::Kind;

constexpr std::int64_t kEfficiencyParts = 1000;

Duration ProtocolCosts::* cost_of(Kind kind) {
  switch (kind) {
    case Kind::launch:
      return &ProtocolCosts::launch;
    case Kind::step_scale_up:
      return &ProtocolCosts::step_scale_up;
    case Kind::step_scale_out:
      return &ProtocolCosts::step_scale_out;
    default:
      return &ProtocolCosts::message;
  }
}

double value_of(Efficiency efficiency) {
  return static_cast<double>(efficiency.numerator) / static_cast<double>(efficiency.denominator);
}

Duration scaled(Duration duration, double factor) {
  const std::int64_t ps = std::llround(static_cast<double>(duration.ps()) * factor);
  std::int64_t unit = 1;
  while (ps / unit >= 10'000) unit *= 10;
  return Duration::from_ps((ps + unit / 2) / unit * unit);
}

Efficiency scaled(Efficiency efficiency, double factor) {
  if (factor == 1) return efficiency;
  const std::int64_t parts = std::llround(value_of(efficiency) * factor * static_cast<double>(kEfficiencyParts));
  return {std::clamp(parts, std::int64_t{1}, kEfficiencyParts), kEfficiencyParts};
}

/// The first that is not zero; null where all are.
const ProtocolCosts* first_with(const Stack& stack, Duration ProtocolCosts::* cost) {
  for (const Protocol& protocol : stack.protocols) {
    for (const ProtocolCosts& costs : protocol.costs) {
      if (costs.*cost > Duration()) return &costs;
    }
  }
  return nullptr;
}

void scale(Stack& stack, const FitParameter& parameter, double factor) {
  for (Protocol& protocol : stack.protocols) {
    if (parameter.kind == Kind::efficiency) {
      if (protocol.name != parameter.protocol) continue;
      protocol.efficiency = scaled(protocol.efficiency, factor);
      for (ProtocolCosts& costs : protocol.costs) {
        if (costs.efficiency) costs.efficiency = scaled(*costs.efficiency, factor);
      }
      continue;
    }
    Duration ProtocolCosts::* const cost = cost_of(parameter.kind);
    for (ProtocolCosts& costs : protocol.costs) costs.*cost = scaled(costs.*cost, factor);
  }
}

}  // namespace

std::string FitParameter::name() const {
  switch (kind) {
    case Kind::launch:
      return "launch";
    case Kind::step_scale_up:
      return "step_scale_up";
    case Kind::step_scale_out:
      return "step_scale_out";
    case Kind::message:
      return "message";
    case Kind::efficiency:
      return "efficiency of " + protocol;
  }
  return "";
}

std::vector<FitParameter> fit_parameters(const Stack& stack) {
  std::vector<FitParameter> parameters;
  for (const Kind kind : {Kind::launch, Kind::step_scale_up, Kind::step_scale_out, Kind::message}) {
    if (first_with(stack, cost_of(kind)) != nullptr) parameters.push_back({.kind = kind, .protocol = {}});
  }
  for (const Protocol& protocol : stack.protocols) {
    parameters.push_back({.kind = Kind::efficiency, .protocol = protocol.name, .most = 1});
  }
  return parameters;
}

Stack with_factors(const Stack& stack, const std::vector<FitParameter>& parameters,
                   const std::vector<double>& factors) {
  Stack changed = stack;
  for (std::size_t i = 0; i < parameters.size(); ++i) scale(changed, parameters[i], factors[i]);
  return changed;
}

double example_value(const Stack& stack, const FitParameter& parameter, double factor) {
  if (parameter.kind == Kind::efficiency) {
    const auto protocol = std::ranges::find(stack.protocols, parameter.protocol, &Protocol::name);
    return value_of(scaled(protocol->efficiency, factor));
  }
  Duration ProtocolCosts::* const cost = cost_of(parameter.kind);
  return static_cast<double>(scaled(first_with(stack, cost)->*cost, factor).ps());
}

}  // namespace polyplane::sim
