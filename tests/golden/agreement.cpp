#include "tests/golden/agreement.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <string>

namespace polyplane::golden {
namespace {

std::int64_t whole_ps(const oracle::Rational& time_ps) { return oracle::round_up(time_ps); }
std::int64_t whole_ps(long double time_ps) { return static_cast<std::int64_t>(std::ceil(time_ps)); }

template <class Completions>
Truth truth(const oracle::Problem& problem, const Completions& exact, const Completions& on_clock) {
  const auto events = static_cast<std::int64_t>(2 * problem.flows.size() + problem.capacity_events.size());
  Truth result;
  for (std::size_t f = 0; f < exact.size(); ++f) {
    result.ends.emplace_back();
    result.tolerance_ps.push_back(0);
    if (!exact[f].has_value() || !on_clock[f].has_value()) continue;
    const std::int64_t end = whole_ps(*exact[f]);
    result.ends[f] = end;
    result.tolerance_ps[f] = std::max(events, end / 1'000'000'000) + std::abs(whole_ps(*on_clock[f]) - end);
  }
  return result;
}

}  // namespace

Truth exact_truth(const oracle::Problem& problem) {
  return truth(problem, oracle::solve_exactly(problem), oracle::solve_exactly(problem, oracle::Clock::picosecond));
}

Truth long_double_truth(const oracle::Problem& problem) {
  return truth(problem, oracle::solve_in_long_double(problem),
               oracle::solve_in_long_double(problem, oracle::Clock::picosecond));
}

void expect_agreement(const Ends& ends, const Truth& truth) {
  ASSERT_EQ(ends.size(), truth.ends.size());
  for (std::size_t f = 0; f < ends.size(); ++f) {
    ASSERT_EQ(ends[f].has_value(), truth.ends[f].has_value()) << "flow " << f;
    if (!ends[f].has_value()) continue;
    EXPECT_LE(std::abs(*ends[f] - *truth.ends[f]), truth.tolerance_ps[f])
        << "flow " << f << " ends at " << *ends[f] << " ps, in truth at " << *truth.ends[f] << " ps";
  }
}

std::uint64_t cases(std::uint64_t count) {
  const char* factor = std::getenv("POLYPLANE_CASES");
  return factor == nullptr ? count : count * std::stoull(factor);
}

}  // namespace polyplane::golden
