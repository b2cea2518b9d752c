#include "collectives/schedule.h"

#include <algorithm>

namespace polyplane::collectives {

void Schedule::local_work(RankId rank, std::uint32_t lane, std::uint32_t step, std::vector<LocalWork>& work) const {
  work.clear();
  std::vector<LocalMove> moves;
  local_moves(rank, lane, step, moves);
  const std::uint64_t chunks = collective().blocks() * pieces();
  for (const LocalMove& move : moves) {
    if (move.is_naming) continue;
    // One of a chunk and a scratch place that holds it: the smaller number is the chunk.
    const std::uint64_t chunk = std::min(move.from.index(), move.to.index());
    const std::uint64_t named = chunk < chunks ? chunk : 0;
    const auto piece = static_cast<std::uint32_t>(named % pieces());
    work.push_back({collective().piece_bytes(named / pieces(), piece, pieces()), move.add});
  }
}

}  // namespace polyplane::collectives
