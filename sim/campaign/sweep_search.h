// A search over the points of a sweep that runs few of them: descent to the best neighbour, from several starts.
//
// From a start all neighbours are run, then the best of them is gone to, until none is better than where one stands; then a
// point that was not run yet, drawn by the seed, is the next start. The first start is the middle of the grid. Neighbours
// differ in one variable: by one place in its list where its values are numbers, by any of the others where they are texts.
// Of equals the lower position is the better one, so the trail hangs on the results alone, not on who computed them when.
// Left out: what a budget cannot promise, that the best of all is found.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "sim/campaign/sweep_plan.h"
#include "sim/campaign/sweep_result.h"

namespace polyplane::sim {

struct SweepSearch {
  std::string minimise = "time";  // a name of search_objectives()
  std::size_t budget = 0;         // points
  std::uint64_t seed = 0;
  friend bool operator==(const SweepSearch&, const SweepSearch&) = default;
};

/// time, cost, system_cost, power, system_power, cost_time and power_time: the last two are products with the time.
[[nodiscard]] const std::vector<std::string>& search_objectives();

/// What is to be small; none where the point failed or the figure is unknown. REQUIRES: a name of search_objectives().
[[nodiscard]] std::optional<double> objective_of(const std::string& minimise, const SweepResult& result);

/// A variable as the search sees it.
struct SearchAxis {
  std::size_t values = 1;
  bool numbers = false;
};

struct SearchOutcome {
  std::vector<std::size_t> tried;   // positions, in the order in which they were asked for
  std::optional<std::size_t> best;  // none: no point has the figure
  bool complete = true;             // false: `evaluate` gave up
};

/// Of each position its objective, none where it has none. Absent as a whole: stop here.
using Evaluate =
    std::function<std::optional<std::vector<std::optional<double>>>(std::span<const std::size_t> positions)>;

[[nodiscard]] SearchOutcome search_grid(const std::vector<SearchAxis>& axes, const SweepSearch& search,
                                        const Evaluate& evaluate);

}  // namespace polyplane::sim
