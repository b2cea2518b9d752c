// The few numbers of a stack that are fitted: factors on what it states.
//   launch          of all protocols and families together
//   step_scale_up, step_scale_out, message   likewise
//   efficiency P    payload over wire of protocol P, at most 1
// A cost that the stack states as zero everywhere cannot be scaled and is no parameter.
#pragma once

#include <string>
#include <vector>

#include "sim/stack.h"

namespace polyplane::sim {

struct FitParameter {
  enum class Kind { launch, step_scale_up, step_scale_out, message, efficiency };
  Kind kind = Kind::launch;
  std::string protocol;  // of an efficiency
  [[nodiscard]] std::string name() const;
  /// Of a factor.
  double least = 1.0 / 64, most = 64;
};

/// In a fixed order.
[[nodiscard]] std::vector<FitParameter> fit_parameters(const Stack& stack);

/// The stack with these factors, one each parameter. Durations are rounded to four digits, efficiencies to thousandths: what
/// a file of it says is what it is.
[[nodiscard]] Stack with_factors(const Stack& stack, const std::vector<FitParameter>& parameters,
                                 const std::vector<double>& factors);

/// "launch 8.4 us" of the first protocol and family that states one, times `factor`, for people and reports: the value in
/// picoseconds, or of an efficiency as such.
[[nodiscard]] double example_value(const Stack& stack, const FitParameter& parameter, double factor);

}  // namespace polyplane::sim
