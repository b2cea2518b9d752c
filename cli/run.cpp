// polyplane run: an experiment file.
#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <string>
#include <vector>

#include "base/suggest.h"
#include "cli/answer_text.h"
#include "cli/commands.h"
#include "cli/common_options.h"
#include "cli/compute_options.h"
#include "cli/exchange_text.h"
#include "cli/explain_text.h"
#include "cli/explain_words.h"
#include "cli/nccl_table.h"
#include "cli/output.h"
#include "cli/output_style.h"
#include "cli/partial_report.h"
#include "cli/perf_experiment.h"
#include "cli/placed.h"
#include "cli/processor_words.h"
#include "cli/program_text.h"
#include "cli/progress.h"
#include "cli/record.h"
#include "cli/signals.h"
#include "cli/step_text.h"
#include "cli/text_table.h"
#include "cli/trace_options.h"
#include "cli/version.h"
#include "sim/csv_line.h"
#include "sim/sensitivity.h"
#include "sim/simulation.h"
#include "sim/spread.h"
#include "sim/view/quick_answers.h"
#include "sim/write_report.h"

namespace polyplane::cli {
namespace {

struct RunArguments {
  CommonArguments common;
  ComputeArguments compute;
  std::string experiment;
  TraceArguments trace;
  RecordArguments record;
  bool explain = false, force = false;
};

Command declare(RunArguments& run) {
  Command command{"run", "runs an experiment file: collectives, explicit flows, faults",
                  Examples{"polyplane run configs/experiments/all-reduce-with-faults.textproto",
                           "polyplane run my_experiment.textproto --format json"}};
  command.positional("EXPERIMENT", &run.experiment, "required: a .textproto or .json file");
  add_compute(command, run.compute);
  add_common(command, run.common, kTableJsonOrCsv,
             "more columns: algorithm, protocol, bound, fullest link; what auto weighed");
  command.group("Output").flag("--explain", &run.explain, "where the time goes and which links bind");
  add_record(command, run.record);
  command.group("Output").flag("--force", &run.force, "overwrite FILE");
  add_trace(
      command, run.trace,
      "every message, flow and operation of the first cluster and the largest size, in order of time; compressed if "
      "named *.gz");
  return command;
}

using Align = TextTable::Align;

std::size_t number_of_rows(const sim::Experiment& experiment) {
  std::size_t rows = 0;
  for (const sim::CollectiveJob& job : experiment.collectives) rows += job.sizes.size();
  return rows + 2 * experiment.exchanges.size();
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
  // Rows of exchanges come last, two each; the table of exchanges says the same in short.
  const std::size_t shown = report.collectives.size() - (verbose || explain ? 0 : 2 * report.exchanges.size());
  for (std::size_t begin = 0; begin < shown;) {
    std::vector<const sim::CollectiveResult*> rows;
    std::size_t end = begin;
    for (; end < shown && report.collectives[end].job == report.collectives[begin].job &&
           report.collectives[end].kind == report.collectives[begin].kind;
         ++end) {
      rows.push_back(&report.collectives[end]);
    }
    NcclTable table(job_header(experiment, report, rows), verbose);
    text += table.header();
    for (const sim::CollectiveResult* row : rows) {
      text += table.row(*row);
      if (explain && verbose) text += explain_text(*row, "# ") + sensitivity_text(*row, "# ");
    }
    text += table.footer(report.fingerprint, verbose ? processor_remarks(rows) : std::vector<std::string>());
    if (explain && !verbose) text += explain_text(*rows.back(), "# ") + sensitivity_text(*rows.back(), "# ");
    begin = end;
  }
  if (!report.flows.empty()) text += flow_table(experiment, report);
  text += exchange_table(experiment.name, report);
  return text;
}

/// Clusters side by side: the last size of each job.
std::string comparison(const std::vector<sim::Report>& reports) {
  TextTable table({Align::left, Align::left, Align::right, Align::right, Align::right, Align::right, Align::right,
                   Align::left, Align::left});
  table.add({"# cluster", "job", "ranks", "size (B)", "time (us)", "busbw (GB/s)", "bound (us)", "algorithm",
             "fullest link"});
  for (const sim::Report& report : reports) {
    for (std::size_t i = 0; i < report.collectives.size(); ++i) {
      const sim::CollectiveResult& row = report.collectives[i];
      if (i + 1 < report.collectives.size() && report.collectives[i + 1].job == row.job) continue;
      const auto microseconds = [](Duration d) { return fmt::format("{:.2f}", static_cast<double>(d.ps()) / 1e6); };
      table.add({printable(report.cluster), printable(row.job), std::to_string(row.groups * row.ranks),
                 std::to_string(row.size.count()), microseconds(row.time), fmt::format("{:.2f}", row.busbw_GBps),
                 microseconds(row.lower_bound), row.algorithm, row.bottleneck});
    }
  }
  return table.text();
}

/// With several clusters each row ends with the name of its own.
std::string csv_text(const std::vector<sim::Report>& reports) {
  const bool several = reports.size() > 1;
  const auto named = [&](std::string line, std::string_view name) {
    if (!several) return line;
    line.pop_back();
    return line + "," + sim::CsvLine().text(name).finish();
  };
  std::string results, flows, steps, programs;
  for (const sim::Report& report : reports) {
    for (const sim::CollectiveResult& row : report.collectives) results += named(sim::csv_row(row), report.cluster);
    for (const sim::FlowResult& flow : report.flows) flows += named(sim::flow_csv_row(flow), report.cluster);
    for (const sim::StepResult& step : report.steps) steps += named(sim::step_csv_row(step), report.cluster);
    for (const sim::ProgramResult& program : report.programs) {
      programs += named(sim::program_csv_row(program), report.cluster);
    }
  }
  if (!results.empty() || (flows.empty() && steps.empty() && programs.empty()))
    results = named(sim::csv_header(), "cluster") + results;
  if (!flows.empty()) flows = named(sim::flow_csv_header(), "cluster") + flows;
  if (!steps.empty()) steps = named(sim::step_csv_header(), "cluster") + steps;
  if (!programs.empty()) programs = named(sim::program_csv_header(), "cluster") + programs;
  std::string text;
  for (const std::string& part : {results, flows, steps, programs}) {
    text += (text.empty() || part.empty() ? "" : "\n") + part;
  }
  return text;
}

int run_experiment(const RunArguments& arguments) {
  const std::string format = apply_output_style(arguments.common, {"table", "json", "csv"});
  check_outputs({arguments.trace.file, arguments.record.file}, {arguments.experiment}, arguments.force);
  const std::unique_ptr<sim::Recorder> recorder = recorder_of(arguments.record, arguments.experiment);
  const sim::Catalog catalog = sim::Catalog::open();
  std::vector<sim::Experiment> experiments = catalog.experiments(arguments.experiment);
  std::size_t rows = 0;
  for (sim::Experiment& experiment : experiments) {
    if (arguments.compute.time_quantum) experiment.quantum = quantum_of(arguments.compute, experiment.model);
    rows += number_of_rows(experiment);
  }

  Progress progress(!arguments.common.quiet, experiments.front().name, rows);
  std::vector<sim::Report> reports;
  std::vector<sim::CollectiveResult> finished;  // of the cluster at hand
  std::size_t rows_done = 0;
  sim::RunOptions options;
  apply_compute_options(arguments.compute, experiments.front().model, options);
  options.explain = arguments.explain;
  options.link_loads = arguments.explain;
  options.trace = trace_options(arguments.trace, experiments.front().model, arguments.force, arguments.common.quiet);
  options.stop = [] { return caught_signal() != 0; };
  options.on_row = [&](const sim::CollectiveResult& result) {
    finished.push_back(result);
    ++rows_done;
    progress.row_done();
  };
  options.on_progress = [&](double done, double total) {
    const auto clusters = static_cast<double>(experiments.size());
    progress.update((static_cast<double>(reports.size()) + (total > 0 ? done / total : 0)) / clusters, 1);
  };
  const auto read = [&](std::size_t cluster, sim::Reading reading) {
    sim::Experiment other = std::move(catalog.experiments(arguments.experiment, reading)[cluster]);
    other.quantum = experiments[cluster].quantum;
    return other;
  };
  bool is_shown = false;
  const auto show = [&](bool complete) {
    progress.clear();
    is_shown = true;
    if (format == "json") print(sim::to_json(reports, {kVersion, "run", arguments.explain, complete}));
    if (format == "csv") print(csv_text(reports));
    if (format != "table") return;
    for (std::size_t i = 0; i < reports.size(); ++i) {
      print(tables(experiments[i], reports[i], arguments.common.verbose > 0, arguments.explain));
      print(step_text(reports[i], arguments.common.verbose > 0));
      print(program_text(reports[i], arguments.common.verbose > 0, arguments.explain));
      print(answer_text(reports[i]));
      print(sensitivity_text(reports[i], "# "));
    }
    if (experiments.size() > 1 && !experiments.front().collectives.empty()) print(comparison(reports));
    if (experiments.size() > 1) print(step_comparison(reports));
  };
  try {
    for (const sim::Experiment& experiment : experiments) {
      finished.clear();
      if (recorder) options.observer = &recorder->next_cluster(true);
      reports.push_back(sim::run(experiment, options));
      options.trace.reset();  // the first cluster alone is traced
      if (arguments.explain) {
        sim::add_sensitivities(experiment, options, sim::kDearEvents, reports.back());
        const std::size_t cluster = reports.size() - 1;
        sim::add_step_spreads(
            experiment, [&](sim::Reading reading) { return read(cluster, reading); }, options, reports.back());
      }
      if (arguments.common.verbose > 0) tell_memory(reports.back());
    }
    show(true);
    set_last_words(kAllIsPrinted);
    for (const sim::Report& report : reports) tell_what_does_not_fit(report);
    tell_trace(arguments.trace, arguments.common.quiet);
    if (!recorder) return 0;
    for (std::size_t i = 0; i < reports.size(); ++i) {
      sim::add_quick_answers(experiments[i], options, reports[i]);
      if (arguments.explain) continue;  // they are there
      sim::add_quick_spreads(
          experiments[i], [&](sim::Reading reading) { return read(i, reading); }, options, reports[i]);
    }
    recorder->set_name(experiments.front().name);
    write_recording(arguments.record, recorder->of_reports(reports, {kVersion, "run", arguments.explain}),
                    arguments.force, arguments.common.quiet);
  } catch (const sim::Interrupted&) {
    cancel_countdown();
    if (is_shown) {
      tell_interrupted("when all results were there, before the recording was written; the same command starts again");
      throw;
    }
    if (reports.size() < experiments.size()) {
      reports.push_back(partial_report(experiments[reports.size()], finished));
    }
    show(false);
    tell_interrupted("after " + std::to_string(rows_done) + " of " + std::to_string(rows) +
                     " results; the same command starts again");
    throw;
  }
  return 0;
}

int run_in_place(const RunArguments& arguments) {
  return with_places_of(arguments.experiment, [&] { return run_experiment(arguments); });
}

}  // namespace

Command run_command() { return make_command(declare, run_in_place); }

}  // namespace polyplane::cli
