// What this process holds in memory, from the kernel's own count (Linux: /proc/self/status).
#pragma once

#include <cstdint>

namespace polyplane {

struct Resident {
  std::uint64_t now = 0, peak = 0;  // bytes; 0 where the system does not tell
};
[[nodiscard]] Resident resident();

}  // namespace polyplane
