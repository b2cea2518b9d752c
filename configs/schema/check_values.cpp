#include "configs/schema/check_values.h"

#include <charconv>
#include <cmath>
#include <string>

#include "base/check.h"
#include "base/error.h"
#include "base/suggest.h"
#include "configs/schema/hardware.pb.h"
#include "configs/schema/measure.h"
#include "configs/schema/read_file.h"
#include "configs/schema/suggestions.h"

namespace polyplane::configs {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::Reflection;

/// A number out of a rule.
double number_of(const std::string& text) {
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  CHECK(error == std::errc{} && end == text.data() + text.size(), "a rule of the schema is not a number: " + text);
  return value;
}

std::string range_of(const v1::Rule& rule) {
  if (!rule.min().empty() && !rule.max().empty()) return "allowed: " + rule.min() + " to " + rule.max();
  if (!rule.max().empty())
    return "allowed: " + std::string(rule.positive() ? "more than 0" : "0") + " to " + rule.max();
  return rule.min().empty() ? "it must be more than 0" : "allowed: at least " + rule.min();
}

/// "" when the text obeys the rule.
std::string problem_of_measure(const v1::Rule& rule, const std::string& text) {
  try {
    const std::int64_t value = parse_measure(rule.dimension(), text);
    const bool fine = (value > 0 || !rule.positive()) &&
                      (rule.min().empty() || value >= parse_measure(rule.dimension(), rule.min())) &&
                      (rule.max().empty() || value <= parse_measure(rule.dimension(), rule.max()));
    return fine ? "" : "\"" + printable(text) + "\" is out of range; " + range_of(rule);
  } catch (const InputError& error) { return error.what(); }
}

std::string problem_of_number(const v1::Rule& rule, double value, const std::string& text) {
  if (!std::isfinite(value)) return text + " is not a number";
  const bool fine = (value > 0 || !rule.positive()) && (rule.min().empty() || value >= number_of(rule.min())) &&
                    (rule.max().empty() || value <= number_of(rule.max()));
  return fine ? "" : text + " is out of range; " + range_of(rule);
}

std::string problem_of_text(const v1::Rule& rule, const std::string& text) {
  if (text.empty()) return "is empty; leave the field out or give it a value";
  for (const char c : text) {
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f)
      return "\"" + printable(text) + "\" holds a control character";
  }
  if (find_malformed_utf8(text) != std::string::npos) return "\"" + printable(text) + "\" is not UTF-8";
  return rule.dimension() == v1::Rule::plain ? "" : problem_of_measure(rule, text);
}

std::string shown(double value) {
  std::string text = std::to_string(value);
  if (text.find('.') != std::string::npos) {
    while (text.ends_with('0')) text.pop_back();
    if (text.ends_with('.')) text.pop_back();
  }
  return text;
}

/// One value of a field that is not a message.
std::string problem_of_value(const v1::Rule& rule, const Message& message, const FieldDescriptor& field, int index) {
  const Reflection& reflection = *message.GetReflection();
  const bool many = field.is_repeated();
  switch (field.cpp_type()) {
    case FieldDescriptor::CPPTYPE_STRING:
      return problem_of_text(
          rule, many ? reflection.GetRepeatedString(message, &field, index) : reflection.GetString(message, &field));
    case FieldDescriptor::CPPTYPE_INT32: {
      const auto value =
          many ? reflection.GetRepeatedInt32(message, &field, index) : reflection.GetInt32(message, &field);
      return problem_of_number(rule, value, std::to_string(value));
    }
    case FieldDescriptor::CPPTYPE_UINT32: {
      const auto value =
          many ? reflection.GetRepeatedUInt32(message, &field, index) : reflection.GetUInt32(message, &field);
      return problem_of_number(rule, value, std::to_string(value));
    }
    case FieldDescriptor::CPPTYPE_INT64: {
      const auto value =
          many ? reflection.GetRepeatedInt64(message, &field, index) : reflection.GetInt64(message, &field);
      return problem_of_number(rule, static_cast<double>(value), std::to_string(value));
    }
    case FieldDescriptor::CPPTYPE_DOUBLE: {
      const auto value =
          many ? reflection.GetRepeatedDouble(message, &field, index) : reflection.GetDouble(message, &field);
      return problem_of_number(rule, value, shown(value));
    }
    case FieldDescriptor::CPPTYPE_ENUM: {
      const int value =
          many ? reflection.GetRepeatedEnumValue(message, &field, index) : reflection.GetEnumValue(message, &field);
      if (field.enum_type()->FindValueByNumber(value) != nullptr) return "";
      return unknown_name("value", std::to_string(value), enum_names(*field.enum_type()));
    }
    default:
      return "";
  }
}

/// The rule of a figure stands at the field that holds it: its value, low and high obey it.
void check_figure(const Source& source, const v1::Rule& rule, const Message& figure) {
  for (const char* name : {"value", "low", "high"}) {
    const FieldDescriptor* field = figure.GetDescriptor()->FindFieldByName(name);
    if (!figure.GetReflection()->HasField(figure, field)) continue;
    const std::string problem = problem_of_value(rule, figure, *field, -1);
    if (!problem.empty()) source.fail(figure, name, problem);
  }
}

bool is_present(const Message& message, const FieldDescriptor& field) {
  return field.is_repeated() ? message.GetReflection()->FieldSize(message, &field) > 0
                             : message.GetReflection()->HasField(message, &field);
}

void check_field(const Source& source, const Message& message, const FieldDescriptor& field) {
  const v1::Rule& rule = field.options().GetExtension(v1::rule);
  if (!is_present(message, field)) {
    if (!rule.required()) return;
    const std::string example = example_of(rule.dimension());
    source.fail(message, field.name(),
                "is missing" + (example.empty() ? "" : "; write for example \"" + example + "\""));
  }
  const Reflection& reflection = *message.GetReflection();
  const int count = field.is_repeated() ? reflection.FieldSize(message, &field) : 1;
  for (int i = 0; i < count; ++i) {
    if (field.cpp_type() != FieldDescriptor::CPPTYPE_MESSAGE) {
      const std::string problem = problem_of_value(rule, message, field, i);
      if (!problem.empty()) source.fail(message, field.name(), problem, i);
      continue;
    }
    const Message& inner = field.is_repeated() ? reflection.GetRepeatedMessage(message, &field, i)
                                               : reflection.GetMessage(message, &field);
    check_values(source, inner);
    const auto* type = inner.GetDescriptor();
    if (type == v1::Quantity::descriptor() || type == v1::Number::descriptor()) check_figure(source, rule, inner);
  }
}

}  // namespace

void check_values(const Source& source, const Message& message) {
  for (int i = 0; i < message.GetDescriptor()->field_count(); ++i) {
    check_field(source, message, *message.GetDescriptor()->field(i));
  }
}

}  // namespace polyplane::configs
