// What this process holds in memory, from the kernel's own count (Linux: /proc/self/status).
#pragma once

#include <cstdint>

namespace polyplane {

struct Resident {
  std::uint64_t now = 0, peak = 0;  // bytes; 0 where the system does not tell
};
[[nodiscard]] Resident resident();

/// Memory of this machine in bytes; 0 where the system does not tell.
[[nodiscard]] std::uint64_t physical_memory();

/// From now on large blocks go back to the system when they are freed, from any thread, so that the peak depends on what is
/// held and not on the order of allocations (glibc; elsewhere nothing happens).
void return_large_blocks();

}  // namespace polyplane
