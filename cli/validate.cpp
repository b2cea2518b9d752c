// polyplane validate: published measurements, simulated.
#include <algorithm>
#include <string>
#include <vector>

#include "base/error.h"
#include "base/suggest.h"
#include "cli/commands.h"
#include "cli/common_options.h"
#include "cli/compute_options.h"
#include "cli/output.h"
#include "cli/output_style.h"
#include "cli/progress.h"
#include "cli/signals.h"
#include "cli/validate_text.h"
#include "cli/values.h"
#include "cli/version.h"
#include "sim/network/network_model.h"
#include "sim/simulation.h"

namespace polyplane::cli {
namespace {

/// Published measurements, simulated.
struct ValidateArguments {
  CommonArguments common;
  ComputeArguments compute;
  std::vector<std::string> suites;  // names of configs/measurements, or files; empty: all
  std::optional<std::string> stack;
  std::string model = "flow";
};

Command declare(ValidateArguments& validate) {
  Command command{"validate", "published measurements, simulated: the error of each row and of each system",
                  Examples{"polyplane validate", "polyplane validate dgx-a100-16-deepops -v"}};
  command.positional("SUITE", &validate.suites, "names of configs/measurements, or files like these (default: all)");
  command.option("--stack", &validate.stack, "NAME|FILE", "one for all, instead of each system's own");
  command.option("--model", &validate.model, "NAME", alternatives(sim::network_models().names()) + " (default flow)");
  command.option("--threads", &validate.compute.threads, "N",
                 "rows side by side (default: the processors of this machine)");
  command.option("--max-memory", &validate.compute.max_memory, "SIZE",
                 "refuse, with exit code 3, what is foretold to need more");
  add_common(command, validate.common, kTableJsonOrCsv, "a line each measurement, too");
  return command;
}

/// Each system counts once in the means. REQUIRES: only the last one may be there twice.
void refuse_twice(const std::vector<sim::MeasuredSystem>& systems) {
  const std::string& name = systems.back().name;
  if (std::ranges::count(systems, name, &sim::MeasuredSystem::name) == 1) return;
  throw InputError("SUITE: the system " + printable(name) + " is named twice; each counts once in the means");
}

int run_validate(const ValidateArguments& arguments) {
  const std::string format = apply_output_style(arguments.common, {"table", "json", "csv"});
  one_of("--model", arguments.model, sim::network_models().names());
  std::vector<sim::MeasuredSystem> systems;
  std::size_t rows = 0;
  for (const std::string& name : arguments.suites.empty() ? sim::measured_systems() : arguments.suites) {
    systems.push_back(sim::load_measured_system(name));
    refuse_twice(systems);
    for (const sim::SystemSeries& series : systems.back().series) rows += series.series.rows.size();
  }

  sim::RunOptions compute;
  apply_compute_options(arguments.compute, arguments.model, compute);
  Progress progress(!arguments.common.quiet, "validate", rows);
  std::size_t before = 0;
  sim::ValidateOptions options;
  options.stack = arguments.stack;
  options.model = arguments.model;
  options.threads = compute.threads;
  options.max_memory = compute.max_memory;
  options.stop = [] { return caught_signal() != 0; };
  options.on_row = [&](std::size_t done) {
    progress.update(static_cast<double>(before + done), static_cast<double>(rows));
  };
  const sim::Catalog catalog = sim::Catalog::open();
  std::vector<sim::ValidatedSystem> validated;
  for (sim::MeasuredSystem& system : systems) {
    validated.push_back(sim::validate(std::move(system), catalog, options));
    before += validated.back().rows.size();
  }
  progress.clear();
  if (format == "json") print(sim::to_json(validated, arguments.model, kVersion));
  if (format == "csv") print(validate_csv(validated));
  if (format == "table") print(validate_text(validated, arguments.model, arguments.common.verbose > 0));
  return 0;
}

}  // namespace

Command validate_command() { return make_command(declare, run_validate); }

}  // namespace polyplane::cli
