#include "sim/campaign/sweep_scalar.h"

#include <array>
#include <charconv>
#include <cmath>
#include <limits>

#include "base/check.h"
#include "base/error.h"
#include "base/suggest.h"
#include "configs/schema/measure.h"
#include "configs/schema/measure_text.h"
#include "configs/schema/rule.pb.h"
#include "configs/schema/suggestions.h"

namespace polyplane::sim {
namespace {

using google::protobuf::EnumValueDescriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::Reflection;

v1::Rule::Dimension dimension_of(const FieldDescriptor& field) {
  return field.options().GetExtension(v1::rule).dimension();
}

bool is_measure(const FieldDescriptor& field) {
  return field.cpp_type() == FieldDescriptor::CPPTYPE_STRING && dimension_of(field) != v1::Rule::plain;
}

std::string quoted(std::string_view text) { return "\"" + printable(text) + "\""; }

template <class Number>
std::optional<Number> number_of(std::string_view text) {
  Number number{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return number;
}

template <class Number>
Number whole_of(std::string_view text) {
  const std::optional<Number> number = number_of<Number>(text);
  if (number) return *number;
  throw InputError(quoted(text) + " is not a whole number from " + std::to_string(std::numeric_limits<Number>::min()) +
                   " to " + std::to_string(std::numeric_limits<Number>::max()));
}

std::string shortest(double value) {
  std::array<char, 32> digits{};
  const auto [end, error] = std::to_chars(digits.data(), digits.data() + digits.size(), value);
  CHECK(error == std::errc{}, "a number is longer than 32 characters");
  return {digits.data(), end};
}

/// "8M" as nccl-tests counts is "8 MiB"; any other text stays.
std::string with_unit(std::string_view text) {
  constexpr std::string_view kDigits = "0123456789.";
  const std::size_t end = text.find_first_not_of(kDigits);
  if (end == 0 || end == std::string_view::npos || end + 1 != text.size()) return std::string(text);
  const char letter = static_cast<char>(text[end] & ~0x20);
  if (std::string_view("KMGT").find(letter) == std::string_view::npos) return std::string(text);
  return std::string(text.substr(0, end)) + " " + letter + "iB";
}

std::int64_t measure_of(const FieldDescriptor& field, std::string_view text) {
  const v1::Rule::Dimension dimension = dimension_of(field);
  return configs::parse_measure(dimension, dimension == v1::Rule::bytes ? with_unit(text) : std::string(text));
}

const EnumValueDescriptor& enum_value(const FieldDescriptor& field, std::string_view text) {
  const EnumValueDescriptor* value = field.enum_type()->FindValueByName(std::string(text));
  if (value == nullptr) throw InputError(unknown_name("value", text, configs::enum_names(*field.enum_type())));
  return *value;
}

template <class Number>
SweepScalar scalar(Number value) {
  return {std::to_string(value), static_cast<double>(value)};
}

}  // namespace

SweepScalar parse_scalar(const FieldDescriptor& field, std::string_view text) {
  switch (field.cpp_type()) {
    case FieldDescriptor::CPPTYPE_STRING: {
      if (!is_measure(field)) return {std::string(text), std::nullopt};
      const std::int64_t grains = measure_of(field, text);
      return {configs::measure_text(dimension_of(field), grains),
              configs::number_of_measure(dimension_of(field), grains)};
    }
    case FieldDescriptor::CPPTYPE_ENUM:
      return {enum_value(field, text).name(), std::nullopt};
    case FieldDescriptor::CPPTYPE_BOOL:
      if (text != "true" && text != "false") throw InputError(unknown_name("value", text, {"false", "true"}));
      return {std::string(text), std::nullopt};
    case FieldDescriptor::CPPTYPE_INT32:
      return scalar(whole_of<std::int32_t>(text));
    case FieldDescriptor::CPPTYPE_UINT32:
      return scalar(whole_of<std::uint32_t>(text));
    case FieldDescriptor::CPPTYPE_INT64:
      return scalar(whole_of<std::int64_t>(text));
    case FieldDescriptor::CPPTYPE_UINT64:
      return scalar(whole_of<std::uint64_t>(text));
    case FieldDescriptor::CPPTYPE_DOUBLE: {
      const std::optional<double> value = number_of<double>(text);
      if (!value || !std::isfinite(*value)) throw InputError(quoted(text) + " is not a number");
      return real_scalar(*value);
    }
    default:
      check_failed("cpp_type", "a field of the schema has a type that no sweep knows: " + field.full_name());
  }
}

SweepScalar real_scalar(double value) { return {shortest(value), value}; }

bool is_whole(const FieldDescriptor& field) {
  switch (field.cpp_type()) {
    case FieldDescriptor::CPPTYPE_INT32:
    case FieldDescriptor::CPPTYPE_UINT32:
    case FieldDescriptor::CPPTYPE_INT64:
    case FieldDescriptor::CPPTYPE_UINT64:
      return true;
    default:
      return is_measure(field);
  }
}

std::int64_t parse_grains(const FieldDescriptor& field, std::string_view text) {
  if (is_measure(field)) return measure_of(field, text);
  return whole_of<std::int64_t>(parse_scalar(field, text).text);
}

std::string grains_text(const FieldDescriptor& field, std::int64_t grains) {
  return is_measure(field) ? configs::measure_text(dimension_of(field), grains) : std::to_string(grains);
}

void set_scalar(Message& message, const FieldDescriptor& field, int index, const std::string& text) {
  const Reflection& reflection = *message.GetReflection();
  const bool add = field.is_repeated() && index < 0;
  const bool in_list = field.is_repeated() && index >= 0;
  switch (field.cpp_type()) {
    case FieldDescriptor::CPPTYPE_STRING:
      if (add) reflection.AddString(&message, &field, text);
      if (in_list) reflection.SetRepeatedString(&message, &field, index, text);
      if (!add && !in_list) reflection.SetString(&message, &field, text);
      return;
    case FieldDescriptor::CPPTYPE_INT64: {
      const auto value = whole_of<std::int64_t>(text);
      if (add) reflection.AddInt64(&message, &field, value);
      if (in_list) reflection.SetRepeatedInt64(&message, &field, index, value);
      if (!add && !in_list) reflection.SetInt64(&message, &field, value);
      return;
    }
    case FieldDescriptor::CPPTYPE_INT32: {
      const auto value = whole_of<std::int32_t>(text);
      if (add) reflection.AddInt32(&message, &field, value);
      if (in_list) reflection.SetRepeatedInt32(&message, &field, index, value);
      if (!add && !in_list) reflection.SetInt32(&message, &field, value);
      return;
    }
    default:
      break;
  }
  CHECK(!field.is_repeated(), "a list of the schema has a type that no sweep knows: " + field.full_name());
  switch (field.cpp_type()) {
    case FieldDescriptor::CPPTYPE_ENUM:
      reflection.SetEnum(&message, &field, &enum_value(field, text));
      return;
    case FieldDescriptor::CPPTYPE_BOOL:
      reflection.SetBool(&message, &field, text == "true");
      return;
    case FieldDescriptor::CPPTYPE_UINT32:
      reflection.SetUInt32(&message, &field, whole_of<std::uint32_t>(text));
      return;
    case FieldDescriptor::CPPTYPE_UINT64:
      reflection.SetUInt64(&message, &field, whole_of<std::uint64_t>(text));
      return;
    case FieldDescriptor::CPPTYPE_DOUBLE:
      reflection.SetDouble(&message, &field, *number_of<double>(text));
      return;
    default:
      check_failed("cpp_type", "a field of the schema has a type that no sweep knows: " + field.full_name());
  }
}

}  // namespace polyplane::sim
