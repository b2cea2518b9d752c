#include "sim/proofs.h"

#include <algorithm>

#include "base/check.h"
#include "collectives/verify.h"

namespace polyplane::sim {

std::uint64_t proof_steps(const collectives::Schedule& schedule) {
  if (schedule.collective().ranks() > kMaxProvenRanks) return kMaxProvenSteps + 1;
  std::uint64_t steps = 0;
  for (std::uint32_t rank = 0; rank < schedule.num_participants(); ++rank) {
    for (std::uint32_t lane = 0; lane < schedule.num_lanes(); ++lane) steps += schedule.num_steps(RankId(rank), lane);
  }
  return steps;
}

bool Proofs::prove(const collectives::AlgorithmRequest& request, const std::string& name, std::size_t layout,
                   const collectives::Algorithm* given) {
  const auto& algorithm = collectives::find_algorithm(request.collective.kind(), name, given);
  auto schedule = collectives::make_schedule(algorithm, request);
  // Sizes do not matter to a schedule of the same pieces and lanes: empty chunks are sent and counted like others.
  const Key key{name, layout, schedule->pieces(), schedule->num_lanes()};
  {
    const std::lock_guard lock(mutex_);
    if (std::find(proven_.begin(), proven_.end(), key) != proven_.end()) return true;
  }
  if (proof_steps(*schedule) > kMaxProvenSteps) return false;
  if (const collectives::TokenTraffic* tokens = request.collective.tokens(); tokens != nullptr) {
    // What follows where does not depend on how many blocks there are: few of each rank are proven.
    collectives::AlgorithmRequest few = request;
    few.collective = request.collective.with_traffic(tokens->thinned(kProvenBlocks));
    if (algorithm.honours_slices) few.slices = schedule->pieces();
    schedule = collectives::make_schedule(algorithm, few);
  }
  const collectives::Verdict verdict = collectives::verify(*schedule);
  CHECK(verdict.proven, "schedule " + name + " is wrong: " + verdict.problem);
  const std::lock_guard lock(mutex_);
  proven_.push_back(key);
  return true;
}

}  // namespace polyplane::sim
