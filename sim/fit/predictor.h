// Simulated times of many collectives on one cluster, each with a stack of its own: what fitting and validating need.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/units.h"
#include "collectives/collective.h"
#include "sim/experiment.h"

namespace polyplane::sim {

/// One collective on the ranks of a team.
struct PredictedWork {
  collectives::CollectiveKind collective = collectives::CollectiveKind::all_reduce;
  Bytes size;
  std::string datatype = "float";
  std::string algorithm = "auto", protocol = "auto";
};

struct Prediction {
  Duration time;
  std::string algorithm, protocol;  // that it took
};

/// The cluster, built once. Thread-safe after teams were added.
class Predictor {
 public:
  /// Of `experiment` cluster, faults, routing, model and seed count. `stop` is asked as in RunOptions; predict() then throws
  /// Interrupted. Throws what building throws.
  Predictor(const Experiment& experiment, std::size_t threads, std::optional<Bytes> max_memory,
            std::function<bool()> stop);
  ~Predictor();
  Predictor(const Predictor&) = delete;
  Predictor& operator=(const Predictor&) = delete;

  /// Ranks on these cards (as CollectiveJob::ranks, empty: all). Returns its number. Throws InputError: a card that does
  /// not exist or comes twice, clusters that nothing joins.
  std::size_t add_team(const std::vector<std::uint32_t>& cards);
  [[nodiscard]] std::uint32_t ranks(std::size_t team) const;

  /// The bytes that the contract really has, as nccl-tests rounds them; 0 where nothing is left.
  [[nodiscard]] Bytes rounded_size(std::size_t team, const PredictedWork& work) const;
  /// Throws InputError when nothing can do it, LimitError, Interrupted.
  [[nodiscard]] Prediction predict(std::size_t team, const PredictedWork& work, const Stack& stack);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace polyplane::sim
