// How a run without contention is computed (sim/uncontended.h).
#pragma once

#include <cstdint>

namespace polyplane::sim {

enum class UncontendedWay : std::uint8_t {
  whole_steps,  // where all lanes are rings, else as dataflow
  dataflow,
  events
};

}  // namespace polyplane::sim
