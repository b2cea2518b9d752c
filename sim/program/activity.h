// What mode timed (run_program.h) knows of a call or of a set of messages: how long it takes alone, and how busy it
// keeps ports.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "base/units.h"

namespace polyplane::sim {

/// Ports of a card: into its scale-up domain and into the scale-out fabric, each way by itself.
inline constexpr std::size_t kPorts = 4;
inline constexpr std::size_t kUpOut = 0, kUpIn = 1, kOutOut = 2, kOutIn = 3;

/// In millionths: 1,000,000 keeps the port busy all the time.
using Demand = std::array<std::uint32_t, kPorts>;
inline constexpr std::uint32_t kWholePort = 1'000'000;

struct Activity {
  Duration alone;
  std::vector<Demand> demands;  // of each of its actors, or one for all

  [[nodiscard]] const Demand& demand(std::size_t actor) const { return demands[demands.size() == 1 ? 0 : actor]; }
};

}  // namespace polyplane::sim
