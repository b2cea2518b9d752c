// Progressive filling as textbooks and most simulators have it: a std::set of links by fair share, the lowest taken out, its
// flows frozen, the shares of their links put in again. Slow and plain; one truth for tests of the solver, and the measure
// of its speed.
#pragma once

#include <cstddef>
#include <vector>

namespace polyplane::oracle {

struct WeightedHop {
  std::size_t link;
  double weight = 1;
};

/// Max-min fair rates of flows over links, each flow on at least one, each link at most once a flow.
[[nodiscard]] std::vector<double> textbook_max_min(const std::vector<double>& capacities,
                                                   const std::vector<std::vector<WeightedHop>>& flows);

}  // namespace polyplane::oracle
