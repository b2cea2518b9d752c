#include <gtest/gtest.h>

#include <cmath>

#include "sim/fit/confidence.h"
#include "sim/fit/error_summary.h"
#include "sim/fit/minimise.h"

namespace polyplane::sim {
namespace {

TEST(ErrorSummary, HasMedianMeanAndWorst) {
  // |errors| sorted: 0.1 0.2 0.3 0.4; median (0.2 + 0.3) / 2; mean (0.1 - 0.2 + 0.3 - 0.4) / 4 = -0.05;
  // mean square (0.01 + 0.04 + 0.09 + 0.16) / 4 = 0.075.
  const ErrorSummary summary = summarise({0.1, -0.2, 0.3, -0.4});
  EXPECT_EQ(summary.records, 4U);
  EXPECT_DOUBLE_EQ(summary.median_abs, 0.25);
  EXPECT_NEAR(summary.bias, -0.05, 1e-15);
  EXPECT_DOUBLE_EQ(summary.rms, std::sqrt(0.075));
  EXPECT_DOUBLE_EQ(summary.worst, -0.4);
  EXPECT_DOUBLE_EQ(summarise({0.5, -0.1, 0.2}).median_abs, 0.2);
  EXPECT_EQ(summarise({}).records, 0U);
}

TEST(Confidence, IsThatOfTextbookRegression) {
  // y = a + b x at x = 0, 1, 2, 3, residuals 1, -1, -1, 1: s^2 = 4 / (4 - 2) = 2. J'J = [[4, 6], [6, 14]], determinant 20,
  // inverse [[14, -6], [-6, 4]] / 20. Half-widths t(2) sqrt(2 x 14 / 20) and t(2) sqrt(2 x 4 / 20), t(2) = 4.303.
  const std::vector<std::vector<double>> jacobian = {{1, 0}, {1, 1}, {1, 2}, {1, 3}};
  const auto widths = half_widths(jacobian, {1, -1, -1, 1});
  ASSERT_TRUE(widths[0] && widths[1]);
  EXPECT_NEAR(*widths[0], 4.303 * std::sqrt(1.4), 1e-12);
  EXPECT_NEAR(*widths[1], 4.303 * std::sqrt(0.4), 1e-12);
}

TEST(Confidence, IsSilentWhereThereIsNone) {
  // The third column is the sum of the others.
  const auto widths = half_widths({{1, 0, 1}, {0, 1, 1}, {1, 1, 2}, {1, 2, 3}}, {0.1, -0.1, 0.1, 0});
  EXPECT_TRUE(widths[0] && widths[1]);
  EXPECT_FALSE(widths[2]);
  const auto too_few = half_widths({{1, 0}, {0, 1}}, {0.1, 0.2});
  EXPECT_FALSE(too_few[0] || too_few[1]);
}

TEST(Confidence, KnowsTheTable) {
  EXPECT_DOUBLE_EQ(student_t95(1), 12.706);
  EXPECT_DOUBLE_EQ(student_t95(10), 2.228);
  EXPECT_DOUBLE_EQ(student_t95(30), 2.042);
  EXPECT_DOUBLE_EQ(student_t95(10'000), 1.980);
}

TEST(Minimise, FindsTheBottomOfACurvedValley) {
  // Rosenbrock's function, least 0 at (1, 1).
  const auto valley = [](const std::vector<double>& x) {
    return 100 * (x[1] - x[0] * x[0]) * (x[1] - x[0] * x[0]) + (1 - x[0]) * (1 - x[0]);
  };
  const Minimised found =
      minimise(valley, {-1.2, 1}, {-2, -2}, {2, 2}, {.tolerance = 1e-9, .most_evaluations = 20'000});
  EXPECT_NEAR(found.at[0], 1, 1e-3);
  EXPECT_NEAR(found.at[1], 1, 1e-3);
}

TEST(Minimise, StaysWithinBoundsAndRepeatsItself) {
  const auto slope = [](const std::vector<double>& x) { return -x[0] + x[1] * x[1]; };
  const Minimised once = minimise(slope, {0, 0.5}, {-1, -1}, {0.25, 1}, {});
  EXPECT_DOUBLE_EQ(once.at[0], 0.25);
  EXPECT_NEAR(once.at[1], 0, 1e-3);
  const Minimised again = minimise(slope, {0, 0.5}, {-1, -1}, {0.25, 1}, {});
  EXPECT_EQ(once.at, again.at);
  EXPECT_EQ(once.evaluations, again.evaluations);
}

TEST(Minimise, LetsExceptionsThrough) {
  const auto fails = [](const std::vector<double>&) -> double { throw std::runtime_error("stop"); };
  EXPECT_THROW(static_cast<void>(minimise(fails, {0}, {-1}, {1}, {})), std::runtime_error);
}

}  // namespace
}  // namespace polyplane::sim
