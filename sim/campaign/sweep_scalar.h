// One value of a field as text: read, made canonical, set.
#pragma once

#include <google/protobuf/message.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace polyplane::sim {

struct SweepScalar {
  std::string text;              // canonical
  std::optional<double> number;  // of numbers and measures, in the unit of measure_text.h
};

/// Throws InputError: not what the field holds (did-you-mean), without its unit. REQUIRES: not a message.
[[nodiscard]] SweepScalar parse_scalar(const google::protobuf::FieldDescriptor& field, std::string_view text);

/// Of a field that holds real numbers.
[[nodiscard]] SweepScalar real_scalar(double value);

/// Whole numbers and measures as whole numbers of their grain, for ranges. Throws as parse_scalar(). REQUIRES: is_whole.
[[nodiscard]] bool is_whole(const google::protobuf::FieldDescriptor& field);
[[nodiscard]] std::int64_t parse_grains(const google::protobuf::FieldDescriptor& field, std::string_view text);
[[nodiscard]] std::string grains_text(const google::protobuf::FieldDescriptor& field, std::int64_t grains);

/// `text` as parse_scalar() made it. `index`: of a list, which must have it; -1: of a list adds one.
void set_scalar(google::protobuf::Message& message, const google::protobuf::FieldDescriptor& field, int index,
                const std::string& text);

}  // namespace polyplane::sim
