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
  const std::vector<std::string> names{"sum", "prod", "min", "max", "avg", "mulsum"};
  if (std::find(names.begin(), names.end(), reduction) == names.end()) {
    throw InputError(unknown_name("reduction", reduction, names));
  }
}

}  // namespace polyplane::sim
