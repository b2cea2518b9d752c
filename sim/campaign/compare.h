// Several clusters set to the same work, side by side: how long, how far from the bound, at what cost, and how sure.
//
// A workload is one or more collectives, each run alone, one after the other; its time is the sum. Each is what `perf`
// gives for that cluster, size and stack. Money and energy count for one execution of the workload:
//
//   dollars of a run   cost x share x time / amortisation     (capital only: no electricity, no people)
//   joules of a run    watts x share x time                   (typical draw, taken as the same at any load)
//
// where share = ranks / endpoints of the cluster. Where sources disagree about a rate or a latency, the workload is run
// on the slowest and the fastest cluster that they allow as well (contention is no smooth thing: now and then the slower
// cluster is not the slower run, so the range is the least and the most of the three). What is left out: overlap of collectives, and the
// differences between `low` and `high` that are no rate and no latency. Starts and ends of flows are put off to the next
// 10 ns unless told otherwise: where the pieces of an array differ by one element, as over 72 cards, all ends of a step
// would else be instants of their own (docs/decisions/0026-comparisons.md).
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "base/units.h"
#include "collectives/collective.h"
#include "sim/bill_of_materials.h"
#include "sim/catalog.h"
#include "sim/report.h"
#include "sim/run_observer.h"
#include "sim/stack.h"

namespace polyplane::sim {

struct Workload {
  struct Part {
    collectives::CollectiveKind kind = collectives::CollectiveKind::all_reduce;
    Bytes size;  // as nccl-tests counts it
    friend bool operator==(const Part&, const Part&) = default;
  };
  std::string text;  // as given: "alltoall:64MiB,all_reduce:1GiB"
  std::vector<Part> parts;
};

/// What is asked of every cluster. `routing` empty: each cluster's own.
struct Comparison {
  std::vector<std::string> clusters;  // catalogue names, files, one-liners
  std::vector<std::uint32_t> ranks;   // the first so many cards; empty: all of each cluster
  std::vector<Workload> workloads;
  std::string model = "flow", algorithm = "auto", datatype = "float", routing;
  Stack stack;
  PriceSheet prices;
  double amortisation_years = 4;
  Duration quantum =
      Duration::from_ps(10'000);  // of time, flow model; see NetworkSetup. Zero: what `perf` gives, exactly
  std::uint64_t seed = 0;
};

struct ComparedCluster {
  std::string name;
  std::uint32_t endpoints = 0;
  BillOfMaterials bill;
  std::vector<std::string> assumed;
  bool has_range = false;  // the slowest or the fastest reading of its figures makes another cluster
};

struct ComparedRow {
  std::size_t cluster = 0, workload = 0;  // indices into Compared and Comparison
  std::uint32_t ranks = 0;
  std::vector<CollectiveResult> parts;  // in the order of the workload
  Duration time;                        // sum over the parts
  Duration fastest, slowest;            // the least and the most over the readings of the cluster's figures
  Duration lower_bound;                 // likewise

  /// Of one execution; absent when the total is unknown.
  [[nodiscard]] std::optional<double> dollars(const std::optional<Spread<Money>>& cost, const ComparedCluster& on,
                                              double amortisation_years) const;
  [[nodiscard]] std::optional<double> joules(const std::optional<Spread<Power>>& power,
                                             const ComparedCluster& on) const;
};

struct Compared {
  std::vector<ComparedCluster> clusters;  // in the order asked for
  std::vector<ComparedRow> rows;          // by workload, then time, then the order asked for
  std::uint64_t fingerprint = 0;          // over all results of all rows
  bool complete = true;                   // false: stopped; rows that were finished are there
};

struct CompareOptions {
  std::size_t threads = 1;  // runs side by side; never changes a result
  std::optional<Bytes> max_memory;
  std::function<bool()> stop;
  /// Of each cluster, told of the runs with its figures as they are used; none when empty.
  std::vector<RunObserver*> observers;
  std::function<void(std::size_t done, std::size_t total)> on_progress;  // runs; from one thread at a time
};

/// Throws InputError (unknown names, more ranks than a cluster has) and LimitError before anything is run; the message
/// of what fails later names the cluster.
[[nodiscard]] Compared compare(const Catalog& catalog, const Comparison& comparison, const CompareOptions& options);

}  // namespace polyplane::sim
