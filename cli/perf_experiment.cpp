#include "cli/perf_experiment.h"

#include <algorithm>

#include "base/error.h"
#include "base/suggest.h"
#include "cli/compute_options.h"
#include "cli/nccl_options.h"
#include "cli/rank_choice.h"
#include "cli/sizes.h"
#include "cli/split.h"
#include "cli/token_option.h"
#include "cli/values.h"
#include "collectives/algorithm.h"
#include "collectives/kind_traits.h"
#include "sim/cluster_graph.h"
#include "sim/cluster_nodes.h"
#include "sim/imported_algorithm.h"
#include "sim/simulation.h"

namespace polyplane::cli {
namespace {

std::string without_suffix(std::string name, std::string_view suffix) {
  if (name.ends_with(suffix)) name.resize(name.size() - suffix.size());
  return name;
}

SizeRange size_range(const PerfArguments& arguments) {
  SizeRange range{parse_size("--min-bytes", arguments.min_bytes.value_or("8")),
                  parse_size("--max-bytes", arguments.max_bytes.value_or("8G")), 2, Bytes()};
  // The default of the end that was not given moves along with the one that was.
  if (arguments.min_bytes && !arguments.max_bytes) range.max = std::max(range.max, range.min);
  if (arguments.max_bytes && !arguments.min_bytes) range.min = std::min(range.max, range.min);
  if (arguments.step_factor) range.factor = parse_whole("--step-factor", *arguments.step_factor, 1, kMaxSizeBytes);
  if (!arguments.step_bytes && range.factor == 1) range.step = Bytes(std::int64_t{1} << 20U);  // as nccl-tests
  if (arguments.step_bytes) {
    if (arguments.step_factor && range.factor > 1) {
      throw InputError("--step-bytes and --step-factor contradict each other; use one of them");
    }
    range.factor = 1;
    range.step = parse_size("--step-bytes", *arguments.step_bytes);
  }
  return range;
}

std::uint32_t root_of(const PerfArguments& arguments, collectives::CollectiveKind kind, std::size_t ranks) {
  if (arguments.root != "0" && !collectives::has_root(kind)) {
    throw InputError("--root " + collectives::why_no_root(kind));
  }
  if (arguments.root == "-1") { throw InputError("--root -1 (each rank in turn) is not offered; choose one root"); }
  return static_cast<std::uint32_t>(parse_whole("--root", arguments.root, 0, static_cast<std::int64_t>(ranks) - 1));
}

void refuse_all(std::string_view option, const std::string& value) {
  if (value != "all") return;
  throw InputError(std::string(option) + " all is not offered: run the command once for each");
}

/// Options of a barrier.
void refuse_data(const PerfArguments& arguments) {
  const std::pair<const char*, bool> given[] = {{"--min-bytes", arguments.min_bytes.has_value()},
                                                {"--max-bytes", arguments.max_bytes.has_value()},
                                                {"--step-factor", arguments.step_factor.has_value()},
                                                {"--step-bytes", arguments.step_bytes.has_value()},
                                                {"--datatype", arguments.datatype.has_value()}};
  for (const auto& [option, there] : given) {
    if (there) throw InputError(std::string("barrier moves no data: ") + option + " has no meaning for it");
  }
}

/// With a did-you-mean that knows the words which are no algorithms, too.
void check_algorithm(const sim::CollectiveJob& job) {
  std::vector<std::string> names = collectives::algorithm_names(job.kind);
  names.insert(names.begin(), {"auto", "nccl"});
  if (std::ranges::find(names, job.algorithm) != names.end()) return;
  throw InputError("--algorithm: " +
                   unknown_name(std::string(to_string(job.kind)) + " algorithm", job.algorithm, names));
}

void check_copies(const sim::CollectiveJob& job) {
  std::string why = collectives::why_not_channels(job.kind, job.algorithm, job.channels);
  if (!why.empty()) throw InputError("--channels: " + why);
  why = collectives::why_not_slices(job.kind, job.algorithm, job.slices);
  if (!why.empty()) throw InputError("--slices: " + why);
}

std::optional<std::int64_t> rank_count(const PerfArguments& arguments, const NcclMeaning& meaning) {
  if (!arguments.ranks) return meaning.ranks;
  const std::int64_t ranks = parse_whole("--ranks", *arguments.ranks, 1, topology::kMaxDevices);
  if (meaning.ranks && *meaning.ranks != ranks) {
    throw InputError("--ranks " + *arguments.ranks +
                     " contradicts --nthreads x --ngpus = " + std::to_string(*meaning.ranks));
  }
  return ranks;
}

void place_ranks(const PerfArguments& arguments, const NcclMeaning& meaning, const sim::ClusterChoice& cluster,
                 std::uint64_t seed, sim::CollectiveJob& job, std::size_t& ranks) {
  RankChoice choice;
  choice.ranks = rank_count(arguments, meaning);
  if (arguments.ranks_per_node) {
    choice.ranks_per_node = parse_whole("--ranks-per-node", *arguments.ranks_per_node, 1, topology::kMaxDevices);
  }
  if (arguments.rank_map) choice.map = read_rank_map(*arguments.rank_map);
  if (arguments.placement) {
    choice.placement = parse_placement(*arguments.placement);
    choice.placement->seed = seed;
  }
  const std::vector<std::uint32_t> per_node = sim::cards_per_node(cluster);
  std::size_t cards = 0;
  for (const std::uint32_t count : per_node) cards += count;
  if (cards == 0) throw InputError("the cluster has no accelerator to put a rank on");
  if (choice.placement) {
    sim::RankPlacement placed = place_cards(cluster, choice);
    job.ranks = std::move(placed.cards);
    job.placement = std::move(placed.text);
  } else {
    job.ranks = choose_cards(per_node, choice);
  }
  ranks = job.ranks.empty() ? cards : job.ranks.size();
  if (!arguments.split) return;
  job.groups = split_ranks(*arguments.split, static_cast<std::uint32_t>(ranks));
  ranks = job.groups.front().size();
  if (job.ranks.empty()) return;
  for (std::vector<std::uint32_t>& group : job.groups) {
    for (std::uint32_t& member : group) member = job.ranks[member];
  }
}

/// What `routing` leaves open is as it will be, but for the nodes of a node limit, which the cluster may say.
std::string traffic_text(collectives::TokenRouting routing, std::uint32_t ranks) {
  if (routing.ranks_per_node == 0) routing.node_limit = 0;
  return describe(collectives::settled(routing, ranks));
}

std::vector<std::string> header_facts(const PerfArguments& arguments, const PerfPlan& plan, std::size_t ranks,
                                      const NcclMeaning& meaning) {
  const sim::Experiment& experiment = plan.experiment;
  const sim::CollectiveJob& job = experiment.collectives.front();
  std::vector<std::string> facts;
  std::string who = std::to_string(ranks) + (ranks == 1 ? " rank" : " ranks") + ", one a card of cluster " +
                    sim::name_of(experiment.cluster);
  if (!job.groups.empty()) who = std::to_string(job.groups.size()) + " groups at once, each of " + who;
  facts.push_back(who + "; simulated, no device was used");
  std::string routing = experiment.routing.name;
  if (routing == "ecmp") routing += " (hash " + experiment.routing.hash + ")";
  facts.push_back("model " + experiment.model + ", stack " + experiment.stack.name + ", routing " + routing +
                  ", algorithm " + job.algorithm + ", protocol " + job.protocol + ", seed " +
                  std::to_string(experiment.seed));
  if (experiment.quantum > Duration()) facts.push_back("time quantum " + to_string(experiment.quantum));
  if (!job.placement.empty()) facts.push_back("placement " + job.placement);
  if (job.tokens) {
    facts.push_back("traffic of experts: " + (arguments.tokens ? *arguments.tokens + ": " : "") +
                    traffic_text(*job.tokens, static_cast<std::uint32_t>(ranks)) +
                    "; sizes asked for are of one token");
  } else if (job.kind == collectives::CollectiveKind::alltoallv) {
    facts.push_back("uneven as in nccl-tests: rank i sends to rank i + d in proportion to d, to itself nothing");
  }
  for (const std::string& fault : arguments.faults) facts.push_back("fault: " + fault);
  for (const std::string& remark : meaning.remarks) facts.push_back(remark);
  for (const std::string& assumption : sim::assumptions_of(experiment)) facts.push_back("assumed: " + assumption);
  return facts;
}

}  // namespace

PerfPlan plan_perf(const PerfArguments& arguments, const sim::Catalog& catalog) {
  PerfPlan plan;
  const NcclMeaning meaning = understand_nccl_options(arguments.nccl_options);
  refuse_all("--op", arguments.reduction);
  if (arguments.datatype) refuse_all("--datatype", *arguments.datatype);

  sim::CollectiveJob job;
  job.kind = collectives::parse_collective(without_suffix(arguments.collective, "_perf"));
  const bool moves_data = job.kind != collectives::CollectiveKind::barrier;
  if (!moves_data) refuse_data(arguments);
  const SizeRange range = size_range(arguments);
  job.sizes = moves_data ? size_list(range) : std::vector{Bytes(0)};
  job.datatype = arguments.datatype.value_or("float");
  job.reduction = one_of("--op", arguments.reduction, {"sum", "prod", "min", "max", "avg", "mulsum"});
  if (arguments.reduction != "sum" && !collectives::reduces(job.kind)) {
    throw InputError("--op " + collectives::why_no_operation(job.kind));
  }
  job.algorithm = arguments.algorithm;
  job.protocol = arguments.protocol;
  job.nccl = nccl_setting(arguments.nccl_model, arguments.algorithm == "nccl");
  if (arguments.channels) {
    job.channels = static_cast<std::uint32_t>(parse_whole("--channels", *arguments.channels, 0, INT32_MAX));
  }
  if (arguments.slices) {
    job.slices = static_cast<std::uint32_t>(parse_whole("--slices", *arguments.slices, 0, INT32_MAX));
  }

  sim::Experiment& experiment = plan.experiment;
  experiment.cluster = catalog.cluster(arguments.cluster);
  std::size_t ranks = 0;
  experiment.seed = arguments.seed ? parse_seed("--seed", *arguments.seed) : 0;
  place_ranks(arguments, meaning, experiment.cluster, experiment.seed, job, ranks);
  job.root = root_of(arguments, job.kind, ranks);
  experiment.name = "perf";
  experiment.faults = arguments.faults;
  experiment.routing.name = arguments.routing.value_or(experiment.cluster.spec.default_routing);
  one_of("--routing", experiment.routing.name, topology::routings().names());
  if (arguments.hash) experiment.routing.hash = one_of("--hash", *arguments.hash, topology::flow_hashes().names());
  if (arguments.hash && experiment.routing.name != "ecmp") {
    throw InputError("--hash is for --routing ecmp; the routing is " + experiment.routing.name);
  }
  experiment.routing.seed = experiment.seed;
  experiment.stack = arguments.stack ? catalog.stack(*arguments.stack) : catalog.stack_of(experiment.cluster);
  experiment.model = arguments.model;
  experiment.quantum = quantum_of(arguments.compute, experiment.model);
  if (arguments.schedule) {
    sim::set_schedule(job, *arguments.schedule, static_cast<std::uint32_t>(ranks), experiment.stack);
  } else {
    check_algorithm(job);
    check_copies(job);
  }
  const bool of_tokens = collectives::is_of_tokens(job.kind);
  if (arguments.tokens && !of_tokens && job.kind != collectives::CollectiveKind::alltoallv) {
    throw InputError("--tokens is for dispatch, combine and alltoallv, not for " + std::string(to_string(job.kind)));
  }
  if (arguments.tokens || of_tokens) {
    if (arguments.datatype) throw InputError("--datatype has no meaning for tokens, which are bytes; leave it out");
    job.tokens =
        parse_tokens(arguments.tokens.value_or(kDefaultTokens), experiment.seed, static_cast<std::uint32_t>(ranks));
  }
  experiment.collectives.push_back(std::move(job));

  const sim::CollectiveJob& planned = experiment.collectives.front();
  plan.header.program = std::string(to_string(planned.kind)) + "_perf";
  plan.header.min = planned.sizes.front();
  plan.header.max = moves_data ? range.max : Bytes(0);
  plan.header.step_is_factor = range.factor > 1;
  plan.header.step = plan.header.step_is_factor ? range.factor : range.step.count();
  plan.header.check = meaning.check;
  plan.header.facts = header_facts(arguments, plan, ranks, meaning);
  return plan;
}

}  // namespace polyplane::cli
