#include "base/resident.h"

#if __has_include(<malloc.h>)
#include <malloc.h>
#endif

#include <unistd.h>

#include <fstream>
#include <sstream>
#include <string>

namespace polyplane {

Resident resident() {
  Resident bytes;
  std::ifstream status("/proc/self/status");
  for (std::string line; std::getline(status, line);) {
    std::istringstream words(line);
    std::string key;
    std::uint64_t kibibytes = 0;
    words >> key >> kibibytes;
    if (key == "VmRSS:") bytes.now = kibibytes * 1024;
    if (key == "VmHWM:") bytes.peak = kibibytes * 1024;
  }
  return bytes;
}

std::uint64_t physical_memory() {
  const long pages = sysconf(_SC_PHYS_PAGES), page = sysconf(_SC_PAGESIZE);
  return pages > 0 && page > 0 ? static_cast<std::uint64_t>(pages) * static_cast<std::uint64_t>(page) : 0;
}

void return_large_blocks() {
#ifdef M_MMAP_THRESHOLD
  constexpr int kLargeBlock = 1 << 20;
  mallopt(M_MMAP_THRESHOLD, kLargeBlock);  // a set threshold no longer grows with what is freed
#endif
}

}  // namespace polyplane
