#include "sim/fit/error_summary.h"

#include <algorithm>
#include <cmath>

namespace polyplane::sim {

ErrorSummary summarise(const std::vector<double>& log_errors) {
  ErrorSummary summary;
  summary.records = log_errors.size();
  if (log_errors.empty()) return summary;
  std::vector<double> sizes;
  for (const double error : log_errors) {
    sizes.push_back(std::abs(error));
    summary.bias += error;
    summary.rms += error * error;
    if (std::abs(error) > std::abs(summary.worst)) summary.worst = error;
  }
  std::ranges::sort(sizes);
  const std::size_t half = sizes.size() / 2;
  summary.median_abs = sizes.size() % 2 == 1 ? sizes[half] : (sizes[half - 1] + sizes[half]) / 2;
  summary.bias /= static_cast<double>(sizes.size());
  summary.rms = std::sqrt(summary.rms / static_cast<double>(sizes.size()));
  return summary;
}

}  // namespace polyplane::sim
