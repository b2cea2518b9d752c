// polyplane sweep: an experiment with some of its fields varied.
#include "cli/sweep.h"

#include <algorithm>
#include <filesystem>
#include <iostream>
#include <thread>
#include <utility>

#include "base/error.h"
#include "base/log.h"
#include "base/resident.h"
#include "base/suggest.h"
#include "cli/commands.h"
#include "cli/exit_code.h"
#include "cli/output.h"
#include "cli/output_style.h"
#include "cli/progress.h"
#include "cli/signals.h"
#include "cli/sweep_list.h"
#include "cli/sweep_text.h"
#include "cli/values.h"
#include "cli/version.h"
#include "sim/campaign/sweep_table.h"
#include "sim/simulation.h"

namespace polyplane::cli {
namespace {

constexpr std::int64_t kMaxJobs = 1024;
constexpr std::int64_t kMaxShards = 1'000'000;
/// Exact as a number of JSON.
constexpr std::int64_t kMaxSearchSeed = std::int64_t{1} << 53;

struct Shard {
  std::size_t index = 0, count = 1;
};

Shard shard_of(const SweepArguments& arguments) {
  if (!arguments.shard) return {};
  const std::string& text = *arguments.shard;
  const std::size_t slash = text.find('/');
  if (slash == std::string::npos) {
    throw InputError("--shard: \"" + printable(text) + "\" is not i/N; write for example 0/3, 1/3 and 2/3");
  }
  Shard shard;
  shard.count = static_cast<std::size_t>(parse_whole("--shard", text.substr(slash + 1), 1, kMaxShards));
  shard.index = static_cast<std::size_t>(
      parse_whole("--shard", text.substr(0, slash), 0, static_cast<std::int64_t>(shard.count) - 1));
  return shard;
}

std::optional<sim::SweepSearch> search_of(const SweepArguments& arguments) {
  if (!arguments.budget) {
    if (arguments.minimise) throw InputError("--minimise is of a search; say with --budget how many points it may run");
    if (arguments.seed)
      throw InputError("--seed is of a search (--budget); that of runs is the field seed: --vary seed=1,2");
    return std::nullopt;
  }
  if (arguments.shard) {
    throw InputError("--budget and --shard do not go together: a search goes by what it has found; mpirun spreads it");
  }
  sim::SweepSearch search;
  search.budget = static_cast<std::size_t>(
      parse_whole("--budget", *arguments.budget, 1, static_cast<std::int64_t>(sim::kMaxSweepPoints)));
  if (arguments.minimise) search.minimise = one_of("--minimise", *arguments.minimise, sim::search_objectives());
  if (arguments.seed) {
    search.seed = static_cast<std::uint64_t>(parse_whole("--seed", *arguments.seed, 0, kMaxSearchSeed));
  }
  return search;
}

std::vector<std::string> formats() { return {"table", "json", "csv"}; }

int print_table(sim::SweepStore& store, const std::string& format) {
  const sim::SweepTable table = sim::table_of(store);
  if (format == "json") print(sim::to_json(table));
  if (format == "csv") print(sim::to_csv(table));
  if (format == "table") print(sweep_text(table));
  const std::string failures = sweep_failures(table);
  if (!failures.empty()) log(LogLevel::warn, "sweep", failures);
  if (table.bugs > 0) {
    log(LogLevel::error, "sweep",
        std::to_string(table.bugs) + " of them are bugs in polyplane " + std::string(kVersion) +
            "; please report the command line and the files it reads");
    return kExitBug;
  }
  return table.failed > 0 ? kExitFailed : kExitFine;
}

void refuse_options_of_runs(const SweepArguments& arguments) {
  const std::pair<const char*, bool> given[] = {{"--vary", !arguments.vary.empty()},
                                                {"--budget", arguments.budget.has_value()},
                                                {"--shard", arguments.shard.has_value()},
                                                {"--list", arguments.list},
                                                {"--minimise", arguments.minimise.has_value()},
                                                {"--seed", arguments.seed.has_value()},
                                                {"--jobs", arguments.jobs.has_value()},
                                                {"--max-memory", arguments.max_memory.has_value()},
                                                {"--prices", arguments.prices.has_value()},
                                                {"--resume", arguments.resume}};
  for (const auto& [option, there] : given) {
    if (there)
      throw InputError(std::string("EXPERIMENT is missing; without it a store is printed, and ") + option +
                       " means nothing");
  }
  if (!arguments.store) throw InputError("EXPERIMENT is missing; polyplane sweep --help says more");
}

/// A list is text for a shell: a command of its own for each point of the whole grid.
void refuse_options_beside_list(const SweepArguments& arguments, const std::string& format) {
  const std::pair<const char*, bool> given[] = {{"--budget", arguments.budget.has_value()},
                                                {"--shard", arguments.shard.has_value()},
                                                {"--resume", arguments.resume},
                                                {"--format", format != "table"}};
  for (const auto& [option, there] : given) {
    if (!there) continue;
    throw InputError(std::string("--list and ") + option +
                     " do not go together: it prints a command for each point of the grid, each a shard of its own");
  }
}

/// The line while points are checked or run, made when the first of them is told of.
class SweepProgress {
 public:
  SweepProgress(bool wanted, std::string label) : wanted_(wanted), label_(std::move(label)) {}

