// polyplane run: an experiment file.
#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <vector>

#include "base/log.h"
#include "base/suggest.h"
#include "cli/commands.h"
#include "cli/compute_options.h"
#include "cli/explain_text.h"
#include "cli/nccl_table.h"
#include "cli/output.h"
#include "cli/output_style.h"
#include "cli/partial_report.h"
#include "cli/perf_experiment.h"
#include "cli/progress.h"
#include "cli/signals.h"
#include "cli/text_table.h"
#include "cli/version.h"
#include "sim/simulation.h"
#include "sim/write_report.h"

namespace polyplane::cli {
namespace {

using Align = TextTable::Align;

std::size_t number_of_rows(const sim::Experiment& experiment) {
  std::size_t rows = 0;
  for (const sim::CollectiveJob& job : experiment.collectives) rows += job.sizes.size();
  return rows;
}

TableHeader job_header(const sim::Experiment& experiment, const sim::Report& report,
                       const std::vector<const sim::CollectiveResult*>& rows) {
  const sim::CollectiveResult& first = *rows.front();
  const bool alike = std::all_of(rows.begin(), rows.end(),
                                 [&](const sim::CollectiveResult* row) { return row->algorithm == first.algorithm; });
  TableHeader header;
  header.program = std::string(to_string(first.kind)) + "_perf";
  header.min = first.size;
  header.max = rows.back()->size;
  header.step = 0;
  header.step_is_factor = false;
  header.facts.push_back("experiment " + experiment.name + (first.job.empty() ? "" : ", job " + first.job));
  if (!first.placement.empty()) header.facts.push_back("placement " + first.placement);
  header.facts.push_back(std::to_string(first.groups) + (first.groups == 1 ? " group of " : " groups of ") +
                         std::to_string(first.ranks) + " ranks on cluster " + report.cluster +
                         "; simulated, no device was used");
  header.facts.push_back("model " + experiment.model + ", stack " + report.stack + ", routing " + report.routing +
                         ", algorithm " + (alike ? first.algorithm : "auto") + ", seed " +
                         std::to_string(experiment.seed));
  for (const std::string& fault : experiment.faults) header.facts.push_back("fault: " + fault);
  for (const std::string& assumption : report.assumed) header.facts.push_back("assumed: " + assumption);
  return header;
}

std::string flow_table(const sim::Experiment& experiment, const sim::Report& report) {
  TextTable table({Align::left, Align::right, Align::right, Align::right});
  table.add({"# flow", "start (us)", "end (us)", "duration (us)"});
  const auto microseconds = [](Duration d) { return fmt::format("{}.{:06}", d.ps() / 1'000'000, d.ps() % 1'000'000); };
  for (const sim::FlowResult& flow : report.flows) {
    table.add({printable(flow.name), microseconds(flow.start.since_start()), microseconds(flow.end.since_start()),
               microseconds(flow.end - flow.start)});
  }
  std::string text =
      "# " + printable(experiment.name) + ": explicit flows on cluster " + printable(report.cluster) + "\n";
  for (const std::string& remark : model_remarks(report.flow_facts)) text += "# " + remark + "\n";
  return text + table.text();
}

/// Results of one job stand together in a report.
std::string tables(const sim::Experiment& experiment, const sim::Report& report, bool verbose, bool explain) {
  std::string text;
  for (std::size_t begin = 0; begin < report.collectives.size();) {
    std::vector<const sim::CollectiveResult*> rows;
    std::size_t end = begin;
    for (; end < report.collectives.size() && report.collectives[end].job == report.collectives[begin].job &&
           report.collectives[end].kind == report.collectives[begin].kind;
         ++end) {
      rows.push_back(&report.collectives[end]);
    }
    NcclTable table(job_header(experiment, report, rows), verbose);
    text += table.header();
    for (const sim::CollectiveResult* row : rows) {
      text += table.row(*row);
      if (explain && verbose) text += explain_text(*row, "# ");
    }
    text += table.footer(report.fingerprint, {});
    if (explain && !verbose) text += explain_text(*rows.back(), "# ");
    begin = end;
  }
  if (!report.flows.empty()) text += flow_table(experiment, report);
  return text;
}

std::string csv_text(const sim::Report& report) {
  std::string text;
  if (!report.collectives.empty() || report.flows.empty()) text += sim::csv_header();
  for (const sim::CollectiveResult& result : report.collectives) text += sim::csv_row(result);
  if (report.flows.empty()) return text;
  if (!text.empty()) text += "\n";
  text += sim::flow_csv_header();
  for (const sim::FlowResult& flow : report.flows) text += sim::flow_csv_row(flow);
  return text;
}

}  // namespace

int run_experiment(const RunArguments& arguments) {
  const std::string format = apply_output_style(arguments.common, {"table", "json", "csv"});
  const sim::Catalog catalog = sim::Catalog::open();
  sim::Experiment experiment = catalog.experiment(arguments.experiment);
  if (arguments.compute.time_quantum) experiment.quantum = quantum_of(arguments.compute, experiment.model);

  Progress progress(!arguments.common.quiet, experiment.name, number_of_rows(experiment));
  std::vector<sim::CollectiveResult> finished;
  sim::RunOptions options;
  apply_compute_options(arguments.compute, experiment.model, options);
  options.explain = arguments.explain;
  options.link_loads = arguments.explain;
  options.stop = [] { return caught_signal() != 0; };
  options.on_row = [&](const sim::CollectiveResult& result) {
    finished.push_back(result);
    progress.row_done();
  };
  options.on_progress = [&](double done, double total) { progress.update(done, total); };
  const auto show = [&](const sim::Report& report, bool complete) {
    progress.clear();
    if (format == "json") print(sim::to_json(report, {kVersion, "run", arguments.explain, complete}));
    if (format == "csv") print(csv_text(report));
    if (format == "table") print(tables(experiment, report, arguments.common.verbose > 0, arguments.explain));
  };
  try {
    const sim::Report report = sim::run(experiment, options);
    show(report, true);
    if (arguments.common.verbose > 0) tell_memory(report);
  } catch (const sim::Interrupted&) {
    cancel_countdown();
    show(partial_report(experiment, finished), false);
    log(LogLevel::warn, "run",
        "interrupted after " + std::to_string(finished.size()) + " of " + std::to_string(number_of_rows(experiment)) +
            " results; the same command starts again");
    throw;
  }
  return 0;
}

}  // namespace polyplane::cli
