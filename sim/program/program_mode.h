// How a program is run (run_program.h).
#pragma once

#include <cstdint>

namespace polyplane::sim {

enum class ProgramMode : std::uint8_t { flows, timed };

}  // namespace polyplane::sim
