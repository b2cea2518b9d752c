// A run as a Perfetto trace (docs/traces.md):
//   cluster > node > card > lanes of sends and of receives   one slice a message, an arrow from its send to its receive
//                         > lanes of copies and sums         one slice a step: what it does within its rank
//                         > streams of a program             one slice an operation
//           > links > tier > links                           a counter each: % of the capacity that is used
//           > flows > plain flows
// A slice holds its exact times in picoseconds as annotations; what is shown is rounded down to nanoseconds.
#pragma once

#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <variant>
#include <vector>

#include "sim/trace/perfetto_writer.h"
#include "sim/trace/slice_tracks.h"
#include "sim/trace/trace_options.h"
#include "sim/trace/trace_scene.h"
#include "sim/trace/trace_sink.h"

namespace polyplane::sim {

class PerfettoTrace final : public TraceSink {
 public:
  /// Calls options.on_extent, then describes the tracks. Borrows both for its life. Throws InputError for a rank or
  /// link that is not there and for a file that cannot be, LimitError for a trace over kMaxTraceBytes unless any size
  /// is allowed.
  PerfettoTrace(const TraceScene& scene, const TraceOptions& options);

  void sent(const TracedMessage& message) override;
  void works(const TracedWork& work) override;
  void delivered(FlowId flow, TimePoint now) override;
  void operation(const TracedOperation& operation) override;
  void flow_ended(std::uint32_t flow, TimePoint end) override;
  void load(TrunkId trunk, double used, TimePoint now) override;

  /// The file is there. Without it there is none.
  void finish();

 private:
  /// What a lane does, on a track each.
  enum class Part : std::uint8_t { sends, receives, work };
  static constexpr std::uint32_t kParts = 3;
  struct Counter {
    TrackUuid track = 0;
    std::int64_t value = 0;   // in steps, see load()
    std::int64_t shown = -1;  // the last that was written
    bool is_pending = false;
  };
  using InFlight = std::variant<std::monostate, TracedMessage, TracedWork>;
  [[nodiscard]] bool is_shown(TimePoint begin, TimePoint end) const {
    return end >= options_.from && begin <= options_.to;
  }
  [[nodiscard]] bool is_shown(DeviceId card) const { return shown_[card.index()]; }
  [[nodiscard]] std::int64_t shown_ns(TimePoint time) const;
  [[nodiscard]] std::string device_name(DeviceId device) const;
  void describe_jobs();
  void describe_lanes(std::uint32_t job, std::uint32_t rank);
  void describe_actors();
  void describe_links();
  void describe_flows();
  [[nodiscard]] TrackUuid card_track(DeviceId card);
  [[nodiscard]] static std::string_view part_text(Part part);
  [[nodiscard]] SliceTracks& lane_tracks(std::uint32_t job, RankId rank, std::uint32_t lane, Part part);
  [[nodiscard]] SliceTracks& call_tracks(DeviceId card, Part part);
  void begin(FlowId flow, const InFlight& what);
  void write_message(const TracedMessage& message, TimePoint end);
  void write_work(const TracedWork& work, TimePoint end);
  void write(SliceTracks& tracks, TimePoint begin, TimePoint end, std::string_view name, std::string_view category,
             std::span<const Annotation> annotations, std::uint64_t arrow_from, std::uint64_t arrow_to);
  void write_loads();

  const TraceScene& scene_;
  const TraceOptions& options_;
  std::vector<bool> shown_, actor_shown_;  // by device, by actor
  std::vector<TrunkId> trunks_;            // with a counter
  PerfettoWriter writer_;
  TrackUuid root_ = 0;
  std::map<std::int32_t, TrackUuid> nodes_;
  std::map<DeviceId, TrackUuid> cards_;
  std::map<DeviceId, std::string> roles_;                 // "rank 3"
  std::vector<std::uint64_t> first_lane_;                 // of each job, over all ranks
  std::unordered_map<std::uint64_t, SliceTracks> lanes_;  // by lane or card, and part; only looked up
  std::vector<std::vector<SliceTracks>> streams_;         // of each actor that is shown
  std::vector<TrackUuid> flow_tracks_;
  std::vector<InFlight> in_flight_;                               // by flow
  std::unordered_map<std::uint64_t, std::uint64_t> open_arrows_;  // of operations: message to arrow; only looked up
  std::vector<std::uint32_t> counter_of_;                         // by trunk; none: no counter
  std::vector<Counter> counters_;
  std::vector<std::uint32_t> pending_;  // counters with a new value at loads_at_
  TimePoint loads_at_;
  std::uint64_t arrows_ = 0;
};

}  // namespace polyplane::sim
