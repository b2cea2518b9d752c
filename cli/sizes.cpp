#include "cli/sizes.h"

#include <string>

#include "base/error.h"

namespace polyplane::cli {

std::vector<Bytes> size_list(const SizeRange& range) {
  if (range.min > range.max) {
    throw InputError("--min-bytes " + std::to_string(range.min.count()) + " is above --max-bytes " +
                     std::to_string(range.max.count()));
  }
  const bool multiplies = range.factor > 1;
  if (range.min < range.max && multiplies && range.min == Bytes(0)) {
    throw InputError("--min-bytes 0 times a factor stays 0; use --step-bytes, or a --min-bytes above 0");
  }
  if (range.min < range.max && !multiplies && range.step <= Bytes(0)) {
    throw InputError("--step-bytes 0 never gets from --min-bytes to --max-bytes");
  }
  std::vector<Bytes> sizes{range.min};
  for (;;) {
    const int128 last = sizes.back().count();
    const int128 next = multiplies ? last * range.factor : last + range.step.count();
    if (next > range.max.count() || next == last) return sizes;
    if (sizes.size() == kMaxSizes) {
      throw LimitError("the sizes from " + to_string(range.min) + " to " + to_string(range.max) + " are more than " +
                       std::to_string(kMaxSizes) + " rows; use a larger --step-bytes or --step-factor");
    }
    sizes.emplace_back(static_cast<std::int64_t>(next));
  }
}

}  // namespace polyplane::cli
