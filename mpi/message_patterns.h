// Schedules of single messages between two ranks, to be timed: no collective does them. No MPI.
#pragma once

#include <cstdint>
#include <memory>

#include "base/units.h"
#include "collectives/schedule.h"

namespace polyplane::mpi {

/// `steps` times, one after the other: both ranks send `bytes` and receive as many. So in each of `lanes` lanes, at once.
[[nodiscard]] std::unique_ptr<collectives::Schedule> exchange_pattern(Bytes bytes, std::uint32_t steps,
                                                                      std::uint32_t lanes = 1);
/// `messages` of `bytes`, to and fro: rank 0 begins, each answers.
[[nodiscard]] std::unique_ptr<collectives::Schedule> ping_pong_pattern(Bytes bytes, std::uint32_t messages);

}  // namespace polyplane::mpi
