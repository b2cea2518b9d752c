#include "sim/campaign/sweep_search.h"

#include <algorithm>
#include <map>

#include "base/check.h"
#include "base/random.h"

namespace polyplane::sim {
namespace {

constexpr std::uint64_t kStartStream = 0x5357454550ULL;  // "SWEEP"

class Descent {
 public:
  Descent(const std::vector<SearchAxis>& axes, const SweepSearch& search, const Evaluate& evaluate)
      : axes_(axes), search_(search), evaluate_(evaluate), starts_(search.seed, kStartStream) {
    for (const SearchAxis& axis : axes_) size_ *= axis.values;
    was_tried_.assign(size_, false);
  }

  SearchOutcome search() {
    std::optional<std::size_t> start = middle();
    while (start && left() > 0) {
      if (!descend(*start)) {
        outcome_.complete = false;
        break;
      }
      start = draw_start();
    }
    return std::move(outcome_);
  }

 private:
  [[nodiscard]] std::size_t left() const { return std::min(search_.budget, size_) - outcome_.tried.size(); }

  [[nodiscard]] std::size_t middle() const {
    std::size_t position = 0;
    for (const SearchAxis& axis : axes_) position = position * axis.values + axis.values / 2;
    return position;
  }

  /// Among those that were not tried.
  std::optional<std::size_t> draw_start() {
    const std::size_t untried = size_ - outcome_.tried.size();
    if (untried == 0) return std::nullopt;
    std::size_t skip = starts_.below(untried);
    for (std::size_t position = 0; position < size_; ++position) {
      if (!was_tried_[position] && skip-- == 0) return position;
    }
    check_failed("untried", "points that were not tried were miscounted");
  }

  [[nodiscard]] std::vector<std::size_t> neighbours(std::size_t position) const {
    std::vector<std::size_t> found;
    std::size_t stride = 1;
    for (std::size_t i = axes_.size(); i-- > 0;) {
      const std::size_t values = axes_[i].values;
      const std::size_t at = position / stride % values;
      for (std::size_t other = 0; other < values; ++other) {
        const std::size_t away = other > at ? other - at : at - other;
        if (away == 0 || (axes_[i].numbers && away > 1)) continue;
        found.push_back(position - at * stride + other * stride);
      }
      stride *= values;
    }
    std::ranges::sort(found);
    return found;
  }

  /// Runs those that are new, as far as the budget goes; false to stop.
  bool evaluate_new(const std::vector<std::size_t>& positions) {
    std::vector<std::size_t> fresh;
    for (const std::size_t position : positions) {
      if (!was_tried_[position] && fresh.size() < left()) fresh.push_back(position);
    }
    if (fresh.empty()) return true;
    const auto values = evaluate_(fresh);
    if (!values) return false;
    CHECK(values->size() == fresh.size(), "a search got another number of objectives than it asked for");
    for (std::size_t i = 0; i < fresh.size(); ++i) {
      was_tried_[fresh[i]] = true;
      outcome_.tried.push_back(fresh[i]);
      if (!(*values)[i]) continue;
      value_of_[fresh[i]] = *(*values)[i];
      if (!outcome_.best || better(fresh[i], *outcome_.best)) outcome_.best = fresh[i];
    }
    return true;
  }

  /// REQUIRES: `b` has a value.
  [[nodiscard]] bool better(std::size_t a, std::size_t b) const {
    const double of_a = value_of_.at(a), of_b = value_of_.at(b);
    return of_a < of_b || (of_a == of_b && a < b);
  }

  bool descend(std::size_t from) {
    if (!evaluate_new({from})) return false;
    std::size_t here = from;
    while (left() > 0) {
      const std::vector<std::size_t> around = neighbours(here);
      if (!evaluate_new(around)) return false;
      std::optional<std::size_t> best;
      for (const std::size_t position : around) {
        if (value_of_.contains(position) && (!best || better(position, *best))) best = position;
      }
      const bool progress = best && (!value_of_.contains(here) || value_of_.at(*best) < value_of_.at(here));
      if (!progress) return true;
      here = *best;
    }
    return true;
  }

  const std::vector<SearchAxis>& axes_;
  const SweepSearch& search_;
  const Evaluate& evaluate_;
  RandomStream starts_;
  std::size_t size_ = 1;
  std::vector<bool> was_tried_;
  std::map<std::size_t, double> value_of_;  // by position
  SearchOutcome outcome_;
};

template <class Unit>
std::optional<double> number(const std::optional<Unit>& figure, std::int64_t (Unit::*count)() const) {
  return figure ? std::optional(static_cast<double>(((*figure).*count)())) : std::nullopt;
}

std::optional<double> times(const std::optional<double>& figure, Duration time) {
  return figure ? std::optional(*figure * static_cast<double>(time.ps())) : std::nullopt;
}

}  // namespace

const std::vector<std::string>& search_objectives() {
  static const std::vector<std::string> kNames{"cost",        "cost_time",    "power", "power_time",
                                               "system_cost", "system_power", "time"};
  return kNames;
}

std::optional<double> objective_of(const std::string& minimise, const SweepResult& result) {
  if (!result.done()) return std::nullopt;
  if (minimise == "time") return static_cast<double>(result.time.ps());
  const std::optional<double> cost = number(result.figures.network_cost, &Money::cents);
  const std::optional<double> power = number(result.figures.network_power, &Power::milliwatts);
  if (minimise == "cost") return cost;
  if (minimise == "cost_time") return times(cost, result.time);
  if (minimise == "power") return power;
  if (minimise == "power_time") return times(power, result.time);
  if (minimise == "system_cost") return number(result.figures.system_cost, &Money::cents);
  CHECK(minimise == "system_power", "no objective is called " + minimise);
  return number(result.figures.system_power, &Power::milliwatts);
}

SearchOutcome search_grid(const std::vector<SearchAxis>& axes, const SweepSearch& search, const Evaluate& evaluate) {
  return Descent(axes, search, evaluate).search();
}

}  // namespace polyplane::sim
