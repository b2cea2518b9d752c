#include "sim/load_experiment.h"

#include <algorithm>
#include <filesystem>
#include <set>

#include "base/error.h"
#include "base/suggest.h"
#include "collectives/algorithm.h"
#include "collectives/kind_traits.h"
#include "sim/cluster_graph.h"
#include "sim/cluster_nodes.h"
#include "sim/datatype.h"
#include "sim/imported_algorithm.h"
#include "sim/load_cluster.h"
#include "sim/load_flows.h"
#include "sim/load_members.h"
#include "sim/load_nccl_setting.h"
#include "sim/load_placement.h"
#include "sim/load_stack.h"
#include "sim/load_steps.h"
#include "sim/load_tokens.h"
#include "sim/load_traces.h"
#include "sim/nccl/choice.h"
#include "sim/network/network_model.h"
#include "sim/rank_list.h"
#include "topology/topology.h"

namespace polyplane::sim {
namespace {

using collectives::CollectiveKind;

class ExperimentLoader {
 public:
  ExperimentLoader(const configs::Document& document, const v1::Experiment& from, const Catalog& catalog,
                   const Parts& parts)
      : document_(document), from_(from), catalog_(catalog), parts_(parts) {}

  std::vector<Experiment> load() {
    std::vector<Experiment> experiments;
    std::set<std::string> names;
    for (int i = 0; i < std::max(1, from_.clusters_size()); ++i) {
      entry_ = i;
      experiment_ = Experiment();
      experiments.push_back(load_one());
      check(
          names.insert(name_of(experiments.back().cluster)).second, from_, "clusters",
          [&] { return "two are named \"" + printable(name_of(experiments.back().cluster)) + "\""; }, i);
    }
    return experiments;
  }

 private:
  Experiment load_one() {
    const std::string stem = std::filesystem::path(document_.path()).stem().string();
    experiment_.name = from_.has_name() ? from_.name() : stem;
    load_cluster_choice(stem);
    load_stack_choice();
    experiment_.faults.assign(from_.faults().begin(), from_.faults().end());
    experiment_.seed = from_.seed();
    load_routing();
    if (from_.has_model()) experiment_.model = from_.model();
    check(network_models().contains(experiment_.model), from_, "model",
          [&] { return unknown_name("model", experiment_.model, network_models().names()); });
    if (from_.has_time_quantum()) {
      experiment_.quantum = parse_duration(from_.time_quantum());
      check(experiment_.model == "flow", from_, "time_quantum",
            [&] { return "is of model flow; this one is " + experiment_.model; });
    }
    const bool steps = from_.training_size() + from_.inference_size() > 0;
    if (from_.collectives_size() + from_.flows_size() + from_.exchanges_size() + from_.traces_size() == 0 && !steps) {
      document_.fail(from_, "collectives", "there is none, and no flow either; the experiment has nothing to do");
    }
    load_collectives();
    load_flows(document_, from_, experiment_);
    load_exchanges(document_, from_, document_.path(), cards_, experiment_);
    load_steps(document_, from_, catalog_, parts_, experiment_);
    load_traces(document_, from_, cards_, experiment_);
    return std::move(experiment_);
  }

  template <class Problem>
  void check(bool fine, const google::protobuf::Message& message, std::string_view field, const Problem& problem,
             int index = -1) const {
    if (!fine) document_.fail(message, field, problem(), index);
  }

  /// Runs `load`; what it finds wrong is said at the place of `field`.
  template <class Load>
  auto at(const google::protobuf::Message& message, std::string_view field, const Load& load, int index = -1) const {
    try {
      return load();
    } catch (const InputError& error) { document_.fail(message, field, error.what(), index); }
  }

  [[nodiscard]] std::string beside(const std::string& name) const { return sim::beside(document_.path(), name); }

