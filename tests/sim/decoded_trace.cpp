#include "tests/sim/decoded_trace.h"

#include <google/protobuf/io/coded_stream.h>
#include <google/protobuf/io/gzip_stream.h>
#include <google/protobuf/io/zero_copy_stream_impl_lite.h>
#include <google/protobuf/unknown_field_set.h>

#include <fstream>
#include <iterator>
#include <set>
#include <stdexcept>

namespace polyplane::sim {

namespace {

using perfetto::TracePacket;
using perfetto::TrackEvent;

bool has_unknown(const google::protobuf::Message& message) {
  const google::protobuf::Reflection& reflection = *message.GetReflection();
  if (!reflection.GetUnknownFields(message).empty()) return true;
  std::vector<const google::protobuf::FieldDescriptor*> fields;
  reflection.ListFields(message, &fields);
  for (const auto* field : fields) {
    if (field->cpp_type() != google::protobuf::FieldDescriptor::CPPTYPE_MESSAGE) continue;
    const int count = field->is_repeated() ? reflection.FieldSize(message, field) : 1;
    for (int i = 0; i < count; ++i) {
      if (has_unknown(field->is_repeated() ? reflection.GetRepeatedMessage(message, field, i)
                                           : reflection.GetMessage(message, field))) {
        return true;
      }
    }
  }
  return false;
}

class Decoder {
 public:
  DecodedTrace decode(const std::string& bytes) {
    perfetto::Trace trace;
    if (!trace.ParseFromString(bytes)) return {{}, {}, {}, {"not a trace"}};
    for (int i = 0; i < trace.packet_size(); ++i) packet(trace.packet(i), i == 0);
    for (const auto& [track, open] : open_) {
      if (!open.empty()) defect("a slice that never ends, on " + std::to_string(track));
    }
    check_arrows();
    return std::move(result_);
  }

 private:
  struct Arrow {
    std::int64_t starts = -1, ends = -1;
    int from = 0, to = 0;
  };
  void defect(std::string text) { result_.defects.push_back(std::move(text)); }

  void packet(const TracePacket& packet, bool is_first) {
    if (has_unknown(packet)) defect("an unknown field");
    if (packet.trusted_packet_sequence_id() == 0) defect("a packet of no sequence");
    const bool clears = (packet.sequence_flags() & TracePacket::SEQ_INCREMENTAL_STATE_CLEARED) != 0;
    if (is_first != clears) defect("the first packet, and it alone, clears the state");
    if (packet.has_interned_data()) intern(packet.interned_data());
    if (packet.has_track_descriptor()) describe(packet.track_descriptor());
    if (packet.has_track_event()) event(packet, packet.track_event());
  }

  void intern(const perfetto::InternedData& data) {
    const auto add = [&](auto& known, const auto& entries) {
      for (const auto& entry : entries) {
        if (entry.iid() == 0 || !known.emplace(entry.iid(), entry.name()).second)
          defect("an iid that is 0 or comes twice");
      }
    };
    add(names_, data.event_names());
    add(categories_, data.event_categories());
    add(annotations_, data.debug_annotation_names());
  }

  void describe(const perfetto::TrackDescriptor& track) {
    DecodedTrack decoded{track.uuid(),        track.parent_uuid(),        track.name(),
                         track.has_counter(), track.sibling_order_rank(), {}};
    decoded.path = track.name();
    if (track.parent_uuid() != 0) {
      const auto parent = result_.tracks.find(track.parent_uuid());
      if (parent == result_.tracks.end()) {
        defect("a parent that is not described");
      } else {
        decoded.path = parent->second.path + " > " + track.name();
      }
    }
    if (track.has_counter() && (track.counter().unit_name() != "%" || track.counter().y_axis_share_key().empty())) {
      defect("a counter without unit or shared axis");
    }
    if (track.sibling_merge_behavior() != perfetto::TrackDescriptor::SIBLING_MERGE_BEHAVIOR_NONE)
      defect("a track to merge");
    if (track.child_ordering() != perfetto::TrackDescriptor::EXPLICIT)
      defect("a track that does not order its children");
    if (track.has_process() || track.has_thread()) defect("a process or thread, which hides the parent");
    if (track.uuid() == 0 || !result_.tracks.emplace(track.uuid(), decoded).second)
      defect("a uuid that is 0 or comes twice");
  }

  std::string name_of(const std::map<std::uint64_t, std::string>& known, std::uint64_t iid, const TracePacket& packet) {
    if ((packet.sequence_flags() & TracePacket::SEQ_NEEDS_INCREMENTAL_STATE) == 0) defect("an iid without its flag");
    const auto place = known.find(iid);
    if (place == known.end()) {
      defect("an iid that is not defined");
      return "";
    }
    return place->second;
  }

