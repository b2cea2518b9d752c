#include "sim/fit/fit_stack.h"

#include <algorithm>
#include <cmath>

#include "base/error.h"
#include "base/parallel.h"
#include "sim/fit/confidence.h"
#include "sim/fit/minimise.h"
#include "sim/fit/predictor.h"
#include "sim/simulation.h"

namespace polyplane::sim {
namespace {

constexpr double kProbe = 0.25;           // of the logarithm: does anything depend on a parameter?
constexpr double kDerivativeStep = 0.04;  // of the logarithm: far above the rounding of values

double log_ratio(Duration simulated, Duration measured) {
  // A simulated time of zero is an error without bound; a picosecond stands for it.
  const double least = std::max(1.0, static_cast<double>(simulated.ps()));
  return std::log(least / static_cast<double>(measured.ps()));
}

/// Every second size of a series, from the second.
std::vector<Bytes> held_out_sizes(const MeasurementSeries& series) {
  std::vector<Bytes> sizes;
  for (const Measurement& row : series.rows) sizes.push_back(row.size);
  std::ranges::sort(sizes);
  sizes.erase(std::unique(sizes.begin(), sizes.end()), sizes.end());
  std::vector<Bytes> held;
  for (std::size_t i = 1; i < sizes.size(); i += 2) held.push_back(sizes[i]);
  return held;
}

class Fitter {
 public:
  Fitter(const FitRequest& request, const FitOptions& options)
      : request_(request),
        options_(options),
        predictor_(request.experiment, options.threads, options.max_memory, options.stop) {
    for (std::size_t s = 0; s < request.series.size(); ++s) add_series(s);
    if (std::ranges::all_of(fitted_.rows, &FitRow::held_out))
      throw InputError("fit: there is no measurement to fit to");
  }

  Fitted run() {
    const std::vector<FitParameter> all = fit_parameters(base());
    std::vector<Prediction> before = predict_all(base());
    for (std::size_t i = 0; i < before.size(); ++i) fitted_.rows[i].before = before[i].time;
    find_active(all, before);
    std::vector<double> factors(all.size(), 1);
    if (!active_.empty()) optimise(all, factors);
    fitted_.stack = with_factors(base(), all, factors);
    const std::vector<Prediction> after = predict_all(fitted_.stack);
    for (std::size_t i = 0; i < after.size(); ++i) {
      fitted_.rows[i].after = after[i].time;
      fitted_.rows[i].algorithm = after[i].algorithm;
      fitted_.rows[i].protocol = after[i].protocol;
    }
    describe(all, factors);
    sum_up();
    return std::move(fitted_);
  }

 private:
  [[nodiscard]] const Stack& base() const { return request_.experiment.stack; }

  void add_series(std::size_t s) {
    const PlacedSeries& placed = request_.series[s];
    const std::size_t team = predictor_.add_team(placed.cards);
    const std::vector<Bytes> held = held_out_sizes(placed.series);
    for (const Measurement& row : placed.series.rows) {
      const PredictedWork work{placed.series.collective, row.size, placed.series.datatype, request_.algorithm,
                               request_.protocol};
      if (predictor_.rounded_size(team, work) == Bytes(0)) {
        ++fitted_.passed_over;
        continue;
      }
      FitRow fit_row{.series = s, .measured = row, .algorithm = {}, .protocol = {}};
      fit_row.held_out = std::ranges::binary_search(held, row.size);
      fitted_.rows.push_back(std::move(fit_row));
      teams_.push_back(team);
      works_.push_back(work);
    }
  }

  std::vector<Prediction> predict_all(const Stack& stack) {
    std::vector<Prediction> predictions(works_.size());
    predict_some(stack, predictions, [](const FitRow&) { return true; });
    return predictions;
  }

  template <class Wanted>
  void predict_some(const Stack& stack, std::vector<Prediction>& predictions, const Wanted& wanted) {
    parallel_for(
        works_.size(), options_.threads,
        [&](std::size_t i) {
          if (wanted(fitted_.rows[i])) predictions[i] = predictor_.predict(teams_[i], works_[i], stack);
        },
        [&] { return options_.stop && options_.stop(); });
    if (options_.stop && options_.stop()) throw Interrupted{};
    ++fitted_.evaluations;
    if (options_.on_progress) options_.on_progress(fitted_.evaluations);
  }

  /// Of the rows that are fitted to; the others are 0.
  std::vector<double> residuals(const Stack& stack) {
    std::vector<Prediction> predictions(works_.size());
    predict_some(stack, predictions, [](const FitRow& row) { return !row.held_out; });
    std::vector<double> errors;
    for (std::size_t i = 0; i < works_.size(); ++i) {
      if (!fitted_.rows[i].held_out) errors.push_back(log_ratio(predictions[i].time, fitted_.rows[i].measured.time));
    }
    return errors;
  }

