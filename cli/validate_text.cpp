#include "cli/validate_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "base/suggest.h"
#include "cli/text_table.h"
#include "sim/csv_line.h"

namespace polyplane::cli {
namespace {

/// An error of the logarithm as a factor: 0.1 is 1.11.
std::string factor(double log_error) { return fmt::format("{:.2f}", std::exp(log_error)); }

std::string median(const sim::ErrorSummary& errors) { return errors.records > 0 ? factor(errors.median_abs) : "-"; }

std::string median(const std::optional<double>& mean) { return mean ? factor(*mean) : "-"; }

std::string rows_text(const sim::ValidatedSystem& validated) {
  using enum TextTable::Align;
  TextTable table({left, right, right, right, right, right, left});
  table.add({"# " + printable(validated.system.name), "ranks", "size (B)", "measured (us)", "simulated (us)", "factor",
             "algorithm/protocol"});
  for (const sim::ValidatedRow& row : validated.rows) {
    const sim::MeasurementSeries& series = validated.system.series[row.series].series;
    table.add({"  " + std::string(to_string(series.collective)), std::to_string(series.ranks),
               std::to_string(row.measured.size.count()), fmt::format("{:.2f}", row.measured.time.microseconds()),
               fmt::format("{:.2f}", row.simulated.microseconds()), factor(row.error()),
               row.algorithm + "/" + printable(row.protocol)});
  }
  return table.text();
}

}  // namespace

std::string validate_text(const std::vector<sim::ValidatedSystem>& systems, const std::string& model, bool verbose) {
  using enum TextTable::Align;
  TextTable table({left, left, left, left, right, right, right, right, right, right});
  table.add({"# system", "part", "cluster", "stack", "records", "<= 64 KiB", "<= 16 MiB", "larger", "mean", "worst"});
  for (const sim::ValidatedSystem& validated : systems) {
    table.add({"  " + printable(validated.system.name), validated.system.fitted ? "fit" : "test",
               printable(validated.system.cluster), printable(validated.stack), std::to_string(validated.all.records),
               median(validated.by_size[0]), median(validated.by_size[1]), median(validated.by_size[2]),
               factor(validated.all.bias), factor(validated.all.worst)});
  }
  const sim::ValidationTotal total = sim::total_of(systems);
  table.add({fmt::format("  mean of {} system{}", total.systems, total.systems == 1 ? "" : "s"), "", "", "",
             std::to_string(total.records), median(total.median_abs[0]), median(total.median_abs[1]),
             median(total.median_abs[2]), factor(total.bias), factor(total.worst)});
  std::string text = fmt::format("# published measurements, simulated with the {} model\n", model) + table.text();
  text +=
      "# errors are factors, simulated over measured: 1.10 is 10 % too slow; by size the median, without direction\n";
  text += total.fitted == 0
              ? "# nothing was fitted to any of these systems: all are test\n"
              : fmt::format("# part fit ({}): numbers of the stack were chosen to meet these times\n", total.fitted);
  std::vector<std::string> assumed;
  for (const sim::ValidatedSystem& validated : systems) {
    if (verbose) text += rows_text(validated);
    for (const std::string& line : validated.assumed) {
      if (std::ranges::find(assumed, line) == assumed.end()) assumed.push_back(line);
    }
  }
  for (const std::string& line : assumed) text += "# assumed: " + printable(line) + "\n";
  return text;
}

std::string validate_csv(const std::vector<sim::ValidatedSystem>& systems) {
  std::string text = "system,part,collective,ranks,size_bytes,measured_us,simulated_us,log_error,algorithm,protocol\n";
  for (const sim::ValidatedSystem& validated : systems) {
    for (const sim::ValidatedRow& row : validated.rows) {
      const sim::MeasurementSeries& series = validated.system.series[row.series].series;
      text += sim::CsvLine()
                  .text(validated.system.name)
                  .text(validated.system.fitted ? "fit" : "test")
                  .text(to_string(series.collective))
                  .number(series.ranks)
                  .number(row.measured.size.count())
                  .number(row.measured.time.microseconds())
                  .number(row.simulated.microseconds())
                  .number(row.error())
                  .text(row.algorithm)
                  .text(row.protocol)
                  .finish();
    }
  }
  return text;
}

}  // namespace polyplane::cli
