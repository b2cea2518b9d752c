// Remembers which schedules of one job were proven, so that a table proves each once.
#pragma once

#include <cstdint>
#include <mutex>
#include <string>
#include <tuple>
#include <vector>

#include "collectives/algorithm.h"

namespace polyplane::sim {

/// The proof costs ranks^2, and about 300 bytes a step; larger runs are reported as not proven.
inline constexpr std::uint32_t kMaxProvenRanks = 64;
inline constexpr std::uint64_t kMaxProvenSteps = 2'000'000;

/// Of dispatch and combine: sets of tokens of each rank, of however many there are, that the proof follows.
inline constexpr std::uint32_t kProvenBlocks = 16;

/// Steps of all ranks and lanes; more than kMaxProvenSteps above kMaxProvenRanks.
[[nodiscard]] std::uint64_t proof_steps(const collectives::Schedule& schedule);

class Proofs {
 public:
  /// False above kMaxProvenSteps. CHECKs the proof: a built-in schedule that fails is a bug. `layout` is a number of the
  /// layout of the request; `given` as in find_algorithm().
  [[nodiscard]] bool prove(const collectives::AlgorithmRequest& request, const std::string& name, std::size_t layout,
                           const collectives::Algorithm* given = nullptr);

 private:
  using Key = std::tuple<std::string, std::size_t, std::uint32_t, std::uint32_t>;
  std::mutex mutex_;
  std::vector<Key> proven_;
};

}  // namespace polyplane::sim
