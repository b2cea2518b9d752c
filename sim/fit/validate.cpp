#include "sim/fit/validate.h"

#include <algorithm>
#include <cmath>
#include <mutex>

#include "base/error.h"
#include "base/parallel.h"
#include "sim/cluster_nodes.h"
#include "sim/fit/first_cards.h"
#include "sim/fit/predictor.h"
#include "sim/simulation.h"

namespace polyplane::sim {
namespace {

constexpr Bytes kSmall{64 << 10}, kMedium{16 << 20};

void sum_up(ValidatedSystem& validated) {
  std::array<std::vector<double>, kSizeClasses> errors;
  std::vector<double> all;
  for (const ValidatedRow& row : validated.rows) {
    errors[static_cast<std::size_t>(size_class(row.measured.size))].push_back(row.error());
    all.push_back(row.error());
  }
  for (std::size_t i = 0; i < kSizeClasses; ++i) validated.by_size[i] = summarise(errors[i]);
  validated.all = summarise(all);
}

}  // namespace

SizeClass size_class(Bytes size) {
  if (size <= kSmall) return SizeClass::small;
  return size <= kMedium ? SizeClass::medium : SizeClass::large;
}

double ValidatedRow::error() const {
  const double least = std::max(1.0, static_cast<double>(simulated.ps()));
  return std::log(least / static_cast<double>(measured.time.ps()));
}

ValidatedSystem validate(MeasuredSystem system, const Catalog& catalog, const ValidateOptions& options) {
  ValidatedSystem validated;
  Experiment experiment;
  experiment.cluster = catalog.cluster(system.cluster);
  experiment.stack = catalog.stack(options.stack.value_or(system.stack));
  experiment.routing.name = experiment.cluster.spec.default_routing;
  experiment.model = options.model;
  validated.stack = experiment.stack.name;
  validated.assumed = system.assumed;
  for (const std::string& line : assumptions_of(experiment)) validated.assumed.push_back(line);

  Predictor predictor(experiment, options.threads, options.max_memory, options.stop);
  const std::vector<std::uint32_t> per_node = cards_per_node(experiment.cluster);
  std::vector<std::size_t> teams;
  std::vector<PredictedWork> works;
  for (std::size_t s = 0; s < system.series.size(); ++s) {
    const SystemSeries& given = system.series[s];
    std::size_t team = 0;
    try {
      team = predictor.add_team(first_cards(per_node, given.series.ranks, given.series.ranks_per_node));
    } catch (const InputError& error) { throw InputError(system.name + ": " + error.what()); }
    for (const Measurement& measured : given.series.rows) {
      const PredictedWork work{given.series.collective, measured.size, given.series.datatype, given.algorithm,
                               given.protocol};
      if (predictor.rounded_size(team, work) == Bytes(0)) continue;
      validated.rows.push_back({.series = s, .measured = measured, .algorithm = {}, .protocol = {}});
      teams.push_back(team);
      works.push_back(work);
    }
  }
  std::mutex mutex;
  std::size_t done = 0;
  parallel_for(
      works.size(), options.threads,
      [&](std::size_t i) {
        Prediction prediction = predictor.predict(teams[i], works[i], experiment.stack);
        const std::lock_guard lock(mutex);
        validated.rows[i].simulated = prediction.time;
        validated.rows[i].algorithm = std::move(prediction.algorithm);
        validated.rows[i].protocol = std::move(prediction.protocol);
        if (options.on_row) options.on_row(++done);
      },
      options.stop);
  if (options.stop && options.stop()) throw Interrupted{};
  validated.system = std::move(system);
  sum_up(validated);
  return validated;
}

ValidationTotal total_of(const std::vector<ValidatedSystem>& systems) {
  ValidationTotal total;
  std::array<std::size_t, kSizeClasses> counted{};
  for (const ValidatedSystem& validated : systems) {
    total.systems += 1;
    total.fitted += validated.system.fitted ? 1 : 0;
    total.records += validated.all.records;
    total.bias += validated.all.bias;
    if (std::abs(validated.all.worst) > std::abs(total.worst)) total.worst = validated.all.worst;
    for (std::size_t i = 0; i < kSizeClasses; ++i) {
      if (validated.by_size[i].records == 0) continue;
      total.median_abs[i] = total.median_abs[i].value_or(0) + validated.by_size[i].median_abs;
      ++counted[i];
    }
  }
  if (total.systems > 0) total.bias /= static_cast<double>(total.systems);
  for (std::size_t i = 0; i < kSizeClasses; ++i) {
    if (counted[i] > 0) *total.median_abs[i] /= static_cast<double>(counted[i]);
  }
  return total;
}

}  // namespace polyplane::sim
