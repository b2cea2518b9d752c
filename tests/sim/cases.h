// How many cases random tests try.
#pragma once

#include <cstdint>
#include <cstdlib>
#include <string>

namespace polyplane::sim {

/// `count`, times POLYPLANE_CASES when that is set in the environment.
[[nodiscard]] inline std::uint64_t cases(std::uint64_t count) {
  const char* factor = std::getenv("POLYPLANE_CASES");
  return factor == nullptr ? count : count * std::stoull(factor);
}

}  // namespace polyplane::sim
