#include "sim/campaign/compare.h"

#include <algorithm>
#include <array>
#include <mutex>
#include <numeric>
#include <tuple>

#include "base/check.h"
#include "base/error.h"
#include "base/parallel.h"
#include "base/suggest.h"
#include "sim/assumptions.h"
#include "sim/experiment_topology.h"
#include "sim/fingerprint.h"
#include "sim/simulation.h"

namespace polyplane::sim {
namespace {

constexpr double kSecondsPerYear = 365.25 * 86400;
constexpr std::array kReadings{Reading::used, Reading::slowest, Reading::fastest};

/// Runs `work` with errors that name the cluster.
template <class Work>
auto naming(const std::string& cluster, const Work& work) {
  const std::string where = "cluster " + printable(cluster) + ": ";
  try {
    return work();
  } catch (const InputError& error) { throw InputError(where + error.what()); } catch (const LimitError& error) {
    throw LimitError(where + error.what());
  } catch (const RunError& error) { throw RunError(where + error.what()); }
}

bool same_speed(const topology::Topology& a, const topology::Topology& b) {
  return std::ranges::equal(a.links(), b.links(), [](const topology::Link& x, const topology::Link& y) {
    return x.rate == y.rate && x.latency == y.latency;
  });
}

/// A cluster read from its file, by reading.
using Choices = std::array<ClusterChoice, kReadings.size()>;

/// One collective on one reading of one cluster.
struct Piece {
  std::size_t cluster = 0, row = 0, part = 0, reading = 0;
};

class Comparer {
 public:
  Comparer(const Catalog& catalog, const Comparison& comparison, const CompareOptions& options)
      : catalog_(catalog), comparison_(comparison), options_(options) {}

  Compared compare() {
    load();
    if (!stopped()) {
      list_rows();
      run();
    }
    finish();
    return std::move(compared_);
  }

 private:
  void load() {
    const std::size_t count = comparison_.clusters.size();
    choices_.resize(count);
    compared_.clusters.resize(count);
    for (std::size_t c = 0; c < count; ++c) {
      for (std::size_t r = 0; r < kReadings.size(); ++r) {
        choices_[c][r] = catalog_.cluster(comparison_.clusters[c], kReadings[r]);
      }
    }
    parallel_for(
        count, options_.threads, [&](std::size_t c) { naming(comparison_.clusters[c], [&] { measure(c); }); },
        options_.stop);
    if (stopped()) return;
    for (const ComparedCluster& cluster : compared_.clusters) {
      for (const std::uint32_t ranks : comparison_.ranks) {
        if (ranks <= cluster.endpoints) continue;
        throw InputError("cluster " + printable(cluster.name) + " has " + std::to_string(cluster.endpoints) +
                         " cards; it cannot take " + std::to_string(ranks) + " ranks");
      }
    }
  }

  void measure(std::size_t c) {
    ComparedCluster& cluster = compared_.clusters[c];
    const topology::Topology used = build_topology(experiment(c, 0));
    cluster.name = used.name();
    cluster.endpoints = static_cast<std::uint32_t>(used.accelerators().size());
    if (cluster.endpoints == 0) throw InputError("it has no accelerator to run on");
    cluster.assumed = assumptions_of(experiment(c, 0), used);
    cluster.bill = bill(used, choices_[c][0], comparison_.prices);
    for (std::size_t r = 1; r < kReadings.size(); ++r) {
      cluster.has_range = cluster.has_range || !same_speed(used, build_topology(experiment(c, r)));
    }
  }

  [[nodiscard]] Experiment experiment(std::size_t c, std::size_t reading) const {
    Experiment experiment;
    experiment.name = "compare";
    experiment.cluster = choices_[c][reading];
    experiment.seed = comparison_.seed;
    experiment.routing.seed = comparison_.seed;
    experiment.routing.name =
        comparison_.routing.empty() ? experiment.cluster.spec.default_routing : comparison_.routing;
    experiment.stack = comparison_.stack;
    experiment.model = comparison_.model;
    if (comparison_.model != "analytic") experiment.quantum = comparison_.quantum;
    return experiment;
  }

  void list_rows() {
    for (std::size_t c = 0; c < compared_.clusters.size(); ++c) {
      const std::vector<std::uint32_t> all{compared_.clusters[c].endpoints};
      for (const std::uint32_t ranks : comparison_.ranks.empty() ? all : comparison_.ranks) {
        for (std::size_t w = 0; w < comparison_.workloads.size(); ++w) add_row(c, w, ranks);
      }
    }
  }

  void add_row(std::size_t c, std::size_t w, std::uint32_t ranks) {
    const std::size_t parts = comparison_.workloads[w].parts.size();
    const std::size_t readings = compared_.clusters[c].has_range ? kReadings.size() : 1;
    ComparedRow row{.cluster = c,
                    .workload = w,
                    .ranks = ranks,
                    .parts = {},
                    .time = {},
                    .fastest = {},
                    .slowest = {},
                    .lower_bound = {}};
    for (std::size_t part = 0; part < parts; ++part) {
      for (std::size_t r = 0; r < readings; ++r) {
        pieces_.push_back({.cluster = c, .row = compared_.rows.size(), .part = part, .reading = r});
      }
    }
    compared_.rows.push_back(std::move(row));
  }