  void operator()(std::size_t done, std::size_t total) {
    if (!line_) {
      before_ = done;
      line_.emplace(wanted_, label_, total - done);
    }
    line_->count_rows(done - before_);
    line_->update(static_cast<double>(done - before_), static_cast<double>(std::max<std::size_t>(total - before_, 1)));
  }
  void clear() {
    if (line_) line_->clear();
  }

 private:
  bool wanted_;
  std::string label_;
  std::optional<Progress> line_;
  std::size_t before_ = 0;
};

std::vector<std::string> checked_keys(const sim::SweepPlan& plan, sim::SweepOptions options, bool quiet) {
  SweepProgress progress(!quiet, "check");
  options.on_progress = [&](std::size_t done, std::size_t total) { progress(done, total); };
  try {
    return sim::check_points(plan, options);
  } catch (const sim::Interrupted&) {
    cancel_countdown();
    progress.clear();
    tell_interrupted("while the points were checked; none was run");
    throw;
  }
}

/// Without those that met a limit, which are run again.
std::size_t finished_points(const sim::SweepTable& table) {
  return static_cast<std::size_t>(std::ranges::count_if(table.points, [](const sim::SweptPoint& point) {
    return point.result && point.result->failure != sim::SweepFailure::limit;
  }));
}

void say(const SweepArguments& arguments, const std::string& text) {
  if (!arguments.common.quiet) std::cerr << "# " << text << "\n";
}

[[noreturn]] void leave(const SweepArguments& arguments, sim::SweepStore& store) {
  sim::settle(store);
  const sim::SweepTable table = sim::table_of(store);
  const std::string all = store.description().search ? "" : " of " + std::to_string(table.points.size());
  tell_interrupted("with " + std::to_string(finished_points(table)) + all + " points kept in " +
                   printable(*arguments.store) + "; the same command goes on with the rest");
  throw sim::Interrupted{};
}

}  // namespace

Command declare_sweep(SweepArguments& sweep) {
  Command command{
      "sweep", "an experiment with fields varied: a grid or a search, kept in a store, gone on with after any stop",
      Examples{"polyplane sweep configs/experiments/all-reduce-with-faults.textproto --vary collectives.sizes=1M..1G*4 "
               "--vary collectives.algorithm=ring,auto --store faults.store",
               "polyplane sweep my_experiment.textproto --vary cluster=ft2-2048,deepseek-v3-2048 --vary seed=1..8 "
               "--shard 0/3 "
               "--store my.store.0"}};
  command.positional("EXPERIMENT", &sweep.experiment,
                     "a .textproto or .json file; without it the table of --store is printed");
  command.option("--vary", &sweep.vary, "KEY=VALUES",
                 "KEY=VALUES: a field by its path, collectives[0].algorithm, cluster.fabric.port_rate; values a,b,c, "
                 "8M..1G*2 or 4..32+4, each as the experiment states it; repeatable, the last one changes fastest");
  const OptionGroup running = command.group("How it is run");
  running.option("--store", &sweep.store, "FILE",
                 "keeps the results; of the same sweep: only what is missing is run; polyplane report FILE draws them");
  running.flag("--resume", &sweep.resume, "the store must be there already");
  running.option("-j,--jobs", &sweep.jobs, "N", "points side by side (default: the processors of this machine)");
  running.option("--shard", &sweep.shard, "i/N", "of N shares this one, from 0; merge joins their stores");
  running.flag("--list", &sweep.list, "run nothing, print a command for each point");
  running.option("--max-memory", &sweep.max_memory, "SIZE",
                 "of all points side by side; what is foretold to need more fails (default: what this machine has)");
  running.option("--prices", &sweep.prices, "NAME|FILE", "price sheet of the costs in the table");
  const OptionGroup search = command.group("Search instead of a grid");
  search.option("--budget", &sweep.budget, "N",
                "run at most so many points: descent to the best neighbour, several starts");
  search.option("--minimise", &sweep.minimise, "WHAT",
                "time (default), cost, system_cost, power, system_power, cost_time or power_time");
  search.option("--seed", &sweep.seed, "N", "of the starts (default 0)");
  add_common(command, sweep.common, kTableJsonOrCsv);
  command.group("Output").option(
      "--record",
      [](const std::string&) {
        throw InputError(
            "--record: the store of a sweep is its record; state --store FILE, then polyplane report FILE -o "
            "report.html draws it, also while the sweep runs");
      },
      "FILE", "refused: the store is the record of a sweep; polyplane report STORE draws it");
  return command;
}

sim::SweepRequest sweep_request(const SweepArguments& arguments) {
  if (arguments.vary.empty()) {
    throw InputError("--vary is missing; write for example --vary collectives.size=1M..1G*4, or use polyplane run");
  }
  return {.experiment = arguments.experiment,
          .vary = arguments.vary,
          .prices = arguments.prices.value_or(""),
          .version = std::string(kVersion)};
}

sim::SweepOptions sweep_options(const SweepArguments& arguments) {
  sim::SweepOptions options;
  options.threads = arguments.jobs ? static_cast<std::size_t>(parse_whole("--jobs", *arguments.jobs, 1, kMaxJobs))
                                   : std::max(1U, std::thread::hardware_concurrency());
  if (arguments.max_memory) {
    options.max_memory = parse_size("--max-memory", *arguments.max_memory);
  } else if (const std::uint64_t machine = physical_memory(); machine > 0) {
    options.max_memory = Bytes(static_cast<std::int64_t>(machine));
  }
  options.stop = [] { return caught_signal() != 0; };
  return options;
}

bool runs_points(const SweepArguments& arguments) { return !arguments.experiment.empty() && !arguments.list; }

void check_sweep(const SweepArguments& arguments) {
  const std::string format = check_output_style(arguments.common, formats());
  if (arguments.experiment.empty()) return refuse_options_of_runs(arguments);
  if (arguments.list) refuse_options_beside_list(arguments, format);
  static_cast<void>(search_of(arguments));
  static_cast<void>(shard_of(arguments));
  if (!arguments.store && !arguments.list)
    throw InputError("--store is missing; it is the file that keeps the results");
  static_cast<void>(sweep_request(arguments));
  static_cast<void>(sweep_options(arguments));
}

int sweep_with(const SweepArguments& arguments, const MakeRunner& make_runner) {
  check_sweep(arguments);
  const std::string format = apply_output_style(arguments.common, formats());
  if (arguments.experiment.empty()) {
    sim::SweepStore store = sim::SweepStore::read(*arguments.store);
    return print_table(store, format);
  }
  const std::optional<sim::SweepSearch> search = search_of(arguments);
  const Shard shard = shard_of(arguments);
  std::error_code error;
  if (arguments.resume && arguments.store && !std::filesystem::exists(*arguments.store, error)) {
    throw InputError("--resume: there is no store " + printable(*arguments.store) + " to go on with");
  }
  const sim::Catalog catalog = sim::Catalog::open();
  const sim::SweepPlan plan(catalog, sweep_request(arguments));
  sim::SweepOptions options = sweep_options(arguments);
  sim::SweepDescription description = describe(plan, checked_keys(plan, options, arguments.common.quiet));
  if (arguments.list) {
    print(sweep_list(arguments, plan.size()));
    return kExitFine;
  }
  description.search = search;
  description.shard = shard.index;
  description.shards = shard.count;
  set_last_words("finished points are kept in the store; the same command goes on with the rest");
  sim::SweepStore store = sim::SweepStore::open(*arguments.store, description);
  if (store.resumed()) {
    const sim::SweepTable table = sim::table_of(store);
    const std::size_t finished = finished_points(table);
    const bool all = finished == (search ? std::min(search->budget, plan.size()) : table.points.size());
    say(arguments, printable(*arguments.store) + " has " + (all ? "all " : "") + std::to_string(finished) +
                       " points of this sweep already; " + (all ? "nothing is run" : "the rest is run"));
  }
  SweepProgress progress(!arguments.common.quiet, "sweep");
  options.on_progress = [&](std::size_t done, std::size_t total) { progress(done, total); };
  const sim::SweepEnd end = sim::run_sweep(store, make_runner(plan, options), options);
  progress.clear();
  if (!end.complete) {
    cancel_countdown();
    leave(arguments, store);
  }
  sim::settle(store);
  return print_table(store, format);
}

Command sweep_command() {
  return make_command<SweepArguments>(
      declare_sweep, [](const SweepArguments& arguments) { return sweep_with(arguments, sim::thread_runner); });
}

}  // namespace polyplane::cli
