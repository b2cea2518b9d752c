// Messages that came too long before their step to be kept in the lane itself.
#pragma once

#include <cstdint>
#include <unordered_map>
#include <vector>

namespace polyplane::sim {

/// Sets of steps by lane, as bits in a ring as wide as the lane's earliest message is early. Looked up, never walked.
class EarlyMessages {
 public:
  /// The message for `step` is there. REQUIRES: step >= base; `base` never falls while the lane has any.
  void add(std::uint32_t lane, std::uint32_t step, std::uint32_t base);
  /// Is the message for `step` there? Forgets it. `any`: are there others for the lane? REQUIRES: the lane had one.
  [[nodiscard]] bool take(std::uint32_t lane, std::uint32_t step, bool& any);

 private:
  struct Ring {
    std::vector<std::uint64_t> words;  // a power of two of them: bit of a step = step mod 64 words
    std::uint32_t count = 0;
  };
  static std::uint32_t width(const Ring& ring) { return static_cast<std::uint32_t>(64 * ring.words.size()); }
  static void widen(Ring& ring, std::uint32_t base);

  std::unordered_map<std::uint32_t, Ring> rings_;
};

}  // namespace polyplane::sim