  void load_cluster_choice(const std::string& stem) {
    if (from_.clusters_size() == 0) {
      load_cluster_of(from_, stem);
    } else {
      for (const char* field : {"cluster", "inline_cluster"}) {
        const auto* descriptor = from_.GetDescriptor()->FindFieldByName(field);
        if (from_.GetReflection()->HasField(from_, descriptor)) document_.fail(from_, field, "contradicts clusters");
      }
      load_cluster_of(from_.clusters(entry_), stem + "-" + std::to_string(entry_));
    }
    const ClusterChoice& choice = experiment_.cluster;
    cards_ = count_cards(choice);
    if (cards_ > topology::kMaxDevices) {
      throw LimitError(printable(document_.path()) + ": cluster \"" + printable(choice.spec.name) + "\" would have " +
                       std::to_string(cards_) + " accelerators; the limit is " + std::to_string(topology::kMaxDevices));
    }
  }

  /// `from`: what names one cluster, by name or inline.
  template <class Message>
  void load_cluster_of(const Message& from, const std::string& fallback_name) {
    if (from.has_cluster() == from.has_inline_cluster()) {
      document_.fail(from, from.has_cluster() ? "inline_cluster" : "cluster",
                     from.has_cluster() ? "contradicts cluster; state one of the two"
                                        : "is missing; name a cluster or state inline_cluster");
    }
    if (from.has_cluster()) {
      experiment_.cluster =
          at(from, "cluster", [&] { return catalog_.cluster(beside(from.cluster()), parts_.reading()); });
    } else {
      experiment_.cluster = load_inline_cluster(from.inline_cluster(), fallback_name);
    }
  }

  [[nodiscard]] ClusterChoice load_inline_cluster(const v1::Cluster& cluster, const std::string& stem) const {
    if (cluster.members_size() == 0) return load_cluster(document_, cluster, parts_, stem);
    return load_members(document_, cluster, parts_, stem,
                        [&](const std::string& name) { return catalog_.member(beside(name), parts_.reading()); });
  }

  void load_stack_choice() {
    if (from_.has_stack() && from_.has_inline_stack()) {
      document_.fail(from_, "inline_stack", "contradicts stack; state one of the two");
    }
    if (from_.has_inline_stack()) {
      experiment_.stack = load_stack(document_, from_.inline_stack(), catalog_);
    } else {
      const std::string name = from_.has_stack() ? beside(from_.stack()) : "ideal";
      experiment_.stack = at(from_, "stack", [&] { return catalog_.stack(name); });
    }
  }

  void load_routing() {
    topology::RoutingSpec& routing = experiment_.routing;
    routing.name = experiment_.cluster.spec.default_routing;
    routing.seed = experiment_.seed;
    if (!from_.has_routing()) return;
    const v1::Routing& stated = from_.routing();
    if (stated.has_name()) routing.name = stated.name();
    check(topology::routings().contains(routing.name), stated, "name",
          [&] { return unknown_name("routing", routing.name, topology::routings().names()); });
    if (!stated.has_hash()) return;
    check(routing.name == "ecmp", stated, "hash", [&] { return "is of routing ecmp; this one is " + routing.name; });
    routing.hash = stated.hash();
    check(topology::flow_hashes().contains(routing.hash), stated, "hash",
          [&] { return unknown_name("hash", routing.hash, topology::flow_hashes().names()); });
  }

  void load_collectives() {
    std::set<std::string> names;
    for (const v1::CollectiveJob& from : from_.collectives()) {
      CollectiveJob job;
      job.name = from.has_name() ? from.name() : "job" + std::to_string(experiment_.collectives.size());
      check(names.insert(job.name).second, from, "name",
            [&] { return "a collective \"" + printable(job.name) + "\" exists already"; });
      job.kind = at(from, "collective", [&] { return collectives::parse_collective(from.collective()); });
      if (from.has_datatype()) job.datatype = from.datatype();
      if (from.has_reduction()) job.reduction = from.reduction();
      at(from, "datatype", [&] { return element_bytes(job.datatype); });
      at(from, "reduction", [&] { check_reduction(job.reduction); });
      check_meaning(from, job.kind);
      if (from.has_start()) job.start = TimePoint{} + parse_duration(from.start());
      load_algorithm(from, job);
      load_copies(from, job);
      load_ranks(from, job);
      load_sizes(from, job);
      if (from.has_schedule()) load_schedule(from, job);
      experiment_.collectives.push_back(std::move(job));
    }
  }

