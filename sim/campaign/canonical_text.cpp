#include "sim/campaign/canonical_text.h"

#include <xxhash.h>

#include <array>
#include <charconv>
#include <string_view>
#include <vector>

#include "base/check.h"
#include "configs/schema/hardware.pb.h"
#include "configs/schema/measure.h"
#include "configs/schema/measure_text.h"
#include "configs/schema/rule.pb.h"

namespace polyplane::sim {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::Reflection;

bool is_figure(const Message& message) {
  const auto* type = message.GetDescriptor();
  return type == v1::Quantity::descriptor() || type == v1::Number::descriptor();
}

bool decides(const Message& message, const FieldDescriptor& field) {
  const std::string& name = field.name();
  if (is_figure(message)) return name == "value" || name == "low" || name == "high";
  return name != "description" && name != "provenance" && name != "assumed";
}

/// Quotes, backslashes and control characters escaped.
std::string quoted(std::string_view text) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string out = "\"";
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') {
      out += '\\';
      out += c;
    } else if (byte < 0x20 || byte == 0x7f) {
      out += "\\x";
      out += kDigits[byte >> 4U];
      out += kDigits[byte & 15U];
    } else {
      out += c;
    }
  }
  return out + "\"";
}

std::string shortest(double value) {
  std::array<char, 32> digits{};
  const auto [end, error] = std::to_chars(digits.data(), digits.data() + digits.size(), value);
  CHECK(error == std::errc{}, "a number is longer than 32 characters");
  return {digits.data(), end};
}

class Writer {
 public:
  void write(const Message& message, v1::Rule::Dimension figure) {
    const auto* type = message.GetDescriptor();
    std::vector<const FieldDescriptor*> fields;
    message.GetReflection()->ListFields(message, &fields);  // by number
    for (const FieldDescriptor* field : fields) {
      if (decides(message, *field)) write_field(message, *field, type == v1::Quantity::descriptor() ? figure : none_);
    }
  }
  [[nodiscard]] std::string take() { return std::move(text_); }

 private:
  /// `figure`: dimension of the texts of a Quantity, whose rule stands at the field that holds it.
  void write_field(const Message& message, const FieldDescriptor& field, v1::Rule::Dimension figure) {
    CHECK(!field.is_map(), "a map has no order: " + field.full_name());
    const Reflection& reflection = *message.GetReflection();
    const v1::Rule::Dimension own = field.options().GetExtension(v1::rule).dimension();
    const v1::Rule::Dimension dimension = figure == none_ ? own : figure;
    const int count = field.is_repeated() ? reflection.FieldSize(message, &field) : 1;
    for (int i = 0; i < count; ++i) {
      const int index = field.is_repeated() ? i : -1;
      text_ += std::string(indent_, ' ') + field.name();
      if (field.cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE) {
        text_ += " {\n";
        indent_ += 2;
        write(field.is_repeated() ? reflection.GetRepeatedMessage(message, &field, i)
                                  : reflection.GetMessage(message, &field),
              own);
        indent_ -= 2;
        text_ += std::string(indent_, ' ') + "}\n";
      } else {
        text_ += ": " + value(message, field, index, dimension) + "\n";
      }
    }
  }

  static std::string value(const Message& message, const FieldDescriptor& field, int index,
                           v1::Rule::Dimension dimension) {
    const Reflection& reflection = *message.GetReflection();
    const bool many = index >= 0;
    switch (field.cpp_type()) {
      case FieldDescriptor::CPPTYPE_STRING: {
        const std::string text =
            many ? reflection.GetRepeatedString(message, &field, index) : reflection.GetString(message, &field);
        if (dimension == none_ || text.empty()) return quoted(text);
        return quoted(configs::measure_text(dimension, configs::parse_measure(dimension, text)));
      }
      case FieldDescriptor::CPPTYPE_ENUM:
        return (many ? reflection.GetRepeatedEnum(message, &field, index) : reflection.GetEnum(message, &field))
            ->name();
      case FieldDescriptor::CPPTYPE_BOOL:
        return (many ? reflection.GetRepeatedBool(message, &field, index) : reflection.GetBool(message, &field))
                   ? "true"
                   : "false";
      case FieldDescriptor::CPPTYPE_INT32:
        return std::to_string(many ? reflection.GetRepeatedInt32(message, &field, index)
                                   : reflection.GetInt32(message, &field));
      case FieldDescriptor::CPPTYPE_UINT32:
        return std::to_string(many ? reflection.GetRepeatedUInt32(message, &field, index)
                                   : reflection.GetUInt32(message, &field));
      case FieldDescriptor::CPPTYPE_INT64:
        return std::to_string(many ? reflection.GetRepeatedInt64(message, &field, index)
                                   : reflection.GetInt64(message, &field));
      case FieldDescriptor::CPPTYPE_UINT64:
        return std::to_string(many ? reflection.GetRepeatedUInt64(message, &field, index)
                                   : reflection.GetUInt64(message, &field));
      case FieldDescriptor::CPPTYPE_DOUBLE:
        return shortest(many ? reflection.GetRepeatedDouble(message, &field, index)
                             : reflection.GetDouble(message, &field));
      default:
        check_failed("cpp_type", "a field of the schema has a type without a canonical text: " + field.full_name());
    }
  }

  static constexpr v1::Rule::Dimension none_ = v1::Rule::plain;
  std::string text_;
  std::size_t indent_ = 0;
};

}  // namespace

std::string canonical_text(const Message& message) {
  Writer writer;
  writer.write(message, v1::Rule::plain);
  return writer.take();
}

std::string hash_text(std::string_view bytes) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  const XXH128_hash_t hash = XXH3_128bits(bytes.data(), bytes.size());
  std::string text;
  for (const XXH64_hash_t half : {hash.high64, hash.low64}) {
    for (unsigned shift = 64; shift > 0; shift -= 4) text.push_back(kDigits[(half >> (shift - 4)) & 15U]);
  }
  return text;
}

}  // namespace polyplane::sim
