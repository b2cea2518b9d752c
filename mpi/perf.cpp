// polyplane-mpi perf: schedules timed on real ranks, beside MPI's own collective, beside their simulation.
#include <fmt/format.h>
#include <algorithm>
#include <CLI/CLI.hpp>
#include <functional>
#include <memory>
#include <span>
#include <sstream>
#include <thread>
#include <utility>

#include "base/error.h"
#include "base/suggest.h"
#include "cli/exit_code.h"
#include "cli/output.h"
#include "cli/output_style.h"
#include "cli/perf_experiment.h"
#include "cli/values.h"
#include "collectives/algorithm.h"
#include "collectives/kind_traits.h"
#include "mpi/arguments.h"
#include "mpi/commands.h"
#include "mpi/core_of_rank.h"
#include "mpi/on_root.h"
#include "mpi/perf_table.h"
#include "mpi/reference.h"
#include "mpi/schedule_runner.h"
#include "mpi/simulated_machine.h"
#include "mpi/test_data.h"
#include "sim/assumptions.h"
#include "sim/experiment_topology.h"
#include "sim/placement.h"
#include "sim/simulation.h"
#include "sim/switch_arithmetic.h"

namespace polyplane::mpi {
namespace {

using collectives::Collective;
using collectives::CollectiveKind;

struct MpiPerfArguments {
  cli::PerfArguments simulated;  // what the simulation has too
  std::optional<std::string> cluster, stack;
  std::string iterations = "20", warm_ups = "5", patience = "60";
  bool in_place = false;
};

/// How often, and how long a silence may last.
struct Repetitions {
  int timed = 0, warm_ups = 0;
  double patience_seconds = 0;
};

/// Of one size, as far as it is known before anything is measured.
struct Planned {
  Duration simulated;
  std::string algorithm;
  std::uint32_t channels = 0, slices = 0;
};

std::vector<Planned> simulate(const Communicator& world, const sim::Experiment& experiment) {
  const std::string text = on_root(world, [&] {
    std::string lines;
    for (const sim::CollectiveResult& result : sim::run(experiment, {}).collectives) {
      if (!result.proven) throw RunError(result.algorithm + " could not be proven; it is not run");
      lines += fmt::format("{} {} {} {}\n", result.time.ps(), result.channels, result.slices, result.algorithm);
    }
    return lines;
  });
  std::vector<Planned> planned;
  std::istringstream lines(text);
  std::int64_t ps = 0;
  for (Planned one; lines >> ps >> one.channels >> one.slices && std::getline(lines >> std::ws, one.algorithm);) {
    one.simulated = Duration::from_ps(ps);
    planned.push_back(one);
  }
  return planned;
}

Collective contract_of(const sim::CollectiveJob& job, const collectives::RankLayout& layout, Bytes size,
                       ElementKind kind) {
  if (job.tokens || collectives::is_of_tokens(job.kind)) {
    collectives::TokenRouting routing = job.tokens.value_or(collectives::TokenRouting{});
    if (routing.ranks_per_node == 0) routing.ranks_per_node = layout.uniform_domain_size();
    return Collective::of_tokens(job.kind, layout.num_ranks(), routing, size);
  }
  return Collective::sized(job.kind, layout.num_ranks(), size, size_of(kind), RankId(job.root));
}

/// Measures one job, size by size.
class Bench {
 public:
  Bench(const Communicator& world, bool in_place, const Repetitions& repetitions, const sim::Experiment& experiment,
        const collectives::RankLayout& layout, ElementKind kind, Reduction reduction)
      : world_(world),
        space_(world),
        job_(experiment.collectives.front()),
        layout_(layout),
        in_place_(in_place),
        kind_(kind),
        reduction_(reduction),
        repetitions_(repetitions) {}

