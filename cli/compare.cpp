// polyplane compare: clusters at the same work, side by side.
#include <memory>

#include "base/error.h"
#include "cli/commands.h"
#include "cli/common_options.h"
#include "cli/compare_table.h"
#include "cli/compute_options.h"
#include "cli/output.h"
#include "cli/output_style.h"
#include "cli/progress.h"
#include "cli/record.h"
#include "cli/signals.h"
#include "cli/values.h"
#include "cli/version.h"
#include "cli/workload_text.h"
#include "collectives/kind_traits.h"
#include "sim/campaign/write_compare.h"
#include "sim/network/network_model.h"
#include "sim/simulation.h"

namespace polyplane::cli {
namespace {

struct CompareArguments {
  CommonArguments common;
  ComputeArguments compute;
  std::vector<std::string> clusters, workloads;
  std::optional<std::string> ranks, routing, seed;
  std::string algorithm = "auto", model = "flow", stack = "ideal";
  std::optional<std::string> datatype;  // float
  std::string prices;                   // a name or file; "" = the default sheet
  std::string amortise_years = "4";
  RecordArguments record;
  bool force = false;
};

Command declare(CompareArguments& compare) {
  Command command{
      "compare", "clusters at the same work, side by side: time, bound, cost, watts",
      Examples{"polyplane compare deepseek-v3-2048 ft2-2048 --workload alltoall:64MiB,all_reduce:1GiB",
               "polyplane compare mpft-16384 ft3-65536 --ranks 1024,8192 --workload alltoall:1MiB --format markdown"}};
  command.positional("CLUSTERS", &compare.clusters,
                     "required: names of the catalogue, files, or fat_tree:radix=64,...");
  command.option(
      "--workload", &compare.workloads, "LIST",
      "required: COLLECTIVE:SIZE, several joined by commas run one after the other; repeatable, one table each");
  command.option("--ranks", &compare.ranks, "N,...",
                 "the first N cards of each cluster, one row for each N (default all)");
  command.option("--algorithm", &compare.algorithm, "NAME", "auto or a name (default auto)");
  command.option("--model", &compare.model, "NAME", alternatives(sim::network_models().names()) + " (default flow)");
  command.option("--stack", &compare.stack, "NAME|FILE",
                 "software costs, one for all: ideal (none, the hardware alone), nccl, or a file (default ideal)");
  command.option("--routing", &compare.routing, "NAME", "one for all (default: each cluster's own)");
  command.option("--datatype", &compare.datatype, "TYPE", "as in nccl-tests (default float)");
  command.option("--seed", &compare.seed, "N", "of hashing (default 0)");
  command.option("--prices", &compare.prices, "NAME|FILE", "price sheet (default: catalog --prices says which)");
  command.option("--amortise-years", &compare.amortise_years, "N",
                 "years over which the capital is spread (default 4)");
  command.option("--threads", &compare.compute.threads, "N",
                 "runs side by side (default: the processors of this machine)");
  command.option("--time-quantum", &compare.compute.time_quantum, "TIME",
                 "put starts and ends of flows off to its next multiple; 0: exact, as perf (default '10 ns')");
  command.option("--max-memory", &compare.compute.max_memory, "SIZE",
                 "refuse, with exit code 3, what is foretold to need more");
  add_record(command, compare.record);
  command.group("Output").flag("--force", &compare.force, "overwrite FILE");
  add_common(command, compare.common, "table, markdown, json or csv (default table)",
             "more columns: cost and power of the cards too");
  return command;
}

constexpr std::int64_t kMaxYears = 100;

std::vector<std::uint32_t> rank_counts(const std::string& text) {
  std::vector<std::uint32_t> counts;
  std::size_t from = 0;
  while (from <= text.size()) {
    const std::size_t end = std::min(text.find(',', from), text.size());
    counts.push_back(
        static_cast<std::uint32_t>(parse_whole("--ranks", text.substr(from, end - from), 1, topology::kMaxDevices)));
    from = end + 1;
  }
  return counts;
}

/// Of --datatype.
void check_elements(const std::vector<sim::Workload>& workloads) {
  for (const sim::Workload& workload : workloads) {
    for (const sim::Workload::Part& part : workload.parts) {
      if (part.kind != collectives::CollectiveKind::barrier && !collectives::is_of_tokens(part.kind)) return;
    }
  }
  throw InputError("--datatype has no meaning for this workload: a barrier moves no data, and tokens are bytes");
}

sim::Comparison comparison_of(const CompareArguments& arguments, const sim::Catalog& catalog) {
  sim::Comparison comparison;
  comparison.clusters = arguments.clusters;
  if (arguments.ranks) comparison.ranks = rank_counts(*arguments.ranks);
  for (const std::string& workload : arguments.workloads) comparison.workloads.push_back(parse_workload(workload));
  comparison.model = one_of("--model", arguments.model, sim::network_models().names());
  comparison.algorithm = arguments.algorithm;
  if (arguments.datatype) {
    check_elements(comparison.workloads);
    comparison.datatype = *arguments.datatype;
  }
  if (arguments.routing) comparison.routing = one_of("--routing", *arguments.routing, topology::routings().names());
  comparison.stack = catalog.stack(arguments.stack);
  comparison.prices = catalog.prices(arguments.prices.empty() ? sim::kDefaultPrices : arguments.prices);
  comparison.amortisation_years =
      static_cast<double>(parse_whole("--amortise-years", arguments.amortise_years, 1, kMaxYears));
  if (arguments.compute.time_quantum == "0") {
    comparison.quantum = Duration();
  } else if (arguments.compute.time_quantum) {
    comparison.quantum = quantum_of(arguments.compute, comparison.model);
  }
  if (arguments.seed) comparison.seed = parse_seed("--seed", *arguments.seed);
  return comparison;
}

int run_compare(const CompareArguments& arguments) {
  const std::string format = apply_output_style(arguments.common, {"table", "json", "csv", "markdown"});
  check_outputs({arguments.record.file}, {}, arguments.force);
  const std::unique_ptr<sim::Recorder> recorder = recorder_of(arguments.record, "comparison");
  const sim::Catalog catalog = sim::Catalog::open();
  const sim::Comparison comparison = comparison_of(arguments, catalog);

  sim::RunOptions compute;
  apply_compute_options(arguments.compute, comparison.model, compute);
  Progress progress(!arguments.common.quiet, "compare", comparison.clusters.size());
  sim::CompareOptions options;
  options.threads = compute.threads;
  options.max_memory = compute.max_memory;
  options.stop = [] { return caught_signal() != 0; };
  options.on_progress = [&](std::size_t done, std::size_t total) {
    progress.update(static_cast<double>(done), static_cast<double>(total));
  };
  for (std::size_t i = 0; recorder && i < comparison.clusters.size(); ++i) {
    options.observers.push_back(&recorder->next_cluster(false));
  }
  const sim::Compared compared = sim::compare(catalog, comparison, options);
  if (!compared.complete) cancel_countdown();
  progress.clear();
  if (format == "json") print(sim::to_json(comparison, compared, kVersion));
  if (format == "csv") print(sim::to_csv(comparison, compared));
  if (format == "table" || format == "markdown") {
    print(compare_text(comparison, compared, format == "table" ? TableStyle::aligned : TableStyle::markdown,
                       arguments.common.verbose > 0));
  }
  set_last_words(kAllIsPrinted);
  if (recorder && compared.complete) {
    write_recording(arguments.record, recorder->of_comparison(comparison, compared), arguments.force,
                    arguments.common.quiet);
  }
  if (compared.complete) return 0;
  tell_interrupted("with " + std::to_string(compared.rows.size()) +
                   " rows finished; the same command starts again, --workload or fewer clusters shorten it");
  throw sim::Interrupted{};
}

}  // namespace

Command compare_command() { return make_command(declare, run_compare); }

}  // namespace polyplane::cli
