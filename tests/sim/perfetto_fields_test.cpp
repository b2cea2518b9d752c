// The numbers of the format: every message, field, type and enum value that polyplane may write, as google/perfetto
// has them (commit ec5d16b of 2026-08-22), against the schema that it is compiled from.
#include <gmock/gmock.h>
#include <google/protobuf/descriptor.h>
#include <gtest/gtest.h>

#include <set>
#include <string>
#include <vector>

#include "configs/schema/perfetto.pb.h"

namespace polyplane::sim {
namespace {

struct Field {
  const char* message;
  const char* name;
  int number;
  const char* type;  // repeated ones end in "*"
};

constexpr Field kFields[] = {
    {"Trace", "packet", 1, "TracePacket*"},
    {"TracePacket", "clock_snapshot", 6, "ClockSnapshot"},
    {"TracePacket", "timestamp", 8, "uint64"},
    {"TracePacket", "trusted_packet_sequence_id", 10, "uint32"},
    {"TracePacket", "track_event", 11, "TrackEvent"},
    {"TracePacket", "interned_data", 12, "InternedData"},
    {"TracePacket", "sequence_flags", 13, "uint32"},
    {"TracePacket", "timestamp_clock_id", 58, "uint32"},
    {"TracePacket", "trace_packet_defaults", 59, "TracePacketDefaults"},
    {"TracePacket", "track_descriptor", 60, "TrackDescriptor"},
    {"TracePacket", "first_packet_on_sequence", 87, "bool"},
    {"TracePacketDefaults", "track_event_defaults", 11, "TrackEventDefaults"},
    {"TracePacketDefaults", "timestamp_clock_id", 58, "uint32"},
    {"TrackEventDefaults", "track_uuid", 11, "uint64"},
    {"TrackEventDefaults", "extra_counter_track_uuids", 31, "uint64*"},
    {"TrackEventDefaults", "extra_double_counter_track_uuids", 45, "uint64*"},
    {"ClockSnapshot", "clocks", 1, "Clock*"},
    {"ClockSnapshot.Clock", "clock_id", 1, "uint32"},
    {"ClockSnapshot.Clock", "timestamp", 2, "uint64"},
    {"ClockSnapshot.Clock", "is_incremental", 3, "bool"},
    {"ClockSnapshot.Clock", "unit_multiplier_ns", 4, "uint64"},
    {"TrackDescriptor", "uuid", 1, "uint64"},
    {"TrackDescriptor", "name", 2, "string"},
    {"TrackDescriptor", "process", 3, "ProcessDescriptor"},
    {"TrackDescriptor", "thread", 4, "ThreadDescriptor"},
    {"TrackDescriptor", "parent_uuid", 5, "uint64"},
    {"TrackDescriptor", "counter", 8, "CounterDescriptor"},
    {"TrackDescriptor", "disallow_merging_with_system_tracks", 9, "bool"},
    {"TrackDescriptor", "child_ordering", 11, "ChildTracksOrdering"},
    {"TrackDescriptor", "sibling_order_rank", 12, "int32"},
    {"TrackDescriptor", "description", 14, "string"},
    {"TrackDescriptor", "sibling_merge_behavior", 15, "SiblingMergeBehavior"},
    {"TrackDescriptor", "sibling_merge_key", 16, "string"},
    {"ProcessDescriptor", "pid", 1, "int32"},
    {"ProcessDescriptor", "cmdline", 2, "string*"},
    {"ProcessDescriptor", "process_name", 6, "string"},
    {"ProcessDescriptor", "process_labels", 8, "string*"},
    {"ThreadDescriptor", "pid", 1, "int32"},
    {"ThreadDescriptor", "tid", 2, "int64"},
    {"ThreadDescriptor", "thread_name", 5, "string"},
    {"CounterDescriptor", "unit", 3, "Unit"},
    {"CounterDescriptor", "unit_multiplier", 4, "int64"},
    {"CounterDescriptor", "is_incremental", 5, "bool"},
    {"CounterDescriptor", "unit_name", 6, "string"},
    {"CounterDescriptor", "y_axis_share_key", 7, "string"},
    {"TrackEvent", "category_iids", 3, "uint64*"},
    {"TrackEvent", "debug_annotations", 4, "DebugAnnotation*"},
    {"TrackEvent", "type", 9, "Type"},
    {"TrackEvent", "name_iid", 10, "uint64"},
    {"TrackEvent", "track_uuid", 11, "uint64"},
    {"TrackEvent", "extra_counter_values", 12, "int64*"},
    {"TrackEvent", "categories", 22, "string*"},
    {"TrackEvent", "name", 23, "string"},
    {"TrackEvent", "counter_value", 30, "int64"},
    {"TrackEvent", "extra_counter_track_uuids", 31, "uint64*"},
    {"TrackEvent", "double_counter_value", 44, "double"},
    {"TrackEvent", "extra_double_counter_track_uuids", 45, "uint64*"},
    {"TrackEvent", "extra_double_counter_values", 46, "double*"},
    {"TrackEvent", "flow_ids", 47, "fixed64*"},
    {"TrackEvent", "terminating_flow_ids", 48, "fixed64*"},
    {"TrackEvent", "correlation_id", 52, "uint64"},
    {"DebugAnnotation", "name_iid", 1, "uint64"},
    {"DebugAnnotation", "bool_value", 2, "bool"},
    {"DebugAnnotation", "uint_value", 3, "uint64"},
    {"DebugAnnotation", "int_value", 4, "int64"},
    {"DebugAnnotation", "double_value", 5, "double"},
    {"DebugAnnotation", "string_value", 6, "string"},
    {"DebugAnnotation", "name", 10, "string"},
    {"DebugAnnotation", "dict_entries", 11, "DebugAnnotation*"},
    {"DebugAnnotation", "array_values", 12, "DebugAnnotation*"},
    {"DebugAnnotation", "string_value_iid", 17, "uint64"},
    {"InternedData", "event_categories", 1, "EventCategory*"},
    {"InternedData", "event_names", 2, "EventName*"},
    {"InternedData", "debug_annotation_names", 3, "DebugAnnotationName*"},
    {"InternedData", "debug_annotation_string_values", 29, "InternedString*"},
    {"EventCategory", "iid", 1, "uint64"},
    {"EventCategory", "name", 2, "string"},
    {"EventName", "iid", 1, "uint64"},
    {"EventName", "name", 2, "string"},
    {"DebugAnnotationName", "iid", 1, "uint64"},
    {"DebugAnnotationName", "name", 2, "string"},
    {"InternedString", "iid", 1, "uint64"},
    {"InternedString", "str", 2, "bytes"},
};

struct Value {
  const char* name;
  int number;
};

constexpr Value kValues[] = {
    {"TracePacket.SEQ_UNSPECIFIED", 0},
    {"TracePacket.SEQ_INCREMENTAL_STATE_CLEARED", 1},
    {"TracePacket.SEQ_NEEDS_INCREMENTAL_STATE", 2},
    {"TrackDescriptor.UNKNOWN", 0},
    {"TrackDescriptor.LEXICOGRAPHIC", 1},
    {"TrackDescriptor.CHRONOLOGICAL", 2},
    {"TrackDescriptor.EXPLICIT", 3},
    {"TrackDescriptor.SIBLING_MERGE_BEHAVIOR_UNSPECIFIED", 0},
    {"TrackDescriptor.SIBLING_MERGE_BEHAVIOR_BY_TRACK_NAME", 1},
    {"TrackDescriptor.SIBLING_MERGE_BEHAVIOR_NONE", 2},
    {"TrackDescriptor.SIBLING_MERGE_BEHAVIOR_BY_SIBLING_MERGE_KEY", 3},
    {"CounterDescriptor.UNIT_UNSPECIFIED", 0},
    {"CounterDescriptor.UNIT_TIME_NS", 1},
    {"CounterDescriptor.UNIT_COUNT", 2},
    {"CounterDescriptor.UNIT_SIZE_BYTES", 3},
    {"TrackEvent.TYPE_UNSPECIFIED", 0},
    {"TrackEvent.TYPE_SLICE_BEGIN", 1},
    {"TrackEvent.TYPE_SLICE_END", 2},
    {"TrackEvent.TYPE_INSTANT", 3},
    {"TrackEvent.TYPE_COUNTER", 4},
};

std::string type_of(const google::protobuf::FieldDescriptor& field) {
  std::string type = field.type_name();
  if (field.message_type() != nullptr) type = field.message_type()->name();
  if (field.enum_type() != nullptr) type = field.enum_type()->name();
  return type + (field.is_repeated() ? "*" : "");
}

std::string line(const std::string& message, const std::string& name, int number, const std::string& type) {
  return message + "." + name + " = " + std::to_string(number) + " " + type;
}

void collect(const google::protobuf::Descriptor& message, const std::string& scope, std::vector<std::string>& fields,
             std::vector<std::string>& values) {
  const std::string path = scope + message.name();
  for (int i = 0; i < message.field_count(); ++i) {
    const auto& field = *message.field(i);
    fields.push_back(line(path, field.name(), field.number(), type_of(field)));
  }
  for (int i = 0; i < message.enum_type_count(); ++i) {
    const auto& type = *message.enum_type(i);
    for (int k = 0; k < type.value_count(); ++k) {
      values.push_back(path + "." + type.value(k)->name() + " = " + std::to_string(type.value(k)->number()));
    }
  }
  for (int i = 0; i < message.nested_type_count(); ++i) collect(*message.nested_type(i), path + ".", fields, values);
}

TEST(PerfettoFields, AreThoseOfTheFormat) {
  std::vector<std::string> fields, values, expected_fields, expected_values;
  const google::protobuf::FileDescriptor& file = *perfetto::Trace::descriptor()->file();
  EXPECT_EQ(file.syntax(), google::protobuf::FileDescriptor::SYNTAX_PROTO2);
  for (int i = 0; i < file.message_type_count(); ++i) collect(*file.message_type(i), "", fields, values);
  for (const Field& field : kFields)
    expected_fields.push_back(line(field.message, field.name, field.number, field.type));
  for (const Value& value : kValues)
    expected_values.push_back(std::string(value.name) + " = " + std::to_string(value.number));
  EXPECT_THAT(fields, testing::UnorderedElementsAreArray(expected_fields));
  EXPECT_THAT(values, testing::UnorderedElementsAreArray(expected_values));
}

}  // namespace
}  // namespace polyplane::sim