  /// What nccl-tests prints as "none" is fine at its default there, and here.
  void check_meaning(const v1::CollectiveJob& from, CollectiveKind kind) const {
    check(from.root() == 0 || collectives::has_root(kind), from, "root",
          [&] { return collectives::why_no_root(kind); });
    check(!from.has_reduction() || from.reduction() == "sum" || collectives::reduces(kind), from, "reduction",
          [&] { return collectives::why_no_operation(kind); });
    check(!from.has_datatype() || kind != CollectiveKind::barrier, from, "datatype",
          [] { return "has no meaning for a barrier, which moves no data"; });
    check(!from.has_datatype() || !(collectives::is_of_tokens(kind) || from.has_token_routing()), from, "datatype",
          [] { return "has no meaning for tokens, which are bytes; leave it out"; });
  }

  void load_copies(const v1::CollectiveJob& from, CollectiveJob& job) const {
    job.channels = from.channels();
    job.slices = from.slices();
    if (from.has_schedule()) return;
    const std::string channels = collectives::why_not_channels(job.kind, job.algorithm, job.channels);
    check(channels.empty(), from, "channels", [&] { return channels; });
    const std::string slices = collectives::why_not_slices(job.kind, job.algorithm, job.slices);
    check(slices.empty(), from, "slices", [&] { return slices; });
  }

  void load_algorithm(const v1::CollectiveJob& from, CollectiveJob& job) const {
    if (from.has_algorithm()) job.algorithm = from.algorithm();
    if (from.has_nccl()) job.nccl = load_nccl_setting(document_, from.nccl());
    check(!from.has_nccl() || job.algorithm == "nccl", from, "nccl", [] { return "is of algorithm nccl"; });
    if (job.algorithm == "nccl") {
      check(nccl::has_choice(job.kind), from, "algorithm", [&] { return nccl::why_no_choice(job.kind); });
      at(from, "algorithm", [&] { return &nccl::table_of(experiment_.stack); });
    } else if (job.algorithm != "auto") {
      std::vector<std::string> allowed = collectives::algorithm_names(job.kind);
      check(std::ranges::find(allowed, job.algorithm) != allowed.end(), from, "algorithm", [&] {
        allowed.emplace_back("auto");
        if (nccl::has_choice(job.kind)) allowed.emplace_back("nccl");
        std::ranges::sort(allowed);
        return unknown_name(std::string(to_string(job.kind)) + " algorithm", job.algorithm, allowed);
      });
    }
    if (from.has_protocol()) job.protocol = from.protocol();
    std::vector<std::string> protocols{"auto"};
    for (const Protocol& protocol : experiment_.stack.protocols) protocols.push_back(protocol.name);
    check(std::ranges::find(protocols, job.protocol) != protocols.end(), from, "protocol",
          [&] { return unknown_name("protocol of stack " + experiment_.stack.name, job.protocol, protocols); });
  }

  void load_schedule(const v1::CollectiveJob& from, CollectiveJob& job) const {
    const auto& ranks = job.groups.empty() ? job.ranks : job.groups.front();
    const auto count = ranks.empty() ? static_cast<std::uint32_t>(cards_) : static_cast<std::uint32_t>(ranks.size());
    const auto file = std::filesystem::path(document_.path()).parent_path() / from.schedule();
    at(from, "schedule", [&] { set_schedule(job, file.lexically_normal().string(), count, experiment_.stack); });
  }

  void load_ranks(const v1::CollectiveJob& from, CollectiveJob& job) const {
    if (from.has_ranks() && from.groups_size() > 0) document_.fail(from, "groups", "contradicts ranks; state one");
    if (from.has_placement() && (from.has_ranks() || from.groups_size() > 0)) {
      document_.fail(from, "placement", "contradicts " + std::string(from.has_ranks() ? "ranks" : "groups"));
    }
    std::int64_t ranks = cards_;
    if (from.has_ranks()) {
      job.ranks = at(from, "ranks", [&] { return parse_rank_list(from.ranks(), cards_); });
      ranks = static_cast<std::int64_t>(job.ranks.size());
    }
    if (from.has_placement()) {
      RankPlacement placed = load_placement(document_, from.placement(), experiment_.cluster, experiment_.seed);
      job.ranks = std::move(placed.cards);
      job.placement = std::move(placed.text);
      ranks = static_cast<std::int64_t>(job.ranks.size());
    }
    std::set<std::uint32_t> taken;
    for (int i = 0; i < from.groups_size(); ++i) {
      job.groups.push_back(at(from, "groups", [&] { return parse_rank_list(from.groups(i), cards_); }, i));
      for (const std::uint32_t card : job.groups.back()) {
        check(
            taken.insert(card).second, from, "groups",
            [&] { return "accelerator " + std::to_string(card) + " is in two groups"; }, i);
      }
      const auto size = static_cast<std::int64_t>(job.groups.back().size());
      ranks = i == 0 ? size : std::min(ranks, size);
    }
    check(ranks > 0, from, "ranks", [] { return "the cluster has no accelerator to put a rank on"; });
    job.root = from.root();
    check(from.root() < ranks, from, "root",
          [&] { return std::to_string(from.root()) + " is not a rank; allowed: 0 to " + std::to_string(ranks - 1); });
    load_matrix(from, job, ranks);
    load_tokens(from, job, ranks);
  }

