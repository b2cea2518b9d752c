#include "cli/fit_text.h"

#include <fmt/format.h>

#include <cmath>

#include "base/suggest.h"
#include "cli/text_table.h"
#include "sim/cluster_graph.h"
#include "sim/simulation.h"

namespace polyplane::cli {
namespace {

using sim::ErrorSummary;
using sim::FittedParameter;

bool is_time(const FittedParameter& parameter) {
  return parameter.parameter.kind != sim::FitParameter::Kind::efficiency;
}

std::string value_text(const FittedParameter& parameter, double value) {
  if (!is_time(parameter)) return fmt::format("{:.3f}", value);
  return fmt::format("{:.4g} us", value / 1e6);
}

std::string interval_text(const FittedParameter& parameter) {
  if (!parameter.determined) return "no measurement depends on it";
  if (!parameter.low) return "not to be told from the others";
  return value_text(parameter, *parameter.low) + " to " + value_text(parameter, *parameter.high);
}

/// An error of the logarithm as a factor: 0.1 is 1.11.
std::string factor_text(double log_error) { return fmt::format("{:.2f}", std::exp(log_error)); }

void add_part(TextTable& table, const std::string& part, const std::string& stack, const ErrorSummary& errors) {
  table.add({"  " + part, stack, std::to_string(errors.records), factor_text(errors.median_abs),
             factor_text(errors.rms), factor_text(errors.bias), factor_text(errors.worst)});
}

std::string series_text(const sim::MeasurementSeries& series) {
  return fmt::format("{}: {} on {} ranks, {}, {} rows", printable(series.file), to_string(series.collective),
                     series.ranks, series.tool, series.rows.size());
}

std::string parameters_text(const sim::Fitted& fitted) {
  using enum TextTable::Align;
  TextTable table({left, right, right, right, left});
  table.add({"# parameter", "base", "fitted", "factor", "95 % confidence"});
  for (const FittedParameter& parameter : fitted.parameters) {
    table.add({"  " + printable(parameter.parameter.name()), value_text(parameter, parameter.base),
               value_text(parameter, parameter.value), fmt::format("{:.3f}", parameter.factor),
               interval_text(parameter)});
  }
  return table.text();
}

std::string errors_text(const sim::Fitted& fitted) {
  using enum TextTable::Align;
  TextTable table({left, left, right, right, right, right, right});
  table.add({"# measurements", "stack", "records", "median", "rms", "mean", "worst"});
  add_part(table, "fit", "base", fitted.fit_before);
  add_part(table, "fit", "fitted", fitted.fit);
  add_part(table, "test (held out)", "base", fitted.test_before);
  add_part(table, "test (held out)", "fitted", fitted.test);
  return table.text();
}

std::string rows_text(const sim::FitRequest& request, const sim::Fitted& fitted) {
  using enum TextTable::Align;
  TextTable table({left, right, left, right, right, right, left});
  table.add({"# collective", "size (B)", "part", "measured (us)", "simulated (us)", "factor", "algorithm/protocol"});
  for (const sim::FitRow& row : fitted.rows) {
    table.add({"  " + std::string(to_string(request.series[row.series].series.collective)),
               std::to_string(row.measured.size.count()), row.held_out ? "test" : "fit",
               fmt::format("{:.2f}", row.measured.time.microseconds()), fmt::format("{:.2f}", row.after.microseconds()),
               factor_text(row.error()), row.algorithm + "/" + printable(row.protocol)});
  }
  return table.text();
}

}  // namespace

std::string fit_text(const sim::FitRequest& request, const sim::Fitted& fitted, bool verbose) {
  const sim::Experiment& experiment = request.experiment;
  std::string text = fmt::format("# cluster {}; model {}, routing {}, algorithm {}; base stack {}, {} evaluations\n",
                                 printable(sim::name_of(experiment.cluster)), experiment.model, experiment.routing.name,
                                 request.algorithm, printable(experiment.stack.name), fitted.evaluations);
  for (const sim::PlacedSeries& placed : request.series) text += "# " + series_text(placed.series) + "\n";
  if (fitted.passed_over > 0) {
    text += fmt::format("# {} row{} passed over: nothing is left once each rank's share is cut to whole 16 bytes\n",
                        fitted.passed_over, fitted.passed_over == 1 ? "" : "s");
  }
  text += parameters_text(fitted) + errors_text(fitted);
  text += "# errors are factors, simulated over measured: 1.10 is 10 % too slow; median and rms without direction\n";
  if (verbose) text += rows_text(request, fitted);
  for (const std::string& line : sim::assumptions_of(experiment)) text += "# assumed: " + printable(line) + "\n";
  return text;
}

std::vector<std::string> fit_comments(const sim::FitRequest& request, const sim::Fitted& fitted) {
  std::vector<std::string> lines;
  lines.push_back("Fitted by polyplane fit on cluster " + sim::name_of(request.experiment.cluster) + ", from stack " +
                  request.experiment.stack.name + ".");
  for (const sim::PlacedSeries& placed : request.series) lines.push_back("  " + series_text(placed.series));
  for (const FittedParameter& parameter : fitted.parameters) {
    lines.push_back(fmt::format("  {} x {:.3f} (95 %: {})", parameter.parameter.name(), parameter.factor,
                                interval_text(parameter)));
  }
  const auto part = [&](const char* name, const ErrorSummary& errors) {
    lines.push_back(fmt::format("  {}: {} records, median factor {}, rms {}, mean {}, worst {}", name, errors.records,
                                factor_text(errors.median_abs), factor_text(errors.rms), factor_text(errors.bias),
                                factor_text(errors.worst)));
  };
  part("fitted to", fitted.fit);
  part("held out", fitted.test);
  return lines;
}

}  // namespace polyplane::cli
