// polyplane explain: an experiment, run, and where its time goes in words.
#include <algorithm>
#include <string>
#include <vector>

#include "cli/commands.h"
#include "cli/common_options.h"
#include "cli/compute_options.h"
#include "cli/explain_text.h"
#include "cli/explain_words.h"
#include "cli/output.h"
#include "cli/output_style.h"
#include "cli/placed.h"
#include "cli/progress.h"
#include "cli/signals.h"
#include "cli/version.h"
#include "sim/catalog.h"
#include "sim/sensitivity.h"
#include "sim/simulation.h"
#include "sim/spread.h"
#include "sim/write_report.h"

namespace polyplane::cli {
namespace {

struct ExplainArguments {
  CommonArguments common;
  ComputeArguments compute;
  std::string experiment;
};

Command declare(ExplainArguments& explain) {
  Command command{"explain", "where the time of an experiment goes, in words, and what would help most",
                  Examples{"polyplane explain configs/experiments/all-reduce-with-faults.textproto",
                           "polyplane explain my_experiment.textproto --format json"}};
  command.positional("EXPERIMENT", &explain.experiment,
                     "required: a .textproto or .json file; of several sizes the largest is explained");
  add_compute(command, explain.compute);
  add_common(command, explain.common);
  command.group("Output").flag("-v,--verbose", &explain.common.verbose, "all sizes");
  return command;
}

std::string text_of(const sim::Experiment& experiment, const sim::Report& report) {
  std::string text = printable(experiment.name) + " on cluster " + printable(report.cluster) + ", model " +
                     experiment.model + ", stack " + printable(report.stack) + ", routing " + report.routing + "\n";
  for (const sim::CollectiveResult& result : report.collectives) {
    text += "\n" + explain_words(result) + "\n" + explain_text(result, "  ") + sensitivity_text(result, "  ");
  }
  for (const sim::StepResult& step : report.steps) {
    text += "\n" + explain_words(step, report.processor_tiers) + "\n" +
            sensitivity_text(step.time, step.sensitivities, "  ");
  }
  for (const sim::ProgramResult& program : report.programs) {
    text += "\n" + explain_words(program, report.processor_tiers) + "\n" +
            sensitivity_text(program.time, program.sensitivities, "  ");
  }
  return text;
}

int run_explain(const ExplainArguments& arguments) {
  const std::string format = apply_output_style(arguments.common, {"table", "json"});
  const sim::Catalog catalog = sim::Catalog::open();
  std::vector<sim::Experiment> experiments = catalog.experiments(arguments.experiment);
  for (sim::Experiment& experiment : experiments) {
    if (arguments.compute.time_quantum) experiment.quantum = quantum_of(arguments.compute, experiment.model);
    for (sim::CollectiveJob& job : experiment.collectives) {
      if (arguments.common.verbose == 0 && !job.sizes.empty()) job.sizes = {std::ranges::max(job.sizes)};
    }
  }
  Progress progress(!arguments.common.quiet, experiments.front().name, experiments.size());
  sim::RunOptions options;
  apply_compute_options(arguments.compute, experiments.front().model, options);
  options.explain = true;
  options.link_loads = true;
  options.stop = [] { return caught_signal() != 0; };
  std::vector<sim::Report> reports;
  for (const sim::Experiment& experiment : experiments) {
    reports.push_back(sim::run(experiment, options));
    sim::add_sensitivities(experiment, options, UINT64_MAX, reports.back());
    const auto read = [&](sim::Reading reading) {
      sim::Experiment other = std::move(catalog.experiments(arguments.experiment, reading)[reports.size() - 1]);
      other.quantum = experiment.quantum;
      return other;
    };
    sim::add_step_spreads(experiment, read, options, reports.back());
    progress.row_done();
  }
  progress.clear();
  for (const sim::Report& report : reports) tell_what_does_not_fit(report);
  if (format == "json") {
    print(sim::to_json(reports, {kVersion, "explain", true}));
    return 0;
  }
  for (std::size_t i = 0; i < reports.size(); ++i) {
    print((i == 0 ? "" : "\n") + text_of(experiments[i], reports[i]));
  }
  return 0;
}

int run_in_place(const ExplainArguments& arguments) {
  return with_places_of(arguments.experiment, [&] { return run_explain(arguments); });
}

}  // namespace

Command explain_command() { return make_command(declare, run_in_place); }

}  // namespace polyplane::cli
