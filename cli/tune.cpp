// polyplane tune: NCCL's own choice beside the simulated best, and the file that tells NCCL so.
#include <algorithm>
#include <string>
#include <vector>

#include "base/error.h"
#include "base/suggest.h"
#include "cli/commands.h"
#include "cli/common_options.h"
#include "cli/compute_options.h"
#include "cli/nccl_model_options.h"
#include "cli/output.h"
#include "cli/output_style.h"
#include "cli/progress.h"
#include "cli/rank_choice.h"
#include "cli/scene.h"
#include "cli/signals.h"
#include "cli/sizes.h"
#include "cli/tune_table.h"
#include "cli/values.h"
#include "cli/version.h"
#include "sim/campaign/tune.h"
#include "sim/campaign/tuner_csv.h"
#include "sim/campaign/write_tune.h"
#include "sim/catalog.h"
#include "sim/cluster_nodes.h"
#include "sim/network/network_model.h"
#include "sim/simulation.h"
#include "topology/router.h"

namespace polyplane::cli {
namespace {

struct TuneArguments {
  CommonArguments common;
  ComputeArguments compute;
  std::string cluster;
  std::string collectives = "all_reduce,all_gather,reduce_scatter,broadcast,reduce";
  std::string min_bytes = "8", max_bytes = "8G", step_factor = "2";
  std::string model = "flow", stack = "nccl";
  std::optional<std::string> ranks, ranks_per_node, routing, seed, output;
  NcclModelArguments nccl_model;
  bool force = false;
};

Command declare(TuneArguments& tune) {
  Command command{
      "tune", "NCCL's own choice of algorithm and protocol beside the best that is simulated",
      Examples{"polyplane tune --cluster dgx-h100 --collectives all_reduce -b 64K -e 256M -f 8",
               "polyplane tune --cluster dgx-superpod-h100-4su --ranks 64 -b 1K -e 1G -f 16 -o nccl_tuner.conf"}};
  command.option("--cluster", &tune.cluster, "NAME|FILE",
                 "required: a name of the catalogue, a file, or fat_tree:radix=64,...");
  command.option("--collectives", &tune.collectives, "LIST",
                 "joined by commas (default: all that NCCL has a choice for)");
  command.option("-b,--min-bytes", &tune.min_bytes, "SIZE", "smallest size (default 8)");
  command.option("-e,--max-bytes", &tune.max_bytes, "SIZE", "largest size (default 8G)");
  command.option("-f,--step-factor", &tune.step_factor, "N", "from size to size, times N (default 2)");
  command.option("--ranks", &tune.ranks, "N", "the first N cards in node order (default all)");
  command.option("--ranks-per-node", &tune.ranks_per_node, "N", "of each node the first N cards only");
  command.option("--model", &tune.model, "NAME", alternatives(sim::network_models().names()) + " (default flow)");
  command.option("--stack", &tune.stack, "NAME|FILE", "software costs, with a table of NCCL (default nccl)");
  command.option("--routing", &tune.routing, "NAME",
                 alternatives(topology::routings().names()) + " (default: the cluster's)");
  command.option("--seed", &tune.seed, "N", "of hashing (default 0)");
  command.option("-o,--output", &tune.output, "FILE",
                 "write the configuration of NCCL's example tuner plug-in to FILE");
  command.flag("--force", &tune.force, "overwrite FILE");
  add_nccl_model(command, tune.nccl_model);
  command.option("--threads", &tune.compute.threads, "N",
                 "sizes side by side (default: the processors of this machine)");
  command.option("--max-memory", &tune.compute.max_memory, "SIZE",
                 "refuse, with exit code 3, what is foretold to need more");
  add_common(command, tune.common, "table, json, or csv: the plug-in's file (default table)",
             "a line for each algorithm and protocol, too");
  return command;
}

/// With a did-you-mean among what tune takes.
collectives::CollectiveKind collective_of(const std::string& name) {
  try {
    return collectives::parse_collective(name);
  } catch (const InputError&) {
    throw InputError(
        "--collectives: " +
        unknown_name("collective", name, {"all_gather", "all_reduce", "broadcast", "reduce", "reduce_scatter"}));
  }
}

std::vector<collectives::CollectiveKind> collectives_of(const std::string& list) {
  std::vector<collectives::CollectiveKind> kinds;
  std::size_t from = 0;
  while (from <= list.size()) {
    const std::size_t end = std::min(list.find(',', from), list.size());
    kinds.push_back(collective_of(list.substr(from, end - from)));
    if (std::ranges::count(kinds, kinds.back()) > 1) {
      throw InputError("--collectives: " + std::string(to_string(kinds.back())) + " is listed twice");
    }
    from = end + 1;
  }
  return kinds;
}

sim::TuneRequest request_of(const TuneArguments& arguments, const sim::Catalog& catalog) {
  sim::TuneRequest request;
  request.experiment = experiment_on(
      {"tune", arguments.cluster, arguments.stack, arguments.model, arguments.routing, arguments.seed}, catalog);
  request.collectives = collectives_of(arguments.collectives);
  request.sizes =
      size_list({parse_size("--min-bytes", arguments.min_bytes), parse_size("--max-bytes", arguments.max_bytes),
                 parse_whole("--step-factor", arguments.step_factor, 2, 1 << 30), Bytes()});
  RankChoice choice;
  if (arguments.ranks) choice.ranks = parse_whole("--ranks", *arguments.ranks, 2, topology::kMaxDevices);
  if (arguments.ranks_per_node) {
    choice.ranks_per_node = parse_whole("--ranks-per-node", *arguments.ranks_per_node, 1, topology::kMaxDevices);
  }
  request.ranks = choose_cards(sim::cards_per_node(request.experiment.cluster), choice);
  request.setting = nccl_setting(arguments.nccl_model, true);
  return request;
}

int run_tune(const TuneArguments& arguments) {
  const std::string format = apply_output_style(arguments.common, {"table", "json", "csv"});
  check_outputs({arguments.output}, {arguments.cluster, arguments.stack, arguments.nccl_model.graph}, arguments.force);
  const sim::Catalog catalog = sim::Catalog::open();
  const sim::TuneRequest request = request_of(arguments, catalog);

  sim::RunOptions compute;
  apply_compute_options(arguments.compute, request.experiment.model, compute);
  Progress progress(!arguments.common.quiet, "tune", request.collectives.size() * request.sizes.size());
  sim::TuneOptions options;
  options.threads = compute.threads;
  options.max_memory = compute.max_memory;
  options.stop = [] { return caught_signal() != 0; };
  options.on_progress = [&](std::size_t done, std::size_t total) {
    progress.update(static_cast<double>(done), static_cast<double>(total));
  };
  const sim::Tuned tuned = sim::tune(request, options);
  if (!tuned.complete) cancel_countdown();
  progress.clear();
  if (format == "json") print(sim::to_json(request, tuned, kVersion));
  if (format == "csv") print(sim::to_tuner_csv(tuned, kVersion));
  if (format == "table") print(tune_text(request, tuned, arguments.common.verbose > 0));
  set_last_words(kAllIsPrinted);
  if (!tuned.complete) {
    tell_interrupted("with " + std::to_string(tuned.rows.size()) +
                     " rows finished; the same command starts again, fewer sizes or --collectives shorten it");
    throw sim::Interrupted{};
  }
  if (arguments.output) write_file(*arguments.output, sim::to_tuner_csv(tuned, kVersion), arguments.force);
  return 0;
}

}  // namespace

Command tune_command() { return make_command(declare, run_tune); }

}  // namespace polyplane::cli
