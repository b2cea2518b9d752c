// Counter-based random streams (Philox4x32-10 of Random123, Salmon et al., SC 2011): a draw depends on (seed, stream,
// counter) only, so it is the same for any number of threads or ranks and in any order of asking.
#pragma once

#include <cstdint>

namespace polyplane {

class RandomStream {
 public:
  RandomStream(std::uint64_t seed, std::uint64_t stream) : seed_(seed), stream_(stream) {}

  /// The next 64 bits.
  std::uint64_t next();
  /// Uniform in [0, bound), unbiased. REQUIRES: bound > 0.
  std::uint64_t below(std::uint64_t bound);
  /// Uniform in [0, 1), 53 bits.
  double unit();

 private:
  std::uint64_t seed_, stream_, counter_ = 0;
};

/// One draw without a stream: the 64 bits of (seed, a, b).
[[nodiscard]] std::uint64_t random_bits(std::uint64_t seed, std::uint64_t a, std::uint64_t b);

/// A strong 64-bit mix of one word (splitmix64 finaliser, Steele et al., OOPSLA 2014), for hashing, not for sampling.
[[nodiscard]] constexpr std::uint64_t mix64(std::uint64_t x) {
  x += 0x9e3779b97f4a7c15ULL;
  x = (x ^ (x >> 30U)) * 0xbf58476d1ce4e5b9ULL;
  x = (x ^ (x >> 27U)) * 0x94d049bb133111ebULL;
  return x ^ (x >> 31U);
}

}  // namespace polyplane
