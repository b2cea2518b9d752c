// How close the flow model must come to the oracle, and how many random cases to try.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "tests/oracle/max_min_oracle.h"

namespace polyplane::golden {

/// Completions in whole ps, rounded up; one per flow of the problem.
using Ends = std::vector<std::optional<std::int64_t>>;

/// The true completions, and how far each may be missed: max(1 ps for each start, end and capacity event, 1e-9 of the
/// time), and on top of it what ends on whole picoseconds do by themselves (oracle::Clock), which a low rate after a
/// high one multiplies.
struct Truth {
  Ends ends;
  std::vector<std::int64_t> tolerance_ps;
};
[[nodiscard]] Truth exact_truth(const oracle::Problem& problem);
[[nodiscard]] Truth long_double_truth(const oracle::Problem& problem);

/// Adds a GoogleTest failure for each flow that misses the truth.
void expect_agreement(const Ends& ends, const Truth& truth);

/// `count`, times POLYPLANE_CASES when that is set in the environment.
[[nodiscard]] std::uint64_t cases(std::uint64_t count);

}  // namespace polyplane::golden
