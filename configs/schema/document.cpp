#include "configs/schema/document.h"

#include <algorithm>

#include "base/check.h"
#include "base/error.h"
#include "base/suggest.h"
#include "configs/schema/check_values.h"
#include "configs/schema/json.h"
#include "configs/schema/read_file.h"
#include "configs/schema/read_observer.h"
#include "configs/schema/text_format.h"

namespace polyplane::configs {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::Reflection;

bool is_json(const std::string& path, const std::string& text) {
  for (const char* ending : {".textproto", ".txtpb", ".pbtxt"}) {
    if (path.ends_with(ending)) return false;
  }
  return path.ends_with(".json") || text[text.find_first_not_of(" \t\r\n")] == '{';
}

/// Appends the way from `at` down to `target`; false, and nothing appended, when it is not below.
bool find_message(const Message& at, const Message* target, FieldPath& path) {
  if (&at == target) return true;
  const Reflection& reflection = *at.GetReflection();
  std::vector<const FieldDescriptor*> fields;
  reflection.ListFields(at, &fields);
  for (const FieldDescriptor* field : fields) {
    if (field->cpp_type() != FieldDescriptor::CPPTYPE_MESSAGE) continue;
    const int count = field->is_repeated() ? reflection.FieldSize(at, field) : 1;
    for (int i = 0; i < count; ++i) {
      const Message& inner =
          field->is_repeated() ? reflection.GetRepeatedMessage(at, field, i) : reflection.GetMessage(at, field);
      path.emplace_back(field, field->is_repeated() ? i : -1);
      if (find_message(inner, target, path)) return true;
      path.pop_back();
    }
  }
  return false;
}

}  // namespace

std::string to_string(const FieldPath& path) {
  std::string text;
  for (const auto& [field, index] : path) {
    text += (text.empty() ? "" : ".") + field->name();
    if (index >= 0) text += "[" + std::to_string(index) + "]";
  }
  return text;
}

Document::Document(std::string path, Message& root)
    : path_(std::move(path)), text_(read_document(path_)), json_(is_json(path_, text_)), root_(root) {
  if (json_) {
    parse_json(path_, text_, root_);
  } else {
    parse_text(path_, text_, root_);
  }
  check_values(*this, root_);
  tell_document(path_, text_, root_);
}

FieldPath Document::path_to(const Message& message, std::string_view field, int index) const {
  FieldPath path;
  CHECK(find_message(root_, &message, path), "a message that is not part of " + path_ + " was asked for its place");
  if (!field.empty()) {
    const FieldDescriptor* descriptor = message.GetDescriptor()->FindFieldByName(std::string(field));
    CHECK(descriptor != nullptr, "no field " + std::string(field) + " in " + message.GetDescriptor()->full_name());
    const bool any = descriptor->is_repeated() && message.GetReflection()->FieldSize(message, descriptor) > 0;
    path.emplace_back(descriptor, any ? std::max(index, 0) : -1);
  }
  return path;
}

std::string Document::where(const FieldPath& path) const {
  FieldPath up = path;
  if (!up.empty() && up.back().first->is_repeated() && up.back().second < 0) up.pop_back();  // an empty list
  while (true) {
    const Position position = json_ ? find_in_json(text_, root_, up) : find_in_text(text_, root_, up);
    if (position.line > 0) {
      return printable(path_) + ":" + std::to_string(position.line) + ":" + std::to_string(position.column);
    }
    CHECK(!up.empty(), "the root of " + path_ + " has no place");
    up.pop_back();
  }
}

std::string Document::place(const Message& message, std::string_view field, int index) const {
  const FieldPath path = path_to(message, field, index);
  const std::string name = to_string(path);
  return where(path) + ": " + name + (name.empty() ? "" : ": ");
}

}  // namespace polyplane::configs
