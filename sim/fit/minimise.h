// The least of a function of a few variables within bounds, without derivatives: Subplex (T. Rowan, "Functional stability
// analysis of numerical algorithms", 1990) as NLopt has it. No random numbers: the same calls, the same answer.
#pragma once

#include <cstddef>
#include <functional>
#include <vector>

namespace polyplane::sim {

struct Minimised {
  std::vector<double> at;
  double value = 0;
  std::size_t evaluations = 0;
};

struct MinimiseOptions {
  double first_step = 0.5;
  double tolerance = 1e-4;  // of each variable, absolute
  std::size_t most_evaluations = 2000;
};

/// From `start`, within [least, most] of each variable. What `function` throws comes through. REQUIRES: at least one
/// variable, start within the bounds.
[[nodiscard]] Minimised minimise(const std::function<double(const std::vector<double>&)>& function,
                                 std::vector<double> start, const std::vector<double>& least,
                                 const std::vector<double>& most, const MinimiseOptions& options);

}  // namespace polyplane::sim
