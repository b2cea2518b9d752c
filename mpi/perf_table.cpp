#include "mpi/perf_table.h"

#include <fmt/format.h>
#include <google/protobuf/struct.pb.h>
#include <algorithm>
#include <cmath>

#include "base/suggest.h"
#include "base/utf8.h"
#include "cli/nccl_table.h"
#include "cli/version.h"
#include "configs/schema/write_json.h"
#include "sim/csv_line.h"

namespace polyplane::mpi {
namespace {

double microseconds(double seconds) { return seconds * 1e6; }

std::string percent(double part) { return fmt::format("{:.1f}", 100 * part); }

/// Of the rows that have both; none: 0.
double median_log_error(const std::vector<PerfRow>& rows) {
  std::vector<double> errors;
  for (const PerfRow& row : rows) {
    if (row.schedule.median <= 0 || row.simulated <= Duration()) continue;
    errors.push_back(std::abs(std::log(row.simulated.seconds() / row.schedule.median)));
  }
  return errors.empty() ? 0 : summarise(std::move(errors)).median;
}

double mean_busbw(const std::vector<PerfRow>& rows) {
  double sum = 0;
  for (const PerfRow& row : rows) sum += row.busbw_GBps();
  return rows.empty() ? 0 : sum / static_cast<double>(rows.size());
}

}  // namespace

double PerfRow::algbw_GBps() const {
  return schedule.median > 0 ? static_cast<double>(size.count()) / schedule.median / 1e9 : 0;
}

double PerfRow::error() const { return schedule.median > 0 ? simulated.seconds() / schedule.median - 1 : 0; }

std::string perf_header(const PerfFacts& facts) {
  std::string text = fmt::format("# polyplane-mpi version {}: {}, measured\n#\n", cli::kVersion, facts.collective);
  for (const std::string& line : facts.lines) text += "#  " + printable(line) + "\n";
  const auto titles = [](auto... title) {
    return fmt::format(
        "# {:>10}  {:>12}  {:>8}  {:>6}  {:>6}  {:>8}  {:>6}  {:>6}  {:>6}  {:>8}  {:>6}  {:>9}  {:>7}  {}\n",
        title...);
  };
  text += fmt::format("#\n# {:>50}  {:>32}  {:>16}\n", "", "----------- schedule -----------", facts.mpi_name);
  text += titles("size", "count", "type", "redop", "root", "time", "algbw", "busbw", "spread", "time", "spread",
                 "simulated", "error", "algorithm");
  return text +
         titles("(B)", "(elements)", "", "", "", "(us)", "(GB/s)", "(GB/s)", "(%)", "(us)", "(%)", "(us)", "(%)", "");
}

std::string perf_row(const PerfRow& row) {
  std::string algorithm = row.algorithm;
  if (row.channels > 0) algorithm += fmt::format(", {} channels", row.channels);
  if (row.slices > 0) algorithm += fmt::format(", {} slices", row.slices);
  return fmt::format("{:>12}  {:>12}  {:>8}  {:>6}  {:>6}  {}  {}  {}  {:>6}  {}  {:>6}  {}  {:>7}  {}\n",
                     row.size.count(), row.count, row.datatype, row.reduction, row.root,
                     cli::table_number(microseconds(row.schedule.median), 8), cli::table_number(row.algbw_GBps(), 6),
                     cli::table_number(row.busbw_GBps(), 6), percent(row.schedule.spread()),
                     cli::table_number(microseconds(row.mpi.median), 8), percent(row.mpi.spread()),
                     cli::table_number(row.simulated.microseconds(), 9), percent(row.error()), algorithm);
}

std::string perf_footer(const std::vector<PerfRow>& rows, const std::string& load) {
  const double median = median_log_error(rows);
  return fmt::format(
      "# Avg bus bandwidth    : {:.6g}\n# median |ln(simulated / measured)| over the sizes: {:.3f}, a factor of "
      "{:.2f}\n"
      "# {}\n",
      mean_busbw(rows), median, std::exp(median), load);
}

std::string perf_csv_header() {
  return "size_bytes,count,datatype,reduction,root,algorithm,channels,slices,schedule_us,schedule_low_us,"
         "schedule_high_us,schedule_shortest_us,algbw_GBps,busbw_GBps,mpi_us,mpi_low_us,mpi_high_us,mpi_shortest_us,"
         "simulated_us,error\n";
}

std::string perf_csv_row(const PerfRow& row) {
  sim::CsvLine line;
  line.number(row.size.count()).number(row.count).text(row.datatype).text(row.reduction).number(row.root);
  line.text(row.algorithm).number(row.channels).number(row.slices);
  const auto add = [&](const Timing& timing) {
    for (const double seconds : {timing.median, timing.low, timing.high, timing.shortest}) {
      line.number(microseconds(seconds));
    }
  };
  add(row.schedule);
  line.number(row.algbw_GBps()).number(row.busbw_GBps());
  add(row.mpi);
  line.number(row.simulated.microseconds()).number(row.error());
  return line.finish();
}

std::string perf_json(const PerfFacts& facts, const std::vector<PerfRow>& rows, int ranks, const std::string& load) {
  using google::protobuf::Struct;
  Struct document;
  auto& fields = *document.mutable_fields();
  fields["schema"].set_string_value("polyplane/mpi-perf/1");
  fields["version"].set_string_value(cli::kVersion);
  fields["collective"].set_string_value(facts.collective);
  fields["mpi_collective"].set_string_value(facts.mpi_name);
  fields["ranks"].set_number_value(ranks);
  fields["load"].set_string_value(load);
  fields["average_busbw_GBps"].set_number_value(mean_busbw(rows));
  fields["median_abs_log_error"].set_number_value(median_log_error(rows));
  for (const std::string& line : facts.lines) {
    fields["facts"].mutable_list_value()->add_values()->set_string_value(valid_utf8(line));
  }
  google::protobuf::ListValue& list = *fields["rows"].mutable_list_value();
  for (const PerfRow& row : rows) {
    auto& entry = *list.add_values()->mutable_struct_value()->mutable_fields();
    const auto number = [&](const std::string& name, double value) { entry[name].set_number_value(value); };
    const auto timing = [&](const std::string& name, const Timing& value) {
      number(name + "_us", microseconds(value.median));
      number(name + "_low_us", microseconds(value.low));
      number(name + "_high_us", microseconds(value.high));
      number(name + "_shortest_us", microseconds(value.shortest));
    };
    number("size_bytes", static_cast<double>(row.size.count()));
    number("count", static_cast<double>(row.count));
    number("root", row.root);
    number("channels", row.channels);
    number("slices", row.slices);
    number("algbw_GBps", row.algbw_GBps());
    number("busbw_GBps", row.busbw_GBps());
    number("simulated_us", row.simulated.microseconds());
    number("error", row.error());
    timing("schedule", row.schedule);
    timing("mpi", row.mpi);
    entry["datatype"].set_string_value(row.datatype);
    entry["reduction"].set_string_value(row.reduction);
    entry["algorithm"].set_string_value(valid_utf8(row.algorithm));
  }
  return configs::to_json(document);
}

}  // namespace polyplane::mpi
