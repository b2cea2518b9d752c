// How far predictions are from measurements: errors are ln(simulated / measured), so that twice and half weigh the same.
#pragma once

#include <cstddef>
#include <vector>

namespace polyplane::sim {

struct ErrorSummary {
  std::size_t records = 0;
  double median_abs = 0;  // of |error|
  double rms = 0;         // root of the mean square
  double bias = 0;        // mean: above 0, simulated too slow
  double worst = 0;       // the error of largest magnitude, with its sign
};

/// All zero without errors.
[[nodiscard]] ErrorSummary summarise(const std::vector<double>& log_errors);

}  // namespace polyplane::sim
