// How a program is run (run_program.h).
#pragma once

#include <cstdint>
#include <string_view>

namespace polyplane::sim {

enum class ProgramMode : std::uint8_t { flows, timed };

[[nodiscard]] constexpr std::string_view to_string(ProgramMode mode) {
  return mode == ProgramMode::flows ? "flows" : "timed";
}

}  // namespace polyplane::sim
