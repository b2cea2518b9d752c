// polyplane fit: a stack's few numbers from nccl-tests, rccl-tests or OSU output.
#include <set>
#include <string>
#include <vector>

#include "base/error.h"
#include "base/suggest.h"
#include "cli/commands.h"
#include "cli/common_options.h"
#include "cli/compute_options.h"
#include "cli/fit_text.h"
#include "cli/output.h"
#include "cli/output_style.h"
#include "cli/progress.h"
#include "cli/rank_choice.h"
#include "cli/scene.h"
#include "cli/signals.h"
#include "cli/today.h"
#include "cli/values.h"
#include "cli/version.h"
#include "configs/schema/read_file.h"
#include "sim/catalog.h"
#include "sim/cluster_graph.h"
#include "sim/cluster_nodes.h"
#include "sim/fit/write_fit.h"
#include "sim/network/network_model.h"
#include "sim/simulation.h"
#include "topology/cluster_spec.h"
#include "topology/router.h"

namespace polyplane::cli {
namespace {

/// Of measurements to a stack.
struct FitArguments {
  CommonArguments common;
  ComputeArguments compute;
  std::vector<std::string> measurements;  // files
  std::string cluster;
  std::optional<std::string> stack;  // the base; none: sim::Catalog::stack_of() the cluster
  std::string algorithm = "auto", protocol = "auto", model = "flow";
  std::optional<std::string> collective, ranks, ranks_per_node;  // what the files do not say
  std::optional<std::string> routing, seed, name, output;
  bool force = false;
};

Command declare(FitArguments& fit) {
  Command command{
      "fit", "a stack's costs from nccl-tests, rccl-tests or OSU output: residuals, confidence, held-out sizes",
      Examples{
          "polyplane fit all_reduce_perf.txt --cluster dgx-h100 --algorithm nccl -o my_stack.textproto",
          "polyplane fit osu_allgather.txt --ranks 16 --cluster my_cluster.textproto --stack mpi -o my_mpi.textproto"}};
  command.positional("MEASUREMENTS", &fit.measurements,
                     "required: tables of nccl-tests or rccl-tests, documents of nccl-tests -J, OSU latency tests");
  command.option("--cluster", &fit.cluster, "NAME|FILE",
                 "required: on which they were measured; its links are believed");
  command.option("--stack", &fit.stack, "NAME|FILE",
                 "base stack, whose costs are scaled (default: that of the cards' maker, or nccl)");
  command.option("-o,--output", &fit.output, "FILE", "write the fitted stack to FILE, for --stack FILE");
  command.option("--name", &fit.name, "NAME", "of the fitted stack (default: of FILE)");
  command.option("--collective", &fit.collective, "NAME",
                 "that was measured, where neither the file nor its name says it");
  command.option("--ranks", &fit.ranks, "N", "on which it was measured, where the file does not say (OSU)");
  command.option("--ranks-per-node", &fit.ranks_per_node, "N", "of each node the first N cards only");
  command.option("--algorithm", &fit.algorithm, "NAME", "auto, nccl or a name, as in perf (default auto)");
  command.option("--protocol", &fit.protocol, "NAME", "auto or a protocol of the base stack (default auto)");
  command.option("--model", &fit.model, "NAME", alternatives(sim::network_models().names()) + " (default flow)");
  command.option("--routing", &fit.routing, "NAME",
                 alternatives(topology::routings().names()) + " (default: the cluster's)");
  command.option("--seed", &fit.seed, "N", "of hashing (default 0)");
  command.flag("--force", &fit.force, "overwrite FILE");
  command.option("--threads", &fit.compute.threads, "N", "rows side by side (default: the processors of this machine)");
  command.option("--max-memory", &fit.compute.max_memory, "SIZE",
                 "refuse, with exit code 3, what is foretold to need more");
  add_common(command, fit.common);
  command.group("Output").flag("-v,--verbose", &fit.common.verbose, "a line each measurement");
  return command;
}

sim::MeasurementHints hints_of(const FitArguments& arguments) {
  sim::MeasurementHints hints;
  try {
    if (arguments.collective) hints.collective = collectives::parse_collective(*arguments.collective);
  } catch (const InputError& error) { throw InputError(std::string("--collective: ") + error.what()); }
  if (arguments.ranks) {
    hints.ranks = static_cast<std::uint32_t>(parse_whole("--ranks", *arguments.ranks, 2, topology::kMaxDevices));
  }
  return hints;
}

/// Ranks in node order; where the file lists hosts, as many a node as there.
sim::PlacedSeries place(const FitArguments& arguments, sim::MeasurementSeries series,
                        const std::vector<std::uint32_t>& cards_per_node) {
  RankChoice choice;
  choice.ranks = series.ranks;
  if (series.ranks_per_node) choice.ranks_per_node = *series.ranks_per_node;
  if (arguments.ranks_per_node) {
    choice.ranks_per_node = parse_whole("--ranks-per-node", *arguments.ranks_per_node, 1, topology::kMaxDevices);
    if (series.ranks_per_node && *choice.ranks_per_node != *series.ranks_per_node) {
      throw InputError("--ranks-per-node " + *arguments.ranks_per_node + ": " + series.file + " lists " +
                       std::to_string(*series.ranks_per_node) + " ranks a host");
    }
  }
  sim::PlacedSeries placed;
  try {
    placed.cards = choose_cards(cards_per_node, choice);
  } catch (const InputError& error) { throw InputError(series.file + ": " + error.what()); }
  placed.series = std::move(series);
  return placed;
}

sim::FitRequest request_of(const FitArguments& arguments, const sim::Catalog& catalog) {
  sim::FitRequest request;
  request.experiment = experiment_on(
      {"fit", arguments.cluster, arguments.stack, arguments.model, arguments.routing, arguments.seed}, catalog);
  request.algorithm = arguments.algorithm;
  request.protocol = arguments.protocol;
  const sim::MeasurementHints hints = hints_of(arguments);
  const std::vector<std::uint32_t> per_node = sim::cards_per_node(request.experiment.cluster);
  for (const std::string& file : arguments.measurements) {
    request.series.push_back(
        place(arguments, sim::read_measurements(file, configs::read_text_file(file), hints), per_node));
  }
  return request;
}

/// "mine" of "dir/mine.textproto", where no name is given.
std::string stack_name(const FitArguments& arguments) {
  if (arguments.name) return *arguments.name;
  if (!arguments.output) return "fitted";
  const std::string file = arguments.output->substr(arguments.output->find_last_of('/') + 1);
  return file.substr(0, file.find_last_of('.'));
}

std::string file_text(const sim::FitRequest& request, const sim::Fitted& fitted, const std::string& name) {
  sim::Stack stack = fitted.stack;
  stack.name = name;
  // What the base stack assumed stays true of what was not fitted.
  stack.assumed.push_back("stack " + name + ": costs of stack " + request.experiment.stack.name +
                          ", scaled to measurements; the head of its file says which");
  std::string files;
  for (const sim::PlacedSeries& placed : request.series) files += (files.empty() ? "" : ", ") + placed.series.file;
  return sim::stack_text(stack,
                         {.description = "Fitted to measurements on " + sim::name_of(request.experiment.cluster) + ".",
                          .source = "polyplane fit of " + files,
                          .as_of = today(),
                          .comments = fit_comments(request, fitted)});
}

/// Each measurement counts once.
void refuse_twice(const std::vector<std::string>& files) {
  std::set<std::string> seen;
  for (const std::string& file : files) {
    if (!seen.insert(file).second) throw InputError("MEASUREMENTS: " + printable(file) + " is named twice");
  }
}

int run_fit(const FitArguments& arguments) {
  const std::string format = apply_output_style(arguments.common, {"table", "json"});
  std::vector<std::optional<std::string>> inputs(arguments.measurements.begin(), arguments.measurements.end());
  inputs.insert(inputs.end(), {arguments.cluster, arguments.stack});
  check_outputs({arguments.output}, inputs, arguments.force);
  if (arguments.name && !arguments.output) {
    throw InputError("--name is that of the stack which --output writes; say with -o FILE where");
  }
  refuse_twice(arguments.measurements);
  if (arguments.output && !sim::is_file_name(*arguments.output)) {
    throw InputError("--output: \"" + *arguments.output + "\" would be no file to --stack; end it in .textproto");
  }
  const sim::FitRequest request = request_of(arguments, sim::Catalog::open());

  sim::RunOptions compute;
  apply_compute_options(arguments.compute, request.experiment.model, compute);
  sim::FitOptions options;
  options.threads = compute.threads;
  options.max_memory = compute.max_memory;
  options.stop = [] { return caught_signal() != 0; };
  // How many evaluations a search needs is not known before; the bar tells of the usual number.
  constexpr double kUsual = 400;
  Progress progress(!arguments.common.quiet, "fit", static_cast<std::size_t>(kUsual));
  options.on_progress = [&](std::size_t done) {
    progress.update(std::min(static_cast<double>(done), kUsual - 1), kUsual);
  };
  const sim::Fitted fitted = sim::fit_stack(request, options);
  progress.clear();
  print(format == "json" ? sim::to_json(request, fitted, kVersion)
                         : fit_text(request, fitted, arguments.common.verbose > 0));
  set_last_words(kAllIsPrinted);
  if (arguments.output) {
    write_file(*arguments.output, file_text(request, fitted, stack_name(arguments)), arguments.force);
  }
  return 0;
}

}  // namespace

Command fit_command() { return make_command(declare, run_fit); }

}  // namespace polyplane::cli
