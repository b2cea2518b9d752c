#include "sim/trace/perfetto_writer.h"

#include <google/protobuf/io/coded_stream.h>

#include <map>
#include <optional>

#include "base/utf8.h"
#include "configs/schema/perfetto.pb.h"
#include "sim/trace/trace_file.h"

namespace polyplane::sim {

namespace {

constexpr std::uint32_t kSequence = 1;

/// Strings of one kind that were written once, and their numbers from 1.
class Interned {
 public:
  struct Place {
    std::uint64_t iid;
    bool is_new;
  };
  Place find(std::string_view text) {
    const auto place = iids_.find(text);
    if (place != iids_.end()) return {place->second, false};
    const std::uint64_t iid = iids_.size() + 1;
    iids_.emplace(text, iid);
    return {iid, true};
  }

 private:
  std::map<std::string, std::uint64_t, std::less<>> iids_;
};

}  // namespace

class PerfettoWriter::Packets {
 public:
  Packets(const std::string& path, bool overwrite) : file_(path, overwrite) {
    perfetto::TracePacket& packet = next();
    packet.set_sequence_flags(perfetto::TracePacket::SEQ_INCREMENTAL_STATE_CLEARED);
    packet.set_first_packet_on_sequence(true);
    write();
  }

  TrackUuid describe(const std::string& name, const TrackPlace& place, bool is_percentage) {
    perfetto::TrackDescriptor& track = *next().mutable_track_descriptor();
    track.set_uuid(++last_track_);
    track.set_name(valid_utf8(name));
    if (place.parent != 0) track.set_parent_uuid(place.parent);
    track.set_child_ordering(perfetto::TrackDescriptor::EXPLICIT);
    track.set_sibling_order_rank(place.order);
    track.set_sibling_merge_behavior(perfetto::TrackDescriptor::SIBLING_MERGE_BEHAVIOR_NONE);
    if (is_percentage) {
      track.mutable_counter()->set_unit_name("%");
      track.mutable_counter()->set_y_axis_share_key("utilisation");
    }
    write();
    return last_track_;
  }

  void slice(const Slice& slice) {
    begin(slice);
    end(slice);
  }

  void value(TrackUuid track, std::int64_t at_ns, double percent) {
    perfetto::TrackEvent& event = timed(at_ns, track, perfetto::TrackEvent::TYPE_COUNTER);
    event.set_double_counter_value(percent);
    write();
  }

  void finish() { file_.finish(); }

 private:
  perfetto::TracePacket& next() {
    packet_.Clear();
    packet_.set_trusted_packet_sequence_id(kSequence);
    return packet_;
  }
  perfetto::TrackEvent& timed(std::int64_t at_ns, TrackUuid track, perfetto::TrackEvent::Type type) {
    perfetto::TracePacket& packet = next();
    packet.set_timestamp(static_cast<std::uint64_t>(at_ns));
    packet.mutable_track_event()->set_type(type);
    packet.mutable_track_event()->set_track_uuid(track);
    return *packet.mutable_track_event();
  }

  void begin(const Slice& slice) {
    perfetto::TrackEvent& event = timed(slice.begin_ns, slice.track, perfetto::TrackEvent::TYPE_SLICE_BEGIN);
    packet_.set_sequence_flags(perfetto::TracePacket::SEQ_NEEDS_INCREMENTAL_STATE);
    const auto intern = [&](Interned& strings, std::string_view text, auto add) {
      const Interned::Place place = strings.find(text);
      if (place.is_new) {
        auto& entry = *add(*packet_.mutable_interned_data());
        entry.set_iid(place.iid);
        entry.set_name(valid_utf8(text));
      }
      return place.iid;
    };
    event.set_name_iid(intern(names_, slice.name, [](auto& data) { return data.add_event_names(); }));
    event.add_category_iids(
        intern(categories_, slice.category, [](auto& data) { return data.add_event_categories(); }));
    for (const Annotation& annotation : slice.annotations) {
      perfetto::DebugAnnotation& to = *event.add_debug_annotations();
      to.set_name_iid(
          intern(annotations_, annotation.name, [](auto& data) { return data.add_debug_annotation_names(); }));
      to.set_int_value(annotation.value);
    }
    if (slice.arrow_from != 0) event.add_flow_ids(slice.arrow_from);
    write();
  }

  // The arrow ends with the end of its slice: that is never before the arrow starts, as the begin of a wait may be.
  void end(const Slice& slice) {
    perfetto::TrackEvent& event = timed(slice.end_ns, slice.track, perfetto::TrackEvent::TYPE_SLICE_END);
    if (slice.arrow_to != 0) event.add_terminating_flow_ids(slice.arrow_to);
    write();
  }

  /// As a record of Trace::packet.
  void write() {
    google::protobuf::io::CodedOutputStream& out = file_.stream();
    out.WriteTag(perfetto::Trace::kPacketFieldNumber << 3U | 2U);
    out.WriteVarint32(static_cast<std::uint32_t>(packet_.ByteSizeLong()));
    packet_.SerializeWithCachedSizes(&out);
    if (out.HadError()) file_.fail();
  }

  TraceFile file_;
  perfetto::TracePacket packet_;
  TrackUuid last_track_ = 0;
  Interned names_, categories_, annotations_;
};

PerfettoWriter::PerfettoWriter(const std::string& path, bool overwrite)
    : packets_(std::make_unique<Packets>(path, overwrite)) {}
PerfettoWriter::~PerfettoWriter() = default;

TrackUuid PerfettoWriter::add_track(const std::string& name, const TrackPlace& place) {
  return packets_->describe(name, place, false);
}
TrackUuid PerfettoWriter::add_percentage(const std::string& name, const TrackPlace& place) {
  return packets_->describe(name, place, true);
}
void PerfettoWriter::slice(const Slice& slice) { packets_->slice(slice); }
void PerfettoWriter::value(TrackUuid track, std::int64_t at_ns, double percent) {
  packets_->value(track, at_ns, percent);
}
void PerfettoWriter::finish() { packets_->finish(); }

}  // namespace polyplane::sim
