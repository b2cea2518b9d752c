// Columns of configs/schema/view.proto that are kept as differences.
#pragma once

#include <google/protobuf/repeated_field.h>

#include <algorithm>
#include <cstdint>
#include <vector>

#include "base/error.h"

namespace polyplane::sim {

using Column = google::protobuf::RepeatedField<std::int32_t>;

inline void write_delta(const std::vector<std::int32_t>& values, Column& delta) {
  delta.Reserve(static_cast<int>(values.size()));
  std::int32_t before = 0;
  for (const std::int32_t value : values) {
    delta.Add(value - before);
    before = value;
  }
}

/// Nothing is written of a column that says -1 throughout.
inline void write_optional_delta(const std::vector<std::int32_t>& values, Column& delta) {
  if (std::ranges::any_of(values, [](std::int32_t value) { return value != -1; })) write_delta(values, delta);
}

/// The column of `count` values. Throws InputError when it has another length or leaves 32 bits.
[[nodiscard]] inline std::vector<std::int32_t> read_delta(const Column& delta, std::size_t count) {
  if (delta.empty()) return std::vector<std::int32_t>(count, -1);
  if (static_cast<std::size_t>(delta.size()) != count) throw InputError("a column is longer or shorter than its table");
  std::vector<std::int32_t> values;
  values.reserve(count);
  std::int64_t value = 0;
  for (const std::int32_t difference : delta) {
    value += difference;
    if (value < INT32_MIN || value > INT32_MAX) throw InputError("a column leaves the range of its numbers");
    values.push_back(static_cast<std::int32_t>(value));
  }
  return values;
}

}  // namespace polyplane::sim
