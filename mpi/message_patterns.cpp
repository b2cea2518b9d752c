#include "mpi/message_patterns.h"

#include "collectives/collective.h"
#include "collectives/explicit_schedule.h"

namespace polyplane::mpi {
namespace {

using collectives::Collective;
using collectives::ExplicitSchedule;
using collectives::StoredStep;

/// Each of two ranks holds a block of its own that the other wants.
Collective swapped_blocks(Bytes bytes) {
  return Collective({.kind = collectives::CollectiveKind::sendrecv,
                     .ranks = 2,
                     .elements_per_block = bytes.count(),
                     .element_bytes = 1,
                     .matrix = {}});
}

struct Place {
  std::uint32_t rank = 0, step = 0, lane = 0, lanes = 1;
};

/// Each lane sends a part of the block.
StoredStep step_of(const Place& place, Bytes bytes, bool sends, bool receives) {
  StoredStep stored;
  const std::uint32_t rank = place.rank;
  if (sends) {
    stored.step.send_to = RankId(1 - rank);
    stored.step.peer_lane = place.lane;
    stored.step.peer_step = place.step;
    stored.step.send_bytes = bytes;
    stored.payload = {ChunkId(rank * place.lanes + place.lane)};
  }
  if (receives) stored.step.receive_from = RankId(1 - rank);
  return stored;
}

}  // namespace

std::unique_ptr<collectives::Schedule> exchange_pattern(Bytes bytes, std::uint32_t steps, std::uint32_t lanes) {
  ExplicitSchedule::Steps all(2, std::vector<std::vector<StoredStep>>(lanes));
  for (std::uint32_t rank = 0; rank < 2; ++rank) {
    for (std::uint32_t lane = 0; lane < lanes; ++lane) {
      for (std::uint32_t k = 0; k < steps; ++k) {
        all[rank][lane].push_back(step_of({rank, k, lane, lanes}, bytes, true, true));
      }
    }
  }
  return std::make_unique<ExplicitSchedule>(swapped_blocks(bytes * lanes), lanes, std::move(all));
}

std::unique_ptr<collectives::Schedule> ping_pong_pattern(Bytes bytes, std::uint32_t messages) {
  ExplicitSchedule::Steps all(2, std::vector<std::vector<StoredStep>>(1));
  for (std::uint32_t rank = 0; rank < 2; ++rank) {
    for (std::uint32_t k = 0; k < messages; ++k) {
      const bool sends = k % 2 == rank;
      all[rank][0].push_back(step_of({.rank = rank, .step = k}, bytes, sends, !sends));
    }
  }
  return std::make_unique<ExplicitSchedule>(swapped_blocks(bytes), 1, std::move(all));
}

}  // namespace polyplane::mpi