  void find_active(const std::vector<FitParameter>& all, const std::vector<Prediction>& before) {
    for (std::size_t p = 0; p < all.size(); ++p) {
      std::vector<double> factors(all.size(), 1);
      factors[p] = all[p].most > 1 ? std::exp(kProbe) : std::exp(-kProbe);
      std::vector<Prediction> probed(works_.size());
      predict_some(with_factors(base(), all, factors), probed, [](const FitRow& row) { return !row.held_out; });
      for (std::size_t i = 0; i < works_.size(); ++i) {
        if (fitted_.rows[i].held_out || probed[i].time == before[i].time) continue;
        active_.push_back(p);
        break;
      }
    }
  }

  void optimise(const std::vector<FitParameter>& all, std::vector<double>& factors) {
    std::vector<double> start, least, most;
    for (const std::size_t p : active_) {
      start.push_back(0);
      least.push_back(std::log(all[p].least));
      most.push_back(std::log(all[p].most));
    }
    const auto stack_at = [&](const std::vector<double>& at) {
      std::vector<double> trial(all.size(), 1);
      for (std::size_t a = 0; a < active_.size(); ++a) trial[active_[a]] = std::exp(at[a]);
      return with_factors(base(), all, trial);
    };
    const auto squares = [&](const std::vector<double>& at) {
      double sum = 0;
      for (const double error : residuals(stack_at(at))) sum += error * error;
      return sum;
    };
    // A second search from the first one's end leaves ridges that the first mistook for the bottom.
    Minimised found = minimise(squares, start, least, most, {});
    found = minimise(squares, found.at, least, most, {.first_step = 0.1});
    for (std::size_t a = 0; a < active_.size(); ++a) factors[active_[a]] = std::exp(found.at[a]);

    const std::vector<double> at_best = residuals(stack_at(found.at));
    std::vector<std::vector<double>> jacobian(at_best.size(), std::vector<double>(active_.size()));
    for (std::size_t a = 0; a < active_.size(); ++a) {
      std::vector<double> up = found.at, down = found.at;
      up[a] = std::min(up[a] + kDerivativeStep, most[a]);
      down[a] = std::max(down[a] - kDerivativeStep, least[a]);
      const std::vector<double> above = residuals(stack_at(up)), below = residuals(stack_at(down));
      for (std::size_t i = 0; i < at_best.size(); ++i) jacobian[i][a] = (above[i] - below[i]) / (up[a] - down[a]);
    }
    widths_ = half_widths(jacobian, at_best);
  }

  void describe(const std::vector<FitParameter>& all, const std::vector<double>& factors) {
    for (std::size_t p = 0; p < all.size(); ++p) {
      FittedParameter parameter{.parameter = all[p]};
      parameter.base = example_value(base(), all[p], 1);
      parameter.value = example_value(base(), all[p], factors[p]);
      parameter.factor = factors[p];
      const auto place = std::ranges::find(active_, p);
      parameter.determined = place != active_.end();
      if (parameter.determined) {
        const auto width = widths_[static_cast<std::size_t>(place - active_.begin())];
        // An interval wider than the search looked says nothing.
        if (width && *width < std::log(all[p].most / all[p].least)) {
          parameter.low = parameter.value * std::exp(-*width);
          parameter.high = parameter.value * std::exp(*width);
          if (all[p].kind == FitParameter::Kind::efficiency) parameter.high = std::min(*parameter.high, 1.0);
        }
      }
      fitted_.parameters.push_back(std::move(parameter));
    }
  }

  void sum_up() {
    std::vector<double> errors[2], before[2];
    for (const FitRow& row : fitted_.rows) {
      errors[row.held_out ? 1 : 0].push_back(row.error());
      before[row.held_out ? 1 : 0].push_back(log_ratio(row.before, row.measured.time));
    }
    fitted_.fit = summarise(errors[0]);
    fitted_.test = summarise(errors[1]);
    fitted_.fit_before = summarise(before[0]);
    fitted_.test_before = summarise(before[1]);
  }

  const FitRequest& request_;
  const FitOptions& options_;
  Predictor predictor_;
  Fitted fitted_;
  std::vector<std::size_t> teams_;  // of each row
  std::vector<PredictedWork> works_;
  std::vector<std::size_t> active_;  // parameters that something depends on
  std::vector<std::optional<double>> widths_;
};

}  // namespace

double FitRow::error() const { return log_ratio(after, measured.time); }

Fitted fit_stack(const FitRequest& request, const FitOptions& options) { return Fitter(request, options).run(); }

}  // namespace polyplane::sim