  void run() {
    results_.resize(pieces_.size());
    std::size_t done = 0;
    std::mutex mutex;
    const auto work = [&](std::size_t i) {
      const Piece& piece = pieces_[i];
      try {
        CollectiveResult result = naming(comparison_.clusters[piece.cluster], [&] { return run_piece(piece); });
        const std::scoped_lock lock(mutex);
        results_[i] = std::move(result);
        if (options_.on_progress) options_.on_progress(++done, pieces_.size());
      } catch (const Interrupted&) {}  // its row stays unfinished
    };
    parallel_for(pieces_.size(), options_.threads, work, options_.stop);
  }

  [[nodiscard]] CollectiveResult run_piece(const Piece& piece) const {
    const ComparedRow& row = compared_.rows[piece.row];
    const Workload::Part& part = comparison_.workloads[row.workload].parts[piece.part];
    Experiment one = experiment(piece.cluster, piece.reading);
    CollectiveJob job;
    job.kind = part.kind;
    job.sizes = {part.size};
    job.algorithm = comparison_.algorithm;
    job.datatype = comparison_.datatype;
    if (row.ranks < compared_.clusters[piece.cluster].endpoints) {
      job.ranks.resize(row.ranks);
      std::iota(job.ranks.begin(), job.ranks.end(), 0U);
    }
    one.collectives.push_back(std::move(job));
    RunOptions options;
    options.stop = options_.stop;
    if (piece.reading == 0 && !options_.observers.empty()) options.observer = options_.observers[piece.cluster];
    if (options_.max_memory) {
      options.max_memory = Bytes(options_.max_memory->count() / static_cast<std::int64_t>(options_.threads));
    }
    Report report = sim::run(one, options);
    CHECK(report.collectives.size() == 1, "one collective of one size gave another number of results");
    return std::move(report.collectives.front());
  }

  /// Sums of each row over its parts; rows that lack one are dropped.
  void finish() {
    std::vector<bool> whole(compared_.rows.size(), true);
    std::vector<std::array<Duration, kReadings.size()>> times(compared_.rows.size());
    for (std::size_t i = 0; i < pieces_.size(); ++i) {
      const Piece& piece = pieces_[i];
      ComparedRow& row = compared_.rows[piece.row];
      if (!results_[i]) {
        whole[piece.row] = false;
        continue;
      }
      const Duration time = results_[i]->time;
      times[piece.row][piece.reading] += time;
      if (piece.reading > 0) continue;
      row.time += time;
      row.lower_bound += results_[i]->lower_bound;
      row.parts.push_back(*results_[i]);
    }
    for (std::size_t i = 0; i < times.size(); ++i) {
      ComparedRow& row = compared_.rows[i];
      const bool alone = !compared_.clusters[row.cluster].has_range;
      row.fastest = alone ? row.time : *std::ranges::min_element(times[i]);
      row.slowest = alone ? row.time : *std::ranges::max_element(times[i]);
    }
    std::vector<ComparedRow> rows;
    for (std::size_t i = 0; i < whole.size(); ++i) {
      if (whole[i]) rows.push_back(std::move(compared_.rows[i]));
    }
    compared_.complete = !whole.empty() && rows.size() == whole.size();
    compared_.rows = std::move(rows);
    std::ranges::stable_sort(compared_.rows, {},
                             [](const ComparedRow& row) { return std::tuple(row.workload, row.time); });
    std::vector<std::uint64_t> fingerprints;
    for (const ComparedRow& row : compared_.rows) {
      for (const CollectiveResult& part : row.parts) fingerprints.push_back(part.fingerprint);
    }
    compared_.fingerprint = combine(fingerprints);
  }

  [[nodiscard]] bool stopped() const { return options_.stop && options_.stop(); }

  const Catalog& catalog_;
  const Comparison& comparison_;
  const CompareOptions& options_;
  std::vector<Choices> choices_;  // by cluster
  std::vector<Piece> pieces_;
  std::vector<std::optional<CollectiveResult>> results_;  // by piece
  Compared compared_;
};

double share(const ComparedRow& row, const ComparedCluster& on) {
  return static_cast<double>(row.ranks) / static_cast<double>(on.endpoints);
}

}  // namespace

std::optional<double> ComparedRow::dollars(const std::optional<Spread<Money>>& cost, const ComparedCluster& on,
                                           double amortisation_years) const {
  if (!cost) return std::nullopt;
  return cost->used.dollars() * share(*this, on) * time.seconds() / (amortisation_years * kSecondsPerYear);
}

std::optional<double> ComparedRow::joules(const std::optional<Spread<Power>>& power, const ComparedCluster& on) const {
  if (!power) return std::nullopt;
  return power->used.watts() * share(*this, on) * time.seconds();
}

Compared compare(const Catalog& catalog, const Comparison& comparison, const CompareOptions& options) {
  return Comparer(catalog, comparison, options).compare();
}

}  // namespace polyplane::sim
