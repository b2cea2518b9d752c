#include "sim/early_messages.h"

#include <utility>

namespace polyplane::sim {
namespace {

std::uint64_t& word(std::vector<std::uint64_t>& words, std::uint32_t step) {
  return words[(step / 64) & (words.size() - 1)];
}
std::uint64_t bit(std::uint32_t step) { return std::uint64_t{1} << (step % 64); }

}  // namespace

void EarlyMessages::widen(Ring& ring, std::uint32_t base) {
  std::vector<std::uint64_t> words(2 * ring.words.size(), 0);
  for (std::uint32_t step = base; step < base + width(ring); ++step) {
    if ((word(ring.words, step) & bit(step)) != 0) word(words, step) |= bit(step);
  }
  ring.words = std::move(words);
}

void EarlyMessages::add(std::uint32_t lane, std::uint32_t step, std::uint32_t base) {
  Ring& ring = rings_[lane];
  if (ring.words.empty()) ring.words.resize(1, 0);
  while (step - base >= width(ring)) widen(ring, base);
  word(ring.words, step) |= bit(step);
  ring.count += 1;
}

bool EarlyMessages::take(std::uint32_t lane, std::uint32_t step, bool& any) {
  Ring& ring = rings_.at(lane);
  std::uint64_t& bits = word(ring.words, step);
  const bool is_there = (bits & bit(step)) != 0;
  if (is_there) {
    bits &= ~bit(step);
    ring.count -= 1;
  }
  any = ring.count > 0;
  return is_there;
}

}  // namespace polyplane::sim
