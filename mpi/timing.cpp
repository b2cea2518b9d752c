#include "mpi/timing.h"

#include <fmt/format.h>
#include <algorithm>
#include <array>
#include <cstdlib>
#include <utility>

#include "base/check.h"

namespace polyplane::mpi {
namespace {

/// Linear between neighbours. REQUIRES: ascending, not empty.
double quantile(const std::vector<double>& sorted, double part) {
  const double at = part * static_cast<double>(sorted.size() - 1);
  const auto below = static_cast<std::size_t>(at);
  const std::size_t above = std::min(below + 1, sorted.size() - 1);
  return sorted[below] + (at - static_cast<double>(below)) * (sorted[above] - sorted[below]);
}

}  // namespace

Timing summarise(std::vector<double> seconds) {
  CHECK(!seconds.empty(), "nothing was timed");
  std::sort(seconds.begin(), seconds.end());
  return {quantile(seconds, 0.5), quantile(seconds, 0.25), quantile(seconds, 0.75), seconds.front()};
}

Timing time_together(const Communicator& ranks, int warm_ups, int repetitions, const std::function<void()>& work) {
  std::vector<double> seconds;
  for (int i = 0; i < warm_ups + repetitions; ++i) {
    ranks.barrier();
    const double start = MPI_Wtime();
    work();
    const double end = MPI_Wtime();
    if (i >= warm_ups) seconds.push_back(end - start);
  }
  return summarise(ranks.max(std::move(seconds)));
}

std::string load_text() {
  std::array<double, 3> load{};
  if (getloadavg(load.data(), 3) != 3) return "load average not known";
  return fmt::format("load average {:.2f} {:.2f} {:.2f} (1, 5, 15 minutes)", load[0], load[1], load[2]);
}

}  // namespace polyplane::mpi
