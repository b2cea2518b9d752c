// Writes one Perfetto trace (configs/schema/perfetto.proto), packet by packet: memory O(distinct names), whatever the
// length. One packet sequence; plain tracks only, ordered as asked and never merged; strings of events are interned.
// Times are those that are shown, in whole nanoseconds. Protobuf and zlib stay in perfetto_writer.cpp.
//
// Left out: processes and threads, clocks, nested slices. Facts on the format:
// https://perfetto.dev/docs/reference/synthetic-track-event.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>

namespace polyplane::sim {

/// Uuid of a track; 0: none.
using TrackUuid = std::uint64_t;

/// Of the siblings below one parent the lowest order stands first.
struct TrackPlace {
  TrackUuid parent = 0;  // 0: at the top
  std::int32_t order = 0;
};

struct Annotation {
  std::string_view name;
  std::int64_t value = 0;
};

/// A box on a track from `begin` to `end`. Slices of one track come in order of time and do not overlap.
struct Slice {
  TrackUuid track = 0;
  std::int64_t begin_ns = 0, end_ns = 0;
  std::string_view name, category;
  std::span<const Annotation> annotations;
  std::uint64_t arrow_from = 0;  // an arrow of this number (from 1, each its own) starts here; 0: none
  std::uint64_t arrow_to = 0;    // an arrow ends at the end of this slice
};

class PerfettoWriter {
 public:
  /// Writes a temporary file beside `path`, compressed when the name ends in ".gz", which finish() puts in its place;
  /// else it disappears. Throws InputError when `path` exists and `overwrite` is false or its folder does not.
  PerfettoWriter(const std::string& path, bool overwrite);
  PerfettoWriter(const PerfettoWriter&) = delete;
  PerfettoWriter& operator=(const PerfettoWriter&) = delete;
  ~PerfettoWriter();

  [[nodiscard]] TrackUuid add_track(const std::string& name, const TrackPlace& place);
  /// Its values are percentages, drawn on the axis that all such tracks share.
  [[nodiscard]] TrackUuid add_percentage(const std::string& name, const TrackPlace& place);

  // They throw RunError when the file cannot be written (disk full); told at the latest by finish().
  void slice(const Slice& slice);
  void value(TrackUuid track, std::int64_t at_ns, double percent);
  /// The file is complete and on disk.
  void finish();

 private:
  class Packets;
  std::unique_ptr<Packets> packets_;
};

}  // namespace polyplane::sim
