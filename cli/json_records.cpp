#include "cli/json_records.h"

#include <google/protobuf/struct.pb.h>

#include "base/utf8.h"
#include "cli/version.h"
#include "configs/schema/write_json.h"

namespace polyplane::cli {

std::string json_records(const std::string& schema, const std::string& list_name,
                         const std::vector<JsonRecord>& records) {
  google::protobuf::Struct document;
  auto& fields = *document.mutable_fields();
  fields["schema"].set_string_value(schema);
  fields["version"].set_string_value(kVersion);
  google::protobuf::ListValue& list = *fields[list_name].mutable_list_value();
  for (const JsonRecord& record : records) {
    auto& entry = *list.add_values()->mutable_struct_value()->mutable_fields();
    for (const auto& [name, text] : record) entry[name].set_string_value(valid_utf8(text));
  }
  return configs::to_json(document);
}

}  // namespace polyplane::cli
