#include "configs/schema/suggestions.h"

#include <algorithm>
#include <utility>

#include "configs/schema/measure.h"

namespace polyplane::configs {

using google::protobuf::Descriptor;
using google::protobuf::EnumDescriptor;
using google::protobuf::FieldDescriptor;

std::vector<std::string> field_names(const Descriptor& message) {
  std::vector<std::string> names;
  for (int i = 0; i < message.field_count(); ++i) names.push_back(message.field(i)->name());
  return names;
}

std::vector<std::string> enum_names(const EnumDescriptor& values) {
  std::vector<std::string> names;
  for (int i = 0; i < values.value_count(); ++i) names.push_back(values.value(i)->name());
  return names;
}

const FieldDescriptor* find_field(const Descriptor& root, const std::string& name) {
  std::vector<const Descriptor*> queue{&root};
  for (std::size_t next = 0; next < queue.size(); ++next) {
    const Descriptor& message = *queue[next];
    if (const FieldDescriptor* field = message.FindFieldByName(name)) return field;
    for (int i = 0; i < message.field_count(); ++i) {
      const Descriptor* inner = message.field(i)->message_type();
      if (inner != nullptr && std::ranges::find(queue, inner) == queue.end()) queue.push_back(inner);
    }
  }
  return nullptr;
}

const FieldDescriptor* find_enum(const Descriptor& root, const std::string& name, const std::string& around) {
  const FieldDescriptor* found = nullptr;
  std::vector<std::pair<const Descriptor*, bool>> queue{{&root, around.empty()}};  // is it a field named `around`?
  for (std::size_t next = 0; next < queue.size(); ++next) {
    const auto [message, fits] = queue[next];
    const FieldDescriptor* field = message->FindFieldByName(name);
    if (field != nullptr && field->enum_type() != nullptr) {
      if (fits) return field;
      if (found == nullptr) found = field;
    }
    for (int i = 0; i < message->field_count(); ++i) {
      const std::pair inner{message->field(i)->message_type(), message->field(i)->name() == around};
      if (inner.first != nullptr && std::ranges::find(queue, inner) == queue.end()) queue.push_back(inner);
    }
  }
  return found;
}

std::string unit_hint(const FieldDescriptor* field) {
  if (field == nullptr) return "";
  const v1::Rule& rule = field->options().GetExtension(v1::rule);
  if (rule.dimension() == v1::Rule::plain || field->cpp_type() != FieldDescriptor::CPPTYPE_STRING) return "";
  return "; write the number with its unit, for example \"" + example_of(rule.dimension()) + "\"";
}

}  // namespace polyplane::configs
