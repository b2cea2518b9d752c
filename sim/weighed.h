// What choosing an algorithm has looked at so far.
#pragma once

#include <algorithm>
#include <cstdint>
#include <string>
#include <vector>

#include "sim/memory_estimate.h"

namespace polyplane::sim {

/// What was looked at, for the user, and the memory in bytes that this is foretold to take.
struct Weighed {
  explicit Weighed(const MemoryBudget& budget) : memory(budget) {}

  std::string text;                  // a line for each thing that was looked at
  std::vector<std::string> not_run;  // though it may be better
  MemoryBudget memory;               // resident: with all schedules
  std::uint64_t foretold_bytes = 0;
  void leave_out(const std::string& name, const std::string& why) {
    text += "  " + name + ": left out of auto, " + why + "; ask for it by name\n";
    not_run.push_back(name + ": " + why + "; it may be faster, ask for it by name");
  }
  /// For a while; the most of what is needed so stays with the allocator. Throws MemoryError when it is over the budget.
  void needs_once(std::uint64_t bytes) {
    if (bytes <= once_) return;
    memory.resident += bytes - once_;
    once_ = bytes;
    foretold_bytes = std::max(foretold_bytes, foretold_peak(memory, 0, "looking for symmetry"));
  }

 private:
  std::uint64_t once_ = 0;
};

}  // namespace polyplane::sim
