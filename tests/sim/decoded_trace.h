// A Perfetto trace read back with the schema it was written by, and everything checked that makes a trace readable. For
// tests.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "configs/schema/perfetto.pb.h"

namespace polyplane::sim {

struct DecodedTrack {
  std::uint64_t uuid = 0, parent = 0;
  std::string name;
  bool is_percentage = false;
  std::int32_t order = 0;
  std::string path;  // names from the top, joined by " > "
};

struct DecodedSlice {
  std::uint64_t track = 0;
  std::int64_t begin_ns = 0, end_ns = 0;
  std::string name, category;
  std::map<std::string, std::int64_t> annotations;
  std::vector<std::uint64_t> arrows_from, arrows_to;
};

struct DecodedValue {
  std::uint64_t track = 0;
  std::int64_t at_ns = 0;
  double percent = 0;
};

struct DecodedTrace {
  std::map<std::uint64_t, DecodedTrack> tracks;
  std::vector<DecodedSlice> slices;  // in order of their ends in the file
  std::vector<DecodedValue> values;
  std::vector<std::string> defects;  // of the invariants; a good trace has none

  [[nodiscard]] const DecodedTrack& track_at(const std::string& path) const;  // fails when there is none
  [[nodiscard]] std::vector<DecodedSlice> slices_at(const std::string& path) const;
  [[nodiscard]] std::vector<DecodedValue> values_at(const std::string& path) const;
};

/// The bytes of a trace, decompressed when the name ends in ".gz".
[[nodiscard]] std::string trace_bytes(const std::string& path);

/// Checked: no unknown field; the first packet clears the state; uuids are described once and before use, parents too;
/// iids are defined once, before use, in packets that say so; every end has a begin; slices of a track nest, times of a
/// track never go back; percentages are 0 to 100 and change; an arrow starts once and ends once, never before it
/// starts.
[[nodiscard]] DecodedTrace decode_trace(const std::string& bytes);

}  // namespace polyplane::sim
