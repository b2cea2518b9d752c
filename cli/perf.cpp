// polyplane perf: nccl-tests in the simulator.
#include <algorithm>
#include <memory>
#include <string>
#include <vector>

#include "base/error.h"
#include "cli/commands.h"
#include "cli/compute_options.h"
#include "cli/explain_text.h"
#include "cli/explain_words.h"
#include "cli/nccl_table.h"
#include "cli/output.h"
#include "cli/output_style.h"
#include "cli/partial_report.h"
#include "cli/perf_experiment.h"
#include "cli/processor_words.h"
#include "cli/progress.h"
#include "cli/record.h"
#include "cli/signals.h"
#include "cli/trace_options.h"
#include "cli/version.h"
#include "sim/sensitivity.h"
#include "sim/simulation.h"
#include "sim/spread.h"
#include "sim/view/quick_answers.h"
#include "sim/write_report.h"

namespace polyplane::cli {
namespace {

/// Prints rows as they come, the header with the first of them: what fails before a result leaves stdout empty.
class PerfPrinter {
 public:
  PerfPrinter(const PerfArguments& arguments, std::string format, TableHeader header)
      : format_(std::move(format)),
        explain_(arguments.explain),
        verbose_(arguments.common.verbose > 0),
        facts_(header.facts),
        table_(std::move(header), verbose_) {}

  void row(const sim::CollectiveResult& result) {
    rows_.push_back(result);
    if (format_ == "json") return;
    std::string text;
    if (rows_.size() == 1) text = format_ == "csv" ? sim::csv_header() : table_.header();
    text += format_ == "csv" ? sim::csv_row(result) : table_.row(result);
    if (format_ == "table" && explain_ && verbose_) text += explain_text(result, "# ");
    print(text);
  }

  void finish(const sim::Report& report, const std::string& json) const {
    if (format_ == "json") print(json);
    if (format_ != "table") return;
    std::vector<std::string> remarks;
    for (const std::string& assumption : report.assumed) {
      const std::string line = "assumed: " + assumption;
      if (std::find(facts_.begin(), facts_.end(), line) == facts_.end()) remarks.push_back(line);
    }
    if (std::ranges::any_of(rows_, &sim::CollectiveResult::in_network)) {
      remarks.emplace_back(
          "switches reduce or multicast: fewer bytes pass a link than busbw counts, so it may exceed the wire");
    }
    if (verbose_) {
      std::vector<const sim::CollectiveResult*> rows;
      for (const sim::CollectiveResult& row : rows_) rows.push_back(&row);
      for (std::string& remark : processor_remarks(rows)) remarks.push_back(std::move(remark));
    }
    print(table_.footer(report.fingerprint, remarks));
    if (!explain_ || report.collectives.empty()) return;
    const sim::CollectiveResult& last = report.collectives.back();
    print((verbose_ ? "" : explain_text(last, "# ")) + sensitivity_text(last, "# "));
  }

  [[nodiscard]] const std::vector<sim::CollectiveResult>& rows() const { return rows_; }

 private:
  std::string format_;
  bool explain_, verbose_;
  std::vector<std::string> facts_;
  NcclTable table_;
  std::vector<sim::CollectiveResult> rows_;
};

int run_perf(const PerfArguments& arguments) {
  const std::string format = apply_output_style(arguments.common, {"table", "json", "csv"});
  check_outputs(
      {arguments.json_file, arguments.trace.file, arguments.record.file},
      {arguments.cluster, arguments.stack, arguments.rank_map, arguments.schedule, arguments.nccl_model.graph},
      arguments.force);
  if (arguments.band && !arguments.record.file) {
    throw InputError("--band goes into a recording; --record FILE says where");
  }
  const std::unique_ptr<sim::Recorder> recorder =
      recorder_of(arguments.record, arguments.collective + " on " + arguments.cluster);
  const sim::Catalog catalog = sim::Catalog::open();
  PerfPlan plan = plan_perf(arguments, catalog);
  if (arguments.json_file) plan.header.facts.push_back("the JSON document goes to " + *arguments.json_file);
  const std::vector<Bytes>& sizes = plan.experiment.collectives.front().sizes;

  PerfPrinter printer(arguments, format, plan.header);
  Progress progress(!arguments.common.quiet, arguments.collective, sizes.size());
  sim::RunOptions options;
  apply_compute_options(arguments.compute, plan.experiment.model, options);
  options.explain = arguments.explain;
  options.link_loads = arguments.explain;
  options.trace = trace_options(arguments.trace, plan.experiment.model, arguments.force, arguments.common.quiet);
  if (recorder) options.observer = &recorder->next_cluster(true);
  options.stop = [] { return caught_signal() != 0; };
  options.on_row = [&](const sim::CollectiveResult& result) {
    progress.row_done();
    printer.row(result);
    if (format != "json") set_last_words("finished rows were printed; --min-bytes goes on behind them");
  };
  options.on_progress = [&](double done, double total) { progress.update(done, total); };

  const sim::ReportOrigin origin{kVersion, "perf", arguments.explain};
  bool is_printed = false;
  try {
    sim::Report report = sim::run(plan.experiment, options);
    if (arguments.explain) sim::add_sensitivities(plan.experiment, options, sim::kDearEvents, report);
    progress.clear();
    if (arguments.common.verbose > 0) tell_memory(report);
    const std::string json = sim::to_json(report, origin);
    printer.finish(report, json);
    is_printed = true;
    set_last_words(kAllIsPrinted);
    if (arguments.json_file) write_file(*arguments.json_file, json, arguments.force);
    if (recorder) {
      sim::add_quick_answers(plan.experiment, options, report);
      if (arguments.band) {
        const auto read = [&](sim::Reading reading) {
          sim::Experiment other = plan.experiment;
          other.cluster = catalog.cluster(arguments.cluster, reading);
          return other;
        };
        sim::add_spreads(plan.experiment, read, options, report);
      }
      write_recording(arguments.record, recorder->of_reports({&report, 1}, origin), arguments.force,
                      arguments.common.quiet);
    }
    tell_trace(arguments.trace, arguments.common.quiet);
  } catch (const sim::Interrupted&) {
    cancel_countdown();
    progress.clear();
    if (is_printed) {
      tell_interrupted("when all sizes were there, before the recording was written; the same command starts again");
      throw;
    }
    const std::size_t done = printer.rows().size();
    if (format == "json") {
      print(
          sim::to_json(partial_report(plan.experiment, printer.rows()), {kVersion, "perf", arguments.explain, false}));
    }
    tell_interrupted("after " + std::to_string(done) + " of " + std::to_string(sizes.size()) +
                     " sizes; to go on from there: --min-bytes " +
                     std::to_string(sizes[std::min(done, sizes.size() - 1)].count()));
    throw;
  }
  return 0;
}

}  // namespace

Command perf_command() { return make_command(declare_perf, run_perf); }

}  // namespace polyplane::cli
