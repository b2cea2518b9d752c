#include "sim/rank_list.h"

#include <algorithm>
#include <charconv>

#include "base/error.h"
#include "base/suggest.h"

namespace polyplane::sim {
namespace {

/// A number at the front of `text`, which is cut off; false when there is none.
bool read_number(std::string_view& text, std::int64_t& value) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || value < 0) return false;
  text.remove_prefix(static_cast<std::size_t>(end - text.data()));
  return true;
}

}  // namespace

RankRange parse_rank_range(std::string_view item) {
  const std::string_view whole = item;
  RankRange range;
  bool fine = read_number(item, range.from);
  range.to = range.from;
  if (fine && item.starts_with('-')) {
    item.remove_prefix(1);
    fine = read_number(item, range.to) && range.to >= range.from;
    if (fine && item.starts_with(':')) {
      item.remove_prefix(1);
      fine = read_number(item, range.stride) && range.stride > 0;
    }
  }
  if (!fine || !item.empty()) {
    throw InputError("\"" + printable(whole) +
                     "\" is not an accelerator, FROM-TO or FROM-TO:STRIDE; write for example "
                     "\"0-7,16,32-63:8\"");
  }
  return range;
}

std::vector<std::uint32_t> parse_rank_list(std::string_view text, std::int64_t accelerators) {
  std::vector<std::uint32_t> ranks;
  for (std::size_t from = 0; from <= text.size();) {
    const std::size_t end = std::min(text.find(',', from), text.size());
    const RankRange range = parse_rank_range(text.substr(from, end - from));
    if (range.to >= accelerators) {
      throw InputError("accelerator " + std::to_string(range.to) + " does not exist; the cluster has " +
                       std::to_string(accelerators) + " (0 to " + std::to_string(accelerators - 1) + ")");
    }
    for (std::int64_t i = range.from; i <= range.to; i += range.stride) ranks.push_back(static_cast<std::uint32_t>(i));
    if (ranks.size() > static_cast<std::size_t>(accelerators)) break;  // one comes twice
    from = end + 1;
  }
  std::vector<std::uint32_t> sorted = ranks;
  std::ranges::sort(sorted);
  const auto twice = std::ranges::adjacent_find(sorted);
  if (twice != sorted.end()) throw InputError("accelerator " + std::to_string(*twice) + " comes twice");
  return ranks;
}

}  // namespace polyplane::sim
