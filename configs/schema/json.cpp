#include "configs/schema/json.h"

#include <google/protobuf/util/json_util.h>

#include <algorithm>
#include <cstdint>
#include <optional>

#include "base/error.h"
#include "base/suggest.h"
#include "configs/schema/suggestions.h"

namespace polyplane::configs {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

constexpr int kMaxDepth = 100;

struct JsonProblem {
  std::size_t offset;
  std::string text;
};

/// Walks a JSON text beside its schema. Stops at the first character that JSON does not allow there, at an unknown or
/// repeated key, and at the value of `wanted`.
class JsonScanner {
 public:
  JsonScanner(const std::string& text, const FieldPath* wanted) : text_(text), wanted_(wanted) {}

  /// Offset of the wanted value; throws JsonProblem.
  std::optional<std::size_t> run(const Descriptor& root) {
    skip_blanks();
    value(&root, nullptr, 0);
    skip_blanks();
    if (at_ < text_.size()) stop("something follows the end of the document");
    return found_;
  }

 private:
  [[noreturn]] void stop(const std::string& what) const { throw JsonProblem{at_, what}; }

  void skip_blanks() {
    while (at_ < text_.size() && std::string_view(" \t\r\n").find(text_[at_]) != std::string_view::npos) ++at_;
  }

  [[nodiscard]] char peek() const { return at_ < text_.size() ? text_[at_] : '\0'; }

  void expect(char c) {
    if (at_ >= text_.size()) stop("the file ends too early");
    if (text_[at_] != c) stop(std::string("expected '") + c + "', found '" + printable(text_.substr(at_, 1)) + "'");
    ++at_;
  }

  std::string quoted() {
    expect('"');
    const std::size_t start = at_;
    while (at_ < text_.size() && text_[at_] != '"') {
      if (static_cast<unsigned char>(text_[at_]) < 0x20) stop("a text must not hold control characters or line ends");
      at_ += text_[at_] == '\\' ? 2 : 1;
    }
    if (at_ >= text_.size()) stop("the file ends inside a text");
    return text_.substr(start, at_++ - start);
  }

  void scalar() {
    if (peek() == '"') {
      quoted();
      return;
    }
    const std::size_t end =
        text_.find_first_not_of("+-.0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ", at_);
    const std::size_t length = std::min(end, text_.size()) - at_;
    if (length == 0) stop(at_ < text_.size() ? "expected a value" : "the file ends too early");
    const std::string word = text_.substr(at_, length);
    const char first = word.front();
    const bool number = first == '-' || (first >= '0' && first <= '9');
    if (!number && word != "true" && word != "false" && word != "null") {
      stop("\"" + printable(word) + "\" is not a JSON value; texts stand in double quotes");
    }
    at_ += length;
  }

  void value(const Descriptor* message, const FieldDescriptor* field, int depth) {
    if (depth > kMaxDepth) stop("nested more than " + std::to_string(kMaxDepth) + " levels deep");
    if (peek() == '{') {
      object(message, depth);
    } else if (peek() == '[') {
      array(message, field, depth);
    } else {
      scalar();
    }
  }

  void array(const Descriptor* message, const FieldDescriptor* field, int depth) {
    if (depth == 0) stop("the document is a list; it must be one object, between { and }");
    if (field != nullptr && !field->is_repeated()) stop(to_string(here_) + ": takes one value, not a list");
    expect('[');
    skip_blanks();
    for (int index = 0; peek() != ']'; ++index) {
      if (index > 0) {
        expect(',');
        skip_blanks();
      }
      if (field != nullptr && field->is_repeated()) here_.back().second = index;
      note();
      value(message, nullptr, depth + 1);
      skip_blanks();
    }
    expect(']');
    if (field != nullptr) here_.back().second = -1;
  }

  void object(const Descriptor* message, int depth) {
    expect('{');
    skip_blanks();
    std::vector<const FieldDescriptor*> seen;
    for (bool first = true; peek() != '}'; first = false) {
      if (!first) {
        expect(',');
        skip_blanks();
      }
      const std::size_t key_at = at_;
      const std::string key = quoted();
      const FieldDescriptor* field = message == nullptr ? nullptr : field_of(*message, key, key_at);
      if (field != nullptr) {
        if (std::ranges::find(seen, field) != seen.end()) throw JsonProblem{key_at, key + ": is given twice"};
        seen.push_back(field);
      }
      skip_blanks();
      expect(':');
      skip_blanks();
      here_.emplace_back(field, -1);
      note();
      value(field == nullptr ? nullptr : field->message_type(), field, depth + 1);
      here_.pop_back();
      skip_blanks();
    }
    expect('}');
  }

  static const FieldDescriptor* field_of(const Descriptor& message, const std::string& key, std::size_t key_at) {
    for (int i = 0; i < message.field_count(); ++i) {
      const FieldDescriptor* field = message.field(i);
      if (field->name() == key || field->json_name() == key) return field;
    }
    throw JsonProblem{key_at, unknown_name("field of " + message.name(), key, field_names(message))};
  }

  void note() {
    if (wanted_ != nullptr && !found_ && here_ == *wanted_) found_ = at_;
  }

