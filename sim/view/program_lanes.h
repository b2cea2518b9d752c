// What chosen actors of a program did when: v1::Lanes of configs/schema/view.proto.
#pragma once

#include <cstddef>

#include "collectives/program.h"
#include "configs/schema/view.pb.h"
#include "sim/program/run_program.h"

namespace polyplane::sim {

/// Actors that are shown at the most, and operations of all of them together.
inline constexpr std::size_t kMostLaneActors = 16;
inline constexpr std::size_t kMostLaneIntervals = 40'000;

/// All actors, or some at even distances, as many as there is room for. Operations that take no time are left out. Returns
/// false, with nothing written, when a single actor has more than kMostLaneIntervals.
[[nodiscard]] bool write_lanes(const collectives::Program& program, const ProgramOutcome& outcome, v1::Lanes& lanes);

}  // namespace polyplane::sim