  void event(const TracePacket& packet, const TrackEvent& event) {
    const std::uint64_t track = event.track_uuid();
    const auto at = static_cast<std::int64_t>(packet.timestamp());
    const auto described = result_.tracks.find(track);
    if (described == result_.tracks.end()) return defect("an event on a track that is not described");
    if (at < last_[track]) defect("time goes back on " + described->second.path);
    last_[track] = at;
    if ((event.type() == TrackEvent::TYPE_COUNTER) != described->second.is_percentage) defect("a counter among slices");
    switch (event.type()) {
      case TrackEvent::TYPE_SLICE_BEGIN:
        return begin(packet, event, at);
      case TrackEvent::TYPE_SLICE_END:
        return end(event, at);
      case TrackEvent::TYPE_COUNTER:
        return value(event, at);
      default:
        defect("an event of another type");
    }
  }

  void begin(const TracePacket& packet, const TrackEvent& event, std::int64_t at) {
    DecodedSlice slice;
    slice.track = event.track_uuid();
    slice.begin_ns = at;
    slice.name = name_of(names_, event.name_iid(), packet);
    for (const std::uint64_t iid : event.category_iids()) slice.category = name_of(categories_, iid, packet);
    for (const auto& annotation : event.debug_annotations()) {
      slice.annotations[name_of(annotations_, annotation.name_iid(), packet)] = annotation.int_value();
    }
    open_[slice.track].push_back(std::move(slice));
    arrows(event, at, open_[event.track_uuid()].back());
  }

  void end(const TrackEvent& event, std::int64_t at) {
    std::vector<DecodedSlice>& open = open_[event.track_uuid()];
    if (open.empty()) return defect("an end without a begin");
    DecodedSlice slice = std::move(open.back());
    open.pop_back();
    slice.end_ns = at;
    if (at < slice.begin_ns) defect("a slice ends before it begins");
    arrows(event, at, slice);
    result_.slices.push_back(std::move(slice));
  }

  void arrows(const TrackEvent& event, std::int64_t at, DecodedSlice& slice) {
    for (const std::uint64_t id : event.flow_ids()) {
      slice.arrows_from.push_back(id);
      arrows_[id].starts = at;
      ++arrows_[id].from;
    }
    for (const std::uint64_t id : event.terminating_flow_ids()) {
      slice.arrows_to.push_back(id);
      if (arrows_[id].from == 0) defect("an arrow ends before its start stands in the file");
      arrows_[id].ends = at;
      ++arrows_[id].to;
    }
  }

  void value(const TrackEvent& event, std::int64_t at) {
    const double percent = event.double_counter_value();
    if (!event.has_double_counter_value() || percent < 0 || percent > 100) defect("a percentage outside 0 to 100");
    const auto [place, is_new] = percent_.emplace(event.track_uuid(), percent);
    if (!is_new && place->second == percent) defect("a counter that does not change");
    place->second = percent;
    result_.values.push_back({event.track_uuid(), at, percent});
  }

  void check_arrows() {
    for (const auto& [id, arrow] : arrows_) {
      if (arrow.from != 1 || arrow.to != 1) defect("arrow " + std::to_string(id) + " does not start and end once");
      if (arrow.ends < arrow.starts) defect("arrow " + std::to_string(id) + " ends before it starts");
    }
  }

  DecodedTrace result_;
  std::map<std::uint64_t, std::string> names_, categories_, annotations_;
  std::map<std::uint64_t, std::vector<DecodedSlice>> open_;  // by track, innermost last
  std::map<std::uint64_t, std::int64_t> last_;
  std::map<std::uint64_t, double> percent_;
  std::map<std::uint64_t, Arrow> arrows_;
};

}  // namespace

const DecodedTrack& DecodedTrace::track_at(const std::string& path) const {
  for (const auto& [uuid, track] : tracks) {
    if (track.path == path) return track;
  }
  std::string all;
  for (const auto& [uuid, track] : tracks) all += "\n  " + track.path;
  throw std::runtime_error("no track " + path + "; there are" + all);
}

std::vector<DecodedSlice> DecodedTrace::slices_at(const std::string& path) const {
  std::vector<DecodedSlice> chosen;
  const std::uint64_t uuid = track_at(path).uuid;
  for (const DecodedSlice& slice : slices) {
    if (slice.track == uuid) chosen.push_back(slice);
  }
  return chosen;
}

std::vector<DecodedValue> DecodedTrace::values_at(const std::string& path) const {
  std::vector<DecodedValue> chosen;
  const std::uint64_t uuid = track_at(path).uuid;
  for (const DecodedValue& value : values) {
    if (value.track == uuid) chosen.push_back(value);
  }
  return chosen;
}

std::string trace_bytes(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  const std::string raw((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
  if (!path.ends_with(".gz")) return raw;
  google::protobuf::io::ArrayInputStream in(raw.data(), static_cast<int>(raw.size()));
  google::protobuf::io::GzipInputStream unpacked(&in, google::protobuf::io::GzipInputStream::GZIP);
  std::string bytes;
  const void* data = nullptr;
  int size = 0;
  while (unpacked.Next(&data, &size)) bytes.append(static_cast<const char*>(data), static_cast<std::size_t>(size));
  return bytes;
}

DecodedTrace decode_trace(const std::string& bytes) { return Decoder().decode(bytes); }

}  // namespace polyplane::sim