  const std::string& text_;
  const FieldPath* wanted_;
  FieldPath here_;
  std::size_t at_ = 0;
  std::optional<std::size_t> found_;
};

Position position_of(const std::string& text, std::size_t offset) {
  const auto before = std::string_view(text).substr(0, offset);
  const auto line = 1 + std::ranges::count(before, '\n');
  const std::size_t line_start = before.rfind('\n') == std::string_view::npos ? 0 : before.rfind('\n') + 1;
  return {static_cast<int>(line), static_cast<int>(offset - line_start) + 1};
}

[[noreturn]] void refuse(const std::string& name, Position position, const std::string& reason) {
  const std::string place =
      position.line > 0 ? ":" + std::to_string(position.line) + ":" + std::to_string(position.column) : "";
  throw InputError(printable(name) + place + ": " + reason);
}

/// "flows[3].size" as protobuf writes it in front of what is wrong with a value.
FieldPath path_of(const Descriptor& root, std::string_view text) {
  FieldPath path;
  const Descriptor* message = &root;
  while (!text.empty() && message != nullptr) {
    const std::size_t end = std::min(text.find_first_of(".["), text.size());
    const std::string key(text.substr(0, end));
    const FieldDescriptor* field = message->FindFieldByName(key);
    if (field == nullptr) field = message->FindFieldByCamelcaseName(key);
    if (field == nullptr) return path;
    text.remove_prefix(end);
    int index = -1;
    if (text.starts_with('[')) {
      index = 0;
      for (text.remove_prefix(1); !text.empty() && text.front() != ']'; text.remove_prefix(1)) {
        index = 10 * index + (text.front() - '0');
      }
      text.remove_prefix(std::min<std::size_t>(1, text.size()));
    }
    if (text.starts_with('.')) text.remove_prefix(1);
    path.emplace_back(field, index);
    message = field->message_type();
  }
  return path;
}

/// " is not a text in quotes": what a value is that does not fit the type of its field.
std::string wanted_type(const FieldDescriptor& field) {
  switch (field.cpp_type()) {
    case FieldDescriptor::CPPTYPE_STRING:
      return " is not a text in quotes";
    case FieldDescriptor::CPPTYPE_BOOL:
      return " is neither true nor false";
    case FieldDescriptor::CPPTYPE_DOUBLE:
    case FieldDescriptor::CPPTYPE_FLOAT:
      return " is not a number";
    case FieldDescriptor::CPPTYPE_UINT32:
      return " is not a whole number from 0 to " + std::to_string(UINT32_MAX);
    case FieldDescriptor::CPPTYPE_UINT64:
      return " is not a whole number from 0 to " + std::to_string(UINT64_MAX);
    case FieldDescriptor::CPPTYPE_INT32:
      return " is not a whole number from " + std::to_string(INT32_MIN) + " to " + std::to_string(INT32_MAX);
    case FieldDescriptor::CPPTYPE_INT64:
      return " is not a whole number from " + std::to_string(INT64_MIN) + " to " + std::to_string(INT64_MAX);
    case FieldDescriptor::CPPTYPE_MESSAGE:
      return " is not an object, between { and }";
    default:
      return " is not a value of this field";
  }
}

}  // namespace

bool begins_as_json(const std::string& text) {
  const std::size_t first = text.find_first_not_of(" \t\r\n");
  return first != std::string::npos && text[first] == '{';
}

void parse_json(const std::string& name, const std::string& text, Message& root) {
  try {
    JsonScanner(text, nullptr).run(*root.GetDescriptor());
  } catch (const JsonProblem& problem) { refuse(name, position_of(text, problem.offset), problem.text); }
  root.Clear();
  google::protobuf::util::JsonParseOptions options;
  options.ignore_unknown_fields = false;
  const auto status = google::protobuf::util::JsonStringToMessage(text, &root, options);
  if (status.ok()) return;
  std::string reason(status.message());
  FieldPath path;
  if (reason.starts_with('(')) {
    const std::size_t close = reason.find("): ");
    if (close != std::string::npos) {
      path = path_of(*root.GetDescriptor(), std::string_view(reason).substr(1, close - 1));
      reason.erase(0, close + 3);
    }
  }
  const FieldDescriptor* field = path.empty() ? nullptr : path.back().first;
  if (const std::size_t type = reason.rfind(" for type "); field != nullptr && reason.starts_with("invalid value ")) {
    reason = reason.substr(14, type - 14) + wanted_type(*field);
  }
  std::string allowed = unit_hint(field);
  if (field != nullptr && field->enum_type() != nullptr) {
    const std::size_t open = reason.find('"');
    const std::size_t close = reason.rfind('"');
    if (open != std::string::npos && close > open) {
      reason = unknown_name("value", reason.substr(open + 1, close - open - 1), enum_names(*field->enum_type()));
    }
  }
  refuse(name, path.empty() ? Position{} : find_in_json(text, root, path),
         (path.empty() ? "" : to_string(path) + ": ") + printable(reason) + allowed);
}

Position find_in_json(const std::string& text, const Message& root, const FieldPath& path) {
  if (path.empty()) return {1, 1};
  try {
    const auto offset = JsonScanner(text, &path).run(*root.GetDescriptor());
    if (offset) return position_of(text, *offset);
  } catch (const JsonProblem&) { return {}; }
  return {};
}

}  // namespace polyplane::configs
