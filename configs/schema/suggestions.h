// What the schema allows where a text went wrong.
#pragma once

#include <google/protobuf/descriptor.h>

#include <string>
#include <vector>

namespace polyplane::configs {

[[nodiscard]] std::vector<std::string> field_names(const google::protobuf::Descriptor& message);
[[nodiscard]] std::vector<std::string> enum_names(const google::protobuf::EnumDescriptor& values);
/// The first field called `name` in `root` or a message below it, breadth first; null when there is none.
[[nodiscard]] const google::protobuf::FieldDescriptor* find_field(const google::protobuf::Descriptor& root,
                                                                  const std::string& name);
/// The enumeration called `name` in a message that a field called `around` holds ("": in the root itself), or else anywhere;
/// null when there is none.
[[nodiscard]] const google::protobuf::FieldDescriptor* find_enum(const google::protobuf::Descriptor& root,
                                                                 const std::string& name, const std::string& around);
/// `; write for example "400 Gbps"` for a field whose text carries a unit, else "".
[[nodiscard]] std::string unit_hint(const google::protobuf::FieldDescriptor* field);

}  // namespace polyplane::configs
