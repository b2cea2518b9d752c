#include "sim/campaign/sweep_search.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "base/random.h"

namespace polyplane::sim {
namespace {

using testing::ElementsAre;
using Objective = std::function<std::optional<double>(std::size_t)>;

SearchOutcome search(const std::vector<SearchAxis>& axes, const SweepSearch& how, const Objective& objective,
                     std::vector<std::size_t>* batches = nullptr) {
  return search_grid(axes, how, [&](std::span<const std::size_t> positions) {
    if (batches != nullptr) batches->push_back(positions.size());
    std::optional<std::vector<std::optional<double>>> values(std::in_place);
    for (const std::size_t position : positions) values->push_back(objective(position));
    return values;
  });
}

TEST(SweepSearch, WalksDownARow) {
  // Nine numbers, the least at 7. From the middle, 4: 3 and 5, then 6, then 7, then 8; no better one is left.
  const SearchOutcome found = search({{.values = 9, .numbers = true}}, {.minimise = "time", .budget = 6, .seed = 0},
                                     [](std::size_t at) { return std::abs(static_cast<double>(at) - 7); });
  EXPECT_THAT(found.tried, ElementsAre(4, 3, 5, 6, 7, 8));
  EXPECT_EQ(found.best, 7U);
  EXPECT_TRUE(found.complete);
}

TEST(SweepSearch, TextsAreAllNeighbours) {
  std::vector<std::size_t> batches;
  const SearchOutcome found = search(
      {{.values = 5, .numbers = false}}, {.minimise = "time", .budget = 5, .seed = 0},
      [](std::size_t at) { return at == 4 ? 0.0 : 1.0; }, &batches);
  EXPECT_THAT(found.tried, ElementsAre(2, 0, 1, 3, 4));
  EXPECT_THAT(batches, ElementsAre(1, 4));
  EXPECT_EQ(found.best, 4U);
}

TEST(SweepSearch, AWholeBudgetIsTheWholeGridOnce) {
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    const std::vector<SearchAxis> axes{
        {.values = 3, .numbers = false}, {.values = 4, .numbers = true}, {.values = 2, .numbers = true}};
    const auto objective = [&](std::size_t at) -> std::optional<double> {
      if (at % 7 == 3) return std::nullopt;  // failed
      return static_cast<double>(random_bits(seed, at, 0) % 10);
    };
    const SearchOutcome found = search(axes, {.minimise = "time", .budget = 100, .seed = seed}, objective);
    const std::set<std::size_t> distinct(found.tried.begin(), found.tried.end());
    EXPECT_EQ(found.tried.size(), 24U);
    EXPECT_EQ(distinct.size(), 24U);
    // The oracle: all of them, the lowest position among equals.
    std::optional<std::size_t> best;
    for (std::size_t at = 0; at < 24; ++at) {
      if (objective(at) && (!best || *objective(at) < *objective(*best))) best = at;
    }
    EXPECT_EQ(found.best, best) << "seed " << seed;
  }
}

TEST(SweepSearch, TheSameTrailWithMoreBudgetGoesOn) {
  const std::vector<SearchAxis> axes{{.values = 20, .numbers = true}, {.values = 20, .numbers = true}};
  const auto objective = [](std::size_t at) {
    return std::optional(static_cast<double>(random_bits(1, at, 2) % 1000));
  };
  const SearchOutcome less = search(axes, {.minimise = "time", .budget = 30, .seed = 5}, objective);
  const SearchOutcome more = search(axes, {.minimise = "time", .budget = 90, .seed = 5}, objective);
  ASSERT_EQ(less.tried.size(), 30U);
  ASSERT_EQ(more.tried.size(), 90U);
  // All but the last batch, which the budget may have cut.
  EXPECT_TRUE(std::equal(less.tried.begin(), less.tried.begin() + 26, more.tried.begin()));
  const SearchOutcome other = search(axes, {.minimise = "time", .budget = 90, .seed = 6}, objective);
  EXPECT_NE(other.tried, more.tried);
}

TEST(SweepSearch, NothingHasTheFigure) {
  const SearchOutcome found = search({{.values = 3, .numbers = true}}, {.minimise = "cost", .budget = 9, .seed = 0},
                                     [](std::size_t) { return std::optional<double>(); });
  EXPECT_EQ(found.tried.size(), 3U);
  EXPECT_FALSE(found.best);
}

TEST(SweepSearch, StopsWhenTold) {
  int calls = 0;
  const SearchOutcome found =
      search_grid({{.values = 9, .numbers = true}}, {.minimise = "time", .budget = 9, .seed = 0},
                  [&](std::span<const std::size_t> positions) -> std::optional<std::vector<std::optional<double>>> {
                    if (++calls == 2) return std::nullopt;
                    return std::vector<std::optional<double>>(positions.size(), 1.0);
                  });
  EXPECT_FALSE(found.complete);
  EXPECT_THAT(found.tried, ElementsAre(4));
}

TEST(SweepSearch, Objectives) {
  SweepResult result;
  result.time = Duration::from_ps(1000);
  result.figures.network_cost = Money::from_cents(50);
  EXPECT_EQ(objective_of("time", result), 1000.0);
  EXPECT_EQ(objective_of("cost", result), 50.0);
  EXPECT_EQ(objective_of("cost_time", result), 50000.0);
  EXPECT_EQ(objective_of("power", result), std::nullopt);
  EXPECT_EQ(objective_of("power_time", result), std::nullopt);
  result.failure = SweepFailure::run;
  EXPECT_EQ(objective_of("time", result), std::nullopt);
}

}  // namespace
}  // namespace polyplane::sim
