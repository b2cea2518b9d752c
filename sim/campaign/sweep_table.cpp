#include "sim/campaign/sweep_table.h"

#include <algorithm>
#include <map>

namespace polyplane::sim {
namespace {

using Results = std::map<std::string, SweepResult>;  // by key

void add_point(const SweepDescription& description, const Results& results, std::size_t position, SweepTable& table) {
  SweptPoint point{.position = position, .result = std::nullopt};
  if (const auto found = results.find(description.keys[position]); found != results.end()) {
    point.result = found->second;
    table.failed += found->second.done() ? 0 : 1;
    table.bugs += found->second.failure == SweepFailure::bug ? 1 : 0;
  } else {
    table.complete = false;
  }
  table.points.push_back(std::move(point));
}

/// The trail of the search once more, as far as its points have results.
SearchOutcome replay(const SweepDescription& description, const Results& results) {
  return search_grid(axes_of(description), *description.search, [&](std::span<const std::size_t> positions) {
    std::optional<std::vector<std::optional<double>>> values(std::in_place);
    for (const std::size_t position : positions) {
      const auto found = results.find(description.keys[position]);
      if (found == results.end()) return decltype(values)();
      values->push_back(objective_of(description.search->minimise, found->second));
    }
    return values;
  });
}

}  // namespace

std::vector<SearchAxis> axes_of(const SweepDescription& description) {
  std::vector<SearchAxis> axes;
  for (const SweepDescription::Variable& variable : description.variables) {
    const bool numbers =
        std::ranges::all_of(variable.values, [](const auto& value) { return value.number.has_value(); });
    axes.push_back({.values = variable.values.size(), .numbers = numbers});
  }
  return axes;
}

SweepTable table_of(SweepStore& store) {
  Results results;
  store.for_each(
      false, [&](const std::string& key, const SweepResult& result, const SweepRun&) { results.emplace(key, result); });
  SweepTable table;
  table.description = store.description();
  table.complete = true;
  const SweepDescription& description = table.description;
  if (description.search) {
    SearchOutcome outcome = replay(description, results);
    std::ranges::sort(outcome.tried);
    for (const std::size_t position : outcome.tried) add_point(description, results, position, table);
    table.best = outcome.best;
    table.complete = outcome.complete;
    return table;
  }
  for (std::size_t i = description.shard; i < description.keys.size(); i += description.shards) {
    add_point(description, results, i, table);
  }
  return table;
}

}  // namespace polyplane::sim