  void load_matrix(const v1::CollectiveJob& from, CollectiveJob& job, std::int64_t ranks) const {
    if (from.matrix_size() == 0) return;
    if (job.kind != CollectiveKind::alltoallv) document_.fail(from, "matrix", "is of alltoallv only", 0);
    if (from.groups_size() > 0) document_.fail(from, "matrix", "contradicts groups: it is of one set of ranks", 0);
    check(
        from.matrix_size() == ranks * ranks, from, "matrix",
        [&] {
          return std::to_string(from.matrix_size()) + " entries; " + std::to_string(ranks) + " ranks need " +
                 std::to_string(ranks * ranks);
        },
        0);
    job.matrix.assign(from.matrix().begin(), from.matrix().end());
  }

  void load_tokens(const v1::CollectiveJob& from, CollectiveJob& job, std::int64_t ranks) const {
    if (!from.has_token_routing()) return;
    if (job.kind != CollectiveKind::alltoallv && !collectives::is_of_tokens(job.kind)) {
      document_.fail(from, "token_routing", "is of dispatch, combine and alltoallv");
    }
    if (!job.matrix.empty()) document_.fail(from, "token_routing", "contradicts matrix; state one");
    job.tokens = load_token_routing(document_, from.token_routing(), document_.path(), experiment_.seed,
                                    static_cast<std::uint32_t>(ranks));
  }

  void load_sizes(const v1::CollectiveJob& from, CollectiveJob& job) const {
    const bool stated = from.sizes_size() > 0 || from.has_size_range();
    const bool sizeless = job.kind == CollectiveKind::barrier || !job.matrix.empty();
    const char* const field = from.sizes_size() > 0 ? "sizes" : "size_range";
    if (sizeless && stated) {
      document_.fail(from, field, job.matrix.empty() ? "a barrier moves no data" : "contradicts matrix; state one");
    }
    if (sizeless) job.sizes = {Bytes(0)};
    if (sizeless) return;
    if (!stated) document_.fail(from, "sizes", "is missing; write for example \"1 MiB\", or a size_range");
    if (from.sizes_size() > 0 && from.has_size_range()) {
      document_.fail(from, "size_range", "contradicts sizes; state one of the two");
    }
    for (const std::string& size : from.sizes()) job.sizes.push_back(parse_bytes(size));
    if (!from.has_size_range()) return;
    const v1::SizeRange& range = from.size_range();
    const Bytes first = parse_bytes(range.from()), last = parse_bytes(range.to());
    check(first <= last, range, "to", [&] { return "\"" + range.to() + "\" is less than from, " + range.from(); });
    const std::int64_t factor = range.has_factor() ? range.factor() : 2;
    for (Bytes size = first; size <= last; size = size * factor) job.sizes.push_back(size);
  }

  const configs::Document& document_;
  const v1::Experiment& from_;
  const Catalog& catalog_;
  const Parts& parts_;
  Experiment experiment_;
  std::int64_t cards_ = 0;
  int entry_ = 0;  // of the clusters, where there are several
};

}  // namespace

std::vector<Experiment> load_experiments(const configs::Document& document, const v1::Experiment& experiment,
                                         const Catalog& catalog, const Parts& parts) {
  return ExperimentLoader(document, experiment, catalog, parts).load();
}

}  // namespace polyplane::sim
