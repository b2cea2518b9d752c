// Tracks for slices that may overlap: as many side by side as there are slices at one time, the second one described
// when it is first needed.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "base/units.h"
#include "sim/trace/perfetto_writer.h"

namespace polyplane::sim {

class SliceTracks {
 public:
  SliceTracks(std::string name, TrackPlace place) : name_(std::move(name)), place_(place) {}

  /// Makes the first track now.
  void describe(PerfettoWriter& writer) {
    if (tracks_.empty()) add(writer);
  }
  /// A track that is free from `begin` on. REQUIRES: slices come by ascending end.
  TrackUuid take(PerfettoWriter& writer, TimePoint begin, TimePoint end) {
    for (Track& track : tracks_) {
      if (track.busy_until > begin) continue;
      track.busy_until = end;
      return track.uuid;
    }
    add(writer);
    tracks_.back().busy_until = end;
    return tracks_.back().uuid;
  }

 private:
  struct Track {
    TrackUuid uuid = 0;
    TimePoint busy_until;
  };
  void add(PerfettoWriter& writer) {
    const std::string number = tracks_.empty() ? "" : " (" + std::to_string(tracks_.size() + 1) + ")";
    tracks_.push_back({writer.add_track(name_ + number, place_), {}});
  }
  std::string name_;
  TrackPlace place_;
  std::vector<Track> tracks_;
};

}  // namespace polyplane::sim
