// What NCCL would choose on a cluster, beside what the simulator finds best: for each collective and size all that
// NCCL's table considers (sim/nccl/tuning.h) is run, each with the schedule of ours that does as NCCL's algorithm.
//
// The result can be given to NCCL (tuner_csv.h). It says what this simulator's software costs and links make of a
// choice; NCCL's own kernels, their caps by GPU generation included, are in its table alone. The two disagree most
// where those caps bind. Left out: channels (NCCL's own), registered buffers, several operations in one launch.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "base/units.h"
#include "collectives/collective.h"
#include "sim/experiment.h"
#include "sim/nccl/tuning.h"

namespace polyplane::sim {

struct TuneRequest {
  Experiment experiment;             // cluster, routing, model, stack (with NCCL's table); its jobs are not looked at
  std::vector<std::uint32_t> ranks;  // cards, as CollectiveJob::ranks; empty = all
  std::vector<collectives::CollectiveKind> collectives;
  std::vector<Bytes> sizes;  // rising
  nccl::Setting setting;
};

/// One algorithm and protocol that NCCL considers.
struct TuneCandidate {
  nccl::Algorithm algorithm = nccl::Algorithm::ring;
  nccl::Protocol protocol = nccl::Protocol::simple;
  double table_us = 0;           // by NCCL's table
  std::optional<Duration> time;  // simulated
  std::string why_not;           // no time: why
};

struct TuneRow {
  collectives::CollectiveKind collective = collectives::CollectiveKind::all_reduce;
  Bytes size;
  std::vector<TuneCandidate> candidates;  // in NCCL's order
  std::size_t chosen = 0;                 // by NCCL
  std::optional<std::size_t> best;  // least simulated time, the first of equal ones; none where nothing could be run
};

struct Tuned {
  std::string cluster, nccl_release;
  std::uint32_t nodes = 0, ranks = 0;  // as NCCL counts nodes
  std::vector<std::string> assumed;
  std::vector<TuneRow> rows;  // by collective, then size; when stopped those that were finished
  /// Sizes between two of `rows` of one collective, halved until neighbours are within a factor of four, and within 1/16 where
  /// their best differ; in the same order.
  std::vector<TuneRow> between;
  bool complete = true;  // false: stopped
};

struct TuneOptions {
  std::size_t threads = 1;  // sizes side by side; never changes a result
  std::optional<Bytes> max_memory;
  std::function<bool()> stop;
  std::function<void(std::size_t done, std::size_t total)> on_progress;  // rows; from one thread at a time
};

/// Throws InputError: a stack without NCCL's table, a card that it does not know, a collective without a choice, a
/// single rank; LimitError before memory is taken.
[[nodiscard]] Tuned tune(const TuneRequest& request, const TuneOptions& options);

}  // namespace polyplane::sim
