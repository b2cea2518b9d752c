#include "base/random.h"

#include <Random123/philox.h>

#include "base/check.h"
#include "base/units.h"

namespace polyplane {

std::uint64_t random_bits(std::uint64_t seed, std::uint64_t a, std::uint64_t b) {
  const auto low = [](std::uint64_t x) { return static_cast<std::uint32_t>(x); };
  const auto high = [](std::uint64_t x) { return static_cast<std::uint32_t>(x >> 32U); };
  const r123::Philox4x32::ctr_type counter{{low(b), high(b), low(a), high(a)}};
  const r123::Philox4x32::key_type key{{low(seed), high(seed)}};
  const r123::Philox4x32::ctr_type words = r123::Philox4x32{}(counter, key);
  return std::uint64_t{words[1]} << 32U | words[0];
}

std::uint64_t RandomStream::next() { return random_bits(seed_, stream_, counter_++); }

std::uint64_t RandomStream::below(std::uint64_t bound) {
  CHECK(bound > 0, "random number below 0");
  // Lemire, "Fast random integer generation in an interval", ACM TOMACS 2019: the high word of a product, with the
  // few low words that would favour some results drawn again.
  uint128 product = static_cast<uint128>(next()) * bound;
  if (static_cast<std::uint64_t>(product) < bound) {
    const std::uint64_t unfair = (0 - bound) % bound;
    while (static_cast<std::uint64_t>(product) < unfair) product = static_cast<uint128>(next()) * bound;
  }
  return static_cast<std::uint64_t>(product >> 64U);
}

double RandomStream::unit() { return static_cast<double>(next() >> 11U) * 0x1p-53; }

}  // namespace polyplane
