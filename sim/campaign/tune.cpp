#include "sim/campaign/tune.h"

#include <algorithm>
#include <iterator>
#include <memory>
#include <mutex>

#include "base/error.h"
#include "base/parallel.h"
#include "base/resident.h"
#include "base/suggest.h"
#include "collectives/algorithm.h"
#include "sim/choose_algorithm.h"
#include "sim/datatype.h"
#include "sim/experiment_topology.h"
#include "sim/memory_estimate.h"
#include "sim/nccl/choice.h"
#include "sim/nccl/graph.h"
#include "sim/placement.h"
#include "sim/router_pool.h"
#include "sim/simulation.h"

namespace polyplane::sim {
namespace {

using collectives::Collective;
using collectives::CollectiveKind;

class Tuner {
 public:
  Tuner(const TuneRequest& request, const TuneOptions& options)
      : request_(request),
        options_(options),
        constants_(nccl::table_of(request.experiment.stack)),
        topology_(build_topology(request.experiment)),
        routers_(topology_, routing_of(request.experiment)),
        cards_(cards()) {
    for (const CollectiveKind kind : request.collectives) {
      if (nccl::has_choice(kind)) continue;
      throw InputError("tune: NCCL has nothing to choose for " + std::string(to_string(kind)) +
                       "; allowed: all_gather, all_reduce, broadcast, reduce, reduce_scatter");
    }
    if (cards_.size() < 2) throw InputError("tune needs at least two ranks");
    refuse_islands(topology_, cards_);
    layouts_.push_back(make_layout(topology_, cards_));
    communicator_ = nccl::derive_communicator(constants_, topology_, cards_, layouts_.front(), request.setting);
    memory_.rows_at_once = std::max<std::size_t>(1, options.threads);
    memory_.resident = resident().now + (memory_.rows_at_once - 1) * foretell_router(topology_);
    memory_.most = options.max_memory;
  }

  Tuned run() {
    Tuned tuned;
    tuned.cluster = topology_.name();
    tuned.nccl_release = constants_.name;
    tuned.nodes = communicator_.nodes;
    tuned.ranks = communicator_.ranks;
    tuned.assumed = assumptions_of(request_.experiment);
    tuned.assumed.insert(tuned.assumed.end(), communicator_.assumed.begin(), communicator_.assumed.end());
    tuned.assumed.insert(tuned.assumed.end(), constants_.assumed.begin(), constants_.assumed.end());
    const std::size_t sizes = request_.sizes.size();
    std::vector<std::optional<TuneRow>> rows(request_.collectives.size() * sizes);
    std::mutex mutex;
    std::size_t done = 0;
    parallel_for(
        rows.size(), options_.threads,
        [&](std::size_t i) {
          std::optional<TuneRow> row;
          try {
            row = tune_row(request_.collectives[i / sizes], request_.sizes[i % sizes]);
          } catch (const Interrupted&) {}
          const std::lock_guard lock(mutex);
          rows[i] = std::move(row);
          ++done;
          if (options_.on_progress) options_.on_progress(done, rows.size());
        },
        options_.stop);
    find_changes(rows, tuned);
    for (auto& row : rows) {
      if (row) {
        tuned.rows.push_back(*std::move(row));
      } else {
        tuned.complete = false;
      }
    }
    return tuned;
  }

 private:
  static topology::RoutingSpec routing_of(const Experiment& experiment) {
    topology::RoutingSpec spec = experiment.routing;
    spec.seed = experiment.seed;
    return spec;
  }

  [[nodiscard]] std::vector<DeviceId> cards() const {
    const auto all = topology_.accelerators();
    if (request_.ranks.empty()) return {all.begin(), all.end()};
    std::vector<DeviceId> chosen;
    for (const std::uint32_t rank : request_.ranks) chosen.push_back(all[rank]);
    return chosen;
  }

  static bool same_best(const TuneRow& a, const TuneRow& b) {
    if (!a.best || !b.best) return a.best == b.best;
    const TuneCandidate &of_a = a.candidates[*a.best], &of_b = b.candidates[*b.best];
    return of_a.algorithm == of_b.algorithm && of_a.protocol == of_b.protocol;
  }

  /// Rows between `low` and `high`, ascending.
  void halve(const TuneRow& low, const TuneRow& high, std::vector<TuneRow>& found) {
    const std::int64_t apart = high.size.count() - low.size.count();
    const bool near = same_best(low, high) ? apart <= 3 * low.size.count() : apart <= low.size.count() / 16;
    if (near || apart < 32) return;
    const TuneRow middle = tune_row(low.collective, Bytes((low.size.count() + apart / 2) / 16 * 16));
    halve(low, middle, found);
    found.push_back(middle);
    halve(middle, high, found);
  }