  [[nodiscard]] PerfRow measure(Bytes size, const Planned& planned) {
    const Collective contract = contract_of(job_, layout_, size, kind_);
    const auto schedule = collectives::make_schedule(
        collectives::find_algorithm(job_.kind, planned.algorithm, job_.schedule.get()),
        {.collective = contract, .layout = layout_, .channels = planned.channels, .slices = planned.slices});
    ScheduleRunner runner(space_, *schedule,
                          {.kind = kind_,
                           .reduction = reduction_,
                           .in_place = in_place_,
                           .patience_seconds = repetitions_.patience_seconds});
    const bool mpi_in_place = in_place_ && Reference::has_in_place(job_.kind);
    Reference reference(space_.ranks(), contract, kind_, reduction_, mpi_in_place);

    const auto me = RankId(static_cast<std::uint32_t>(world_.rank()));
    const UserBuffers buffers = user_buffers(contract, me, in_place_);
    const UserBuffers mpi_buffers = user_buffers(contract, me, mpi_in_place);
    const auto bytes = [](std::int64_t one, std::int64_t other) {
      return std::vector<std::byte>(static_cast<std::size_t>(std::max(one, other)));
    };
    std::vector<std::byte> in = bytes(buffers.in_bytes, mpi_buffers.in_bytes);
    std::vector<std::byte> out = bytes(buffers.out_bytes, mpi_buffers.out_bytes);
    fill(in);
    fill(out);

    PerfRow row;
    row.size = contract.size();
    row.count = contract.count();
    row.datatype = to_string(kind_);
    row.reduction = contract.reduced() ? std::string(to_string(reduction_)) : "none";
    row.root = collectives::has_root(job_.kind) ? static_cast<std::int32_t>(job_.root) : -1;
    row.algorithm = planned.algorithm;
    row.channels = planned.channels;
    row.slices = planned.slices;
    row.bus_factor = contract.bus_factor();
    row.simulated = planned.simulated;
    row.schedule = timed([&] { runner.run(in.data(), out.data()); });
    row.mpi = timed([&] { reference.run(in.data(), out.data()); });
    return row;
  }

 private:
  [[nodiscard]] Timing timed(const std::function<void()>& work) const {
    return time_together(world_, repetitions_.warm_ups, repetitions_.timed, work);
  }

  /// Ordinary numbers: sums of them stay so for millions of repetitions, and none is subnormal.
  void fill(std::vector<std::byte>& buffer) const {
    const auto element = static_cast<std::size_t>(size_of(kind_));
    const TestData data(kind_, Reduction::sum, 1);
    data.fill(std::span(buffer).first(buffer.size() / element * element), static_cast<std::uint32_t>(world_.rank()), 0);
  }

