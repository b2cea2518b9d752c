// What mode timed (run_program.h) knows of a call or of a set of messages: how long it takes alone, and how busy it keeps ports.
#pragma once

#include <array>
#include <cstdint>

#include "base/units.h"

namespace polyplane::sim {

/// The two sorts of ports of a card: into its scale-up domain, and into the scale-out fabric.
inline constexpr std::size_t kPorts = 2;
inline constexpr std::size_t kScaleUp = 0, kScaleOut = 1;

/// In millionths: 1,000,000 keeps the port busy all the time.
using Demand = std::array<std::uint32_t, kPorts>;
inline constexpr std::uint32_t kWholePort = 1'000'000;

struct Activity {
  Duration alone;
  Demand demand{};
};

}  // namespace polyplane::sim
