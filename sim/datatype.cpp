#include "sim/datatype.h"

#include <algorithm>
#include <array>
#include <utility>

#include "base/error.h"
#include "base/suggest.h"

namespace polyplane::sim {

namespace {

constexpr std::array<std::pair<std::string_view, std::int64_t>, 12> kDatatypes{{{"int8", 1},
                                                                                {"uint8", 1},
                                                                                {"int32", 4},
                                                                                {"uint32", 4},
                                                                                {"int64", 8},
                                                                                {"uint64", 8},
                                                                                {"half", 2},
                                                                                {"float", 4},
                                                                                {"double", 8},
                                                                                {"bfloat16", 2},
                                                                                {"f8e4m3", 1},
                                                                                {"f8e5m2", 1}}};

constexpr std::array<std::string_view, 6> kReductions{"sum", "prod", "min", "max", "avg", "mulsum"};

}  // namespace

std::vector<std::string> datatype_names() {
  std::vector<std::string> names;
  for (const auto& [name, bytes] : kDatatypes) names.emplace_back(name);
  return names;
}

std::int64_t element_bytes(std::string_view datatype) {
  for (const auto& [name, bytes] : kDatatypes) {
    if (name == datatype) return bytes;
  }
  throw InputError(unknown_name("datatype", datatype, datatype_names()));
}

void check_reduction(std::string_view reduction) {
  const std::vector<std::string> names(kReductions.begin(), kReductions.end());
  if (std::find(names.begin(), names.end(), reduction) == names.end()) {
    throw InputError(unknown_name("reduction", reduction, names));
  }
}

std::uint32_t reduction_pair(std::string_view datatype, std::string_view reduction) {
  static_cast<void>(element_bytes(datatype));
  check_reduction(reduction);
  const auto type = std::ranges::find(kDatatypes, datatype, &std::pair<std::string_view, std::int64_t>::first);
  constexpr std::ptrdiff_t kDone = 4;  // by a switch: sum, prod, min, max
  const auto operation = std::ranges::find(kReductions, reduction) - kReductions.begin();
  const std::ptrdiff_t pair = (type - kDatatypes.begin()) * kDone + (operation < kDone ? operation : 0);
  static_assert(kDatatypes.size() * kDone <= 64);
  return static_cast<std::uint32_t>(pair);
}

}  // namespace polyplane::sim
