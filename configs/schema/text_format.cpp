#include "configs/schema/text_format.h"

#include <google/protobuf/io/tokenizer.h>
#include <google/protobuf/text_format.h>

#include <cctype>

#include "base/error.h"
#include "base/suggest.h"
#include "configs/schema/suggestions.h"

namespace polyplane::configs {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::TextFormat;

constexpr int kMaxDepth = 100;

class FirstError : public google::protobuf::io::ErrorCollector {
 public:
  void AddError(int line, int column, const std::string& message) override {
    if (!text.empty()) return;
    text = message;
    position = {line + 1, column + 1};
  }
  std::string text;
  Position position;
};

/// The n-th text in double quotes inside a message of protobuf, or "".
std::string quoted(const std::string& message, int n) {
  std::size_t from = 0;
  for (int i = 0;; ++i) {
    const std::size_t open = message.find('"', from);
    if (open == std::string::npos) return "";
    const std::size_t close = message.find('"', open + 1);
    if (close == std::string::npos) return "";
    if (i == n) return message.substr(open + 1, close - open - 1);
    from = close + 1;
  }
}

/// Byte offset of a position as protobuf counts columns: a tab runs to the next multiple of 8.
std::size_t offset_of(const std::string& text, Position position) {
  std::size_t at = 0;
  for (int line = 1; line < position.line && at < text.size(); ++line) {
    const std::size_t end = text.find('\n', at);
    at = end == std::string::npos ? text.size() : end + 1;
  }
  for (int column = 1; column < position.column && at < text.size() && text[at] != '\n'; ++at) {
    column = text[at] == '\t' ? column + 8 - (column - 1) % 8 : column + 1;
  }
  return at;
}

bool in_name(char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_'; }

/// The name before `offset`, blanks, `:` and `[` between; its start comes back in `offset`.
std::string name_before(const std::string& text, std::size_t& offset) {
  std::size_t end = std::min(offset, text.size());
  while (end > 0 && (std::isspace(static_cast<unsigned char>(text[end - 1])) != 0 || text[end - 1] == ':' ||
                     text[end - 1] == '[')) {
    --end;
  }
  std::size_t start = end;
  while (start > 0 && in_name(text[start - 1])) --start;
  if (start < end) offset = start;
  return text.substr(start, end - start);
}

/// The name of the message that `offset` is inside of, "" at the root. Braces in texts and comments are taken for braces.
std::string name_around(const std::string& text, std::size_t offset) {
  int closed = 0;
  for (std::size_t at = std::min(offset, text.size()); at-- > 0;) {
    if (text[at] == '}') ++closed;
    if (text[at] == '{' && closed-- == 0) return name_before(text, at);
  }
  return "";
}

/// The word that a message of protobuf is about where its position is that of the word after, else "".
std::string already_read(const std::string& message) {
  const bool about_second =
      message.find("has no field named") != std::string::npos || message.starts_with("Invalid value for boolean");
  if (about_second) return quoted(message, 1);
  const bool about_first =
      message.starts_with("Non-repeated field") || message.starts_with("Unknown enumeration value");
  return about_first ? quoted(message, 0) : "";
}

Position position_of(const std::string& text, std::size_t offset) {
  Position position{1, 1};
  for (std::size_t i = 0; i < offset && i < text.size(); ++i) {
    position.column = text[i] == '\n' ? 1 : position.column + 1;
    position.line += text[i] == '\n' ? 1 : 0;
  }
  return position;
}

/// What follows `start`, in words for users; "": it is another message.
std::string behind(const std::string& message, std::string_view start) {
  return message.starts_with(start) ? printable(message.substr(start.size())) : "";
}

/// What is wrong with a number, a word or a bracket; "": none of these.
std::string explain_value(const std::string& message, const FieldDescriptor* field) {
  if (message.starts_with("Expected string, got: ")) {
    return behind(message, "Expected string, got: ") + " is not a text in quotes" + unit_hint(field);
  }
  const std::string word = behind(message, "Expected integer or identifier, got: ");
  if (word.starts_with('"')) return word + " must stand without quotes";
  const std::string number = behind(message, "Expected integer, got: ");
  if (number == "-") return "is negative; it must be a whole number from 0";
  if (!number.empty()) return number + " is not a whole number";
  if (message.starts_with("Integer out of range (")) {
    const std::string value = message.substr(22, message.rfind(')') - 22);
    const bool boolean = field != nullptr && field->cpp_type() == FieldDescriptor::CPPTYPE_BOOL;
    return printable(value) + (boolean ? " is neither true nor false" : " is out of range");
  }
  if (message.starts_with("Expected \"{\", found ")) return "holds fields, which stand between { and }";
  return "";
}

/// What protobuf says, in the words of the schema. Texts of protobuf 3.21; any other comes through as it is. `field_name` is
/// the last name before the place, `around` the message that holds it.
std::string explain(const std::string& message, const Descriptor& root, const std::string& field_name,
                    const std::string& around) {
  const FieldDescriptor* field = find_field(root, field_name);
  const std::string prefix = field == nullptr ? "" : field_name + ": ";
  if (message.find("has no field named") != std::string::npos) {
    const Descriptor* type = root.file()->pool()->FindMessageTypeByName(quoted(message, 0));
    if (type != nullptr) return unknown_name("field of " + type->name(), quoted(message, 1), field_names(*type));
  }
  if (message.starts_with("Unknown enumeration value")) {
    const FieldDescriptor* of = find_enum(root, quoted(message, 1), around);
    if (of != nullptr) {
      return of->name() + ": " + unknown_name("value", quoted(message, 0), enum_names(*of->enum_type()));
    }
  }
  if (message.ends_with("found \"\".") || message.ends_with("got: ")) {
    return prefix + "the file ends too early; a value or a closing bracket is missing";
  }
  if (const std::string problem = explain_value(message, field); !problem.empty()) return prefix + problem;
  if (message.starts_with("Invalid value for boolean field")) {
    return quoted(message, 0) + ": " + printable(quoted(message, 1)) + " is neither true nor false";
  }
  if (message.starts_with("Expected identifier, got: ")) {
    return "the name of a field is expected here, not " + behind(message, "Expected identifier, got: ");
  }
  if (message.starts_with("Non-repeated field")) return quoted(message, 0) + ": is given twice";
  if (message.find("recursion limit") != std::string::npos) {
    return "messages are nested more than " + std::to_string(kMaxDepth) + " levels deep";
  }
  return prefix + printable(message);
}

}  // namespace

void parse_text(const std::string& name, const std::string& text, Message& root) {
  FirstError error;
  TextFormat::Parser parser;
  parser.RecordErrorsTo(&error);
  parser.SetRecursionLimit(kMaxDepth);
  if (parser.ParseFromString(text, &root)) return;
  std::size_t offset = offset_of(text, error.position);
  std::size_t name_offset = offset;
  const std::string before = name_before(text, name_offset);
  const std::string culprit = already_read(error.text);
  if (const std::size_t at = text.rfind(culprit, offset); !culprit.empty() && at != std::string::npos) offset = at;
  const Position position = position_of(text, offset);
  throw InputError(printable(name) + ":" + std::to_string(position.line) + ":" + std::to_string(position.column) +
                   ": " + explain(error.text, *root.GetDescriptor(), before, name_around(text, offset)));
}

Position find_in_text(const std::string& text, const Message& root, const FieldPath& path) {
  const std::unique_ptr<Message> copy(root.New());
  TextFormat::ParseInfoTree tree;
  TextFormat::Parser parser;
  FirstError error;
  parser.RecordErrorsTo(&error);
  parser.SetRecursionLimit(kMaxDepth);
  parser.WriteLocationsTo(&tree);
  if (!parser.ParseFromString(text, copy.get())) return {};
  const TextFormat::ParseInfoTree* at = &tree;
  for (std::size_t i = 0; i + 1 < path.size(); ++i) {
    at = at->GetTreeForNested(path[i].first, path[i].second);
    if (at == nullptr) return {};
  }
  if (path.empty()) return {1, 1};
  const TextFormat::ParseLocation found = at->GetLocation(path.back().first, path.back().second);
  if (found.line < 0) return {};
  return position_of(text, offset_of(text, {found.line + 1, found.column + 1}));
}

}  // namespace polyplane::configs