  const Communicator& world_;
  MessageSpace space_;
  const sim::CollectiveJob& job_;
  const collectives::RankLayout& layout_;
  bool in_place_;
  ElementKind kind_;
  Reduction reduction_;
  Repetitions repetitions_;
};

PerfFacts facts_of(const Communicator& world, const MpiPerfArguments& arguments, const sim::Experiment& experiment,
                   const topology::Topology& topology, const std::string& machine, const std::string& load) {
  PerfFacts facts;
  facts.collective = to_string(experiment.collectives.front().kind);
  facts.lines.push_back(fmt::format("{} ranks; {}", world.size(), load));
  const PlacedRanks placed = place_ranks(world);
  for (std::size_t rank = 0; rank < placed.bindings.size(); ++rank) {
    facts.lines.push_back(fmt::format("rank {}: {}", rank, placed.bindings[rank]));
  }
  const unsigned processors = std::thread::hardware_concurrency();
  const std::int64_t crowd = world.max(std::int64_t{world.split_nodes().size()});
  if (crowd > std::int64_t{processors}) {
    facts.lines.push_back(fmt::format(
        "{} ranks share {} processors: they wait for their turn, which no simulation knows", crowd, processors));
  }
  facts.lines.push_back(
      fmt::format("{} warm-ups, then the median of {} runs, {}; spread: from quartile to quartile, of the median",
                  arguments.warm_ups, arguments.iterations, arguments.in_place ? "in place" : "out of place"));
  facts.lines.emplace_back("clock: MPI_Wtime, the slowest rank, from when it left a barrier");
  facts.lines.push_back(machine);
  for (const std::string& assumed : sim::assumptions_of(experiment, topology))
    facts.lines.push_back("assumed: " + assumed);
  return facts;
}

void define(CLI::App& app, MpiPerfArguments& arguments) {
  cli::PerfArguments& perf = arguments.simulated;
  app.add_option("COLLECTIVE", perf.collective, "all_reduce, all_gather, ...")->required();
  app.add_option("-b,--min-bytes", perf.min_bytes, "smallest size (default 8)")->type_name("SIZE");
  app.add_option("-e,--max-bytes", perf.max_bytes, "largest size (default 64M)")->type_name("SIZE");
  app.add_option("-f,--step-factor", perf.step_factor, "from size to size (default 2)")->type_name("N");
  app.add_option("-i,--step-bytes", perf.step_bytes, "from size to size, instead of a factor")->type_name("SIZE");
  app.add_option("--algorithm", perf.algorithm, "a name, or auto: what the simulation chooses (default)")
      ->type_name("NAME");
  app.add_option("--schedule", perf.schedule, "a schedule of MSCCL or MSCCL++, instead of an algorithm")
      ->type_name("FILE");
  app.add_option("--channels", perf.channels, "parallel copies of the algorithm")->type_name("N");
  app.add_option("--slices", perf.slices, "parts of each copy that follow each other")->type_name("N");
  app.add_option("-d,--datatype", perf.datatype, "int32, float, double, bfloat16 or uint8 (default float)")
      ->type_name("TYPE");
  app.add_option("-o,--op", perf.reduction, "sum, prod, min or max (default sum)")->type_name("OP");
  app.add_option("-r,--root", perf.root, "of broadcast, reduce, gather, scatter (default 0)")->type_name("RANK");
  app.add_option("--tokens", perf.tokens, "traffic of experts, for dispatch, combine and alltoallv")->type_name("SPEC");
  app.add_flag("--in-place", arguments.in_place, "one buffer (of MPI too, where it has that)");
  app.add_option("-n,--iters", arguments.iterations, "timed runs of a size (default 20)")->type_name("N");
  app.add_option("-w,--warmup_iters", arguments.warm_ups, "runs before those (default 5)")->type_name("N");
  app.add_option("--cluster", arguments.cluster,
                 "that the simulation takes: a name, file or one-liner (default: what calibrate wrote, else a guess)")
      ->type_name("CLUSTER");
  app.add_option("--stack", arguments.stack, "a name or file (default: what calibrate wrote, else mpi)")
      ->type_name("STACK");
  app.add_option("--patience", arguments.patience, "seconds without any message after which it is a stall (default 60)")
      ->type_name("S");
  app.add_option("--format", perf.common.format, "table, json or csv (default table)")->type_name("FORMAT");
  app.add_flag("-q,--quiet", perf.common.quiet, "no warnings on stderr");
  app.footer(
      "Examples:\n  mpirun -n 4 polyplane-mpi perf all_reduce -b 8 -e 64M\n"
      "  mpirun -n 2 polyplane-mpi perf alltoall --algorithm pairwise --cluster ./cluster.textproto --stack "
      "./stack.textproto\n");
}

ElementKind element_kind_of(const sim::CollectiveJob& job) {
  const bool of_tokens = collectives::is_of_tokens(job.kind) || job.tokens;
  return of_tokens ? ElementKind::byte : parse_element_kind(job.datatype);
}

std::vector<std::string> formats() { return {"table", "json", "csv"}; }

/// Throws what is wrong whichever machine is simulated.
void check(const Communicator& world, cli::PerfArguments simulated) {
  simulated.cluster = made_up_cluster(world.size());
  simulated.stack = "mpi";
  const cli::PerfPlan plan = cli::plan_perf(simulated, sim::Catalog::open());
  const sim::CollectiveJob& job = plan.experiment.collectives.front();
  static_cast<void>(element_kind_of(job));
  static_cast<void>(parse_reduction(job.reduction));
  if (job.algorithm != "auto" && job.algorithm != "nccl") {
    static_cast<void>(collectives::find_algorithm(job.kind, job.algorithm, job.schedule.get()));
  }
}

int perf(const Communicator& world, MpiPerfArguments arguments, const Repetitions& repetitions) {
  cli::PerfArguments& simulated = arguments.simulated;
  const std::string format = cli::apply_output_style(simulated.common, formats());
  const sim::Catalog catalog = sim::Catalog::open();
  const SimulatedMachine machine = simulated_machine(world, catalog, arguments.cluster, arguments.stack);
  simulated.cluster = machine.cluster;
  simulated.stack = machine.stack;
  const cli::PerfPlan plan = cli::plan_perf(simulated, catalog);
  const sim::CollectiveJob& job = plan.experiment.collectives.front();
  const ElementKind kind = element_kind_of(job);
  const Reduction reduction = parse_reduction(job.reduction);

  const topology::Topology topology = sim::build_topology(plan.experiment);
  const std::span<const DeviceId> all = topology.accelerators();
  const std::vector<DeviceId> cards(all.begin(), all.begin() + world.size());
  const collectives::RankLayout layout =
      sim::with_able_switches(sim::make_layout(topology, cards), sim::arithmetic_of(plan.experiment.cluster), job.kind,
                              job.datatype, job.reduction);
  const std::string before = load_text();
  const std::vector<Planned> planned = simulate(world, plan.experiment);
  Bench bench(world, arguments.in_place, repetitions, plan.experiment, layout, kind, reduction);
  PerfFacts facts = facts_of(world, arguments, plan.experiment, topology, machine.sentence, before);
  facts.mpi_name = Reference(world, contract_of(job, layout, job.sizes.front(), kind), kind, reduction, false).name();

  std::vector<PerfRow> rows;
  for (std::size_t i = 0; i < job.sizes.size(); ++i) {
    rows.push_back(bench.measure(job.sizes[i], planned[i]));
    if (!world.is_root() || format == "json") continue;
    if (i == 0) cli::print(format == "csv" ? perf_csv_header() : perf_header(facts));
    cli::print(format == "csv" ? perf_csv_row(rows.back()) : perf_row(rows.back()));
  }
  const std::string load = before + " before, " + load_text() + " after";
  if (world.is_root() && format == "json") cli::print(perf_json(facts, rows, world.size(), load));
  if (world.is_root() && format == "table") cli::print(perf_footer(rows, load));
  return cli::kExitFine;
}

}  // namespace

Task prepare_perf(const Communicator& world, const std::vector<std::string>& given) {
  MpiPerfArguments arguments;
  CLI::App app("times a schedule on these ranks, beside MPI's own collective and beside its simulation",
               "mpirun -n RANKS polyplane-mpi perf");
  define(app, arguments);
  if (!parse_arguments(app, world, given)) return {};
  cli::PerfArguments& simulated = arguments.simulated;
  cli::check_output_style(simulated.common, formats());
  const Repetitions repetitions{
      .timed = static_cast<int>(cli::parse_whole("--iters", arguments.iterations, 1, 1'000'000)),
      .warm_ups = static_cast<int>(cli::parse_whole("--warmup_iters", arguments.warm_ups, 0, 1'000'000)),
      .patience_seconds = static_cast<double>(cli::parse_whole("--patience", arguments.patience, 1, 86'400))};
  simulated.ranks = std::to_string(world.size());
  const bool barrier = collectives::parse_collective(simulated.collective) == CollectiveKind::barrier;
  if (!simulated.max_bytes && !simulated.min_bytes && !barrier) simulated.max_bytes = "64M";
  if (!simulated.min_bytes && !barrier) simulated.min_bytes = "8";
  check(world, simulated);
  return [=, &world] { return perf(world, arguments, repetitions); };
}

}  // namespace polyplane::mpi