  void find_changes(const std::vector<std::optional<TuneRow>>& rows, Tuned& tuned) {
    std::vector<std::vector<TuneRow>> found(rows.size());
    parallel_for(
        rows.size(), options_.threads,
        [&](std::size_t i) {
          const bool pair = i + 1 < rows.size() && rows[i] && rows[i + 1];
          if (!pair || rows[i]->collective != rows[i + 1]->collective) return;
          try {
            halve(*rows[i], *rows[i + 1], found[i]);
          } catch (const Interrupted&) {}
        },
        options_.stop);
    if (options_.stop && options_.stop()) tuned.complete = false;
    for (std::vector<TuneRow>& rows_of_pair : found) {
      std::ranges::move(rows_of_pair, std::back_inserter(tuned.between));
    }
  }

  TuneRow tune_row(CollectiveKind kind, Bytes size) {
    const Collective collective = Collective::sized(kind, communicator_.ranks, size, element_bytes("float"), RankId(0));
    const nccl::CostModel model(constants_, communicator_, kind);
    const std::optional<nccl::Choice> choice = model.choose(collective.size());
    if (!choice) throw InputError("tune: NCCL has no way for " + std::string(to_string(kind)) + " on this cluster");
    TuneRow row{.collective = kind, .size = size, .candidates = {}, .best = {}};
    RouterPool::Lease router = routers_.take();
    for (std::size_t a = 0; a < nccl::kAlgorithms; ++a) {
      for (std::size_t p = 0; p < nccl::kProtocols; ++p) {
        const auto algorithm = static_cast<nccl::Algorithm>(a);
        const auto protocol = static_cast<nccl::Protocol>(p);
        const std::optional<double> table = model.time_us(algorithm, protocol, collective.size());
        if (!table) continue;
        if (algorithm == choice->algorithm && protocol == choice->protocol) row.chosen = row.candidates.size();
        TuneCandidate candidate{
            .algorithm = algorithm, .protocol = protocol, .table_us = *table, .time = {}, .why_not = {}};
        simulate(collective, candidate, *router);
        const bool better = candidate.time && (!row.best || *candidate.time < *row.candidates[*row.best].time);
        if (better) row.best = row.candidates.size();
        row.candidates.push_back(std::move(candidate));
      }
    }
    return row;
  }

  void simulate(const Collective& collective, TuneCandidate& candidate, topology::Router& router) {
    const std::string kind(to_string(collective.kind()));
    const std::string name(nccl::schedule_name(candidate.algorithm));
    const Stack& stack = request_.experiment.stack;
    if (!collectives::algorithms().contains(kind + "/" + name)) {
      candidate.why_not = "polyplane has no " + kind + "/" + name;
      return;
    }
    const auto& algorithm = collectives::find_algorithm(collective.kind(), name);
    candidate.why_not = algorithm.cannot({collective, layouts_.front()});
    if (!candidate.why_not.empty()) {
      candidate.why_not = kind + "/" + name + " " + candidate.why_not;
      return;
    }
    const std::string protocol_name(to_string(candidate.protocol));
    const auto protocol = std::ranges::find(stack.protocols, protocol_name, &Protocol::name);
    candidate.why_not = protocol == stack.protocols.end()
                            ? "stack " + stack.name + " has no protocol " + protocol_name
                            : why_not_offered(*protocol, algorithm.cost_family, collective.size());
    if (!candidate.why_not.empty()) return;
    const RowOutcome outcome = compute_row({.topology = topology_,
                                            .router = router,
                                            .stack = stack,
                                            .model = request_.experiment.model,
                                            .job_name = "tune",
                                            .groups = {cards_},
                                            .layouts = layouts_,
                                            .collective = collective,
                                            .algorithm = name,
                                            .protocol = protocol_name,
                                            .stop = options_.stop,
                                            .foldings = foldings_,
                                            .quantum = request_.experiment.quantum,
                                            .memory = memory_});
    candidate.time = outcome.run.makespan.since_start();
  }

  const TuneRequest& request_;
  const TuneOptions& options_;
  const nccl::Constants& constants_;
  topology::Topology topology_;
  RouterPool routers_;
  std::vector<DeviceId> cards_;
  std::vector<collectives::RankLayout> layouts_;
  nccl::Communicator communicator_;
  Foldings foldings_;
  MemoryBudget memory_;
};

}  // namespace

Tuned tune(const TuneRequest& request, const TuneOptions& options) { return Tuner(request, options).run(); }

}  // namespace polyplane::sim
