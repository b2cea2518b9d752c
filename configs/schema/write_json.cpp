#include "configs/schema/write_json.h"

#include <google/protobuf/io/coded_stream.h>
#include <google/protobuf/io/zero_copy_stream_impl_lite.h>
#include <google/protobuf/util/json_util.h>
#include <google/protobuf/util/type_resolver_util.h>

#include <memory>

#include "base/check.h"

namespace polyplane::configs {

std::string to_json(const google::protobuf::Message& message) {
  std::string wire;
  {
    google::protobuf::io::StringOutputStream stream(&wire);
    google::protobuf::io::CodedOutputStream coded(&stream);
    coded.SetSerializationDeterministic(true);  // the mapping keeps the order of the wire, a hash map has none
    CHECK(message.SerializeToCodedStream(&coded), "a message does not serialise: " + message.GetTypeName());
  }
  google::protobuf::util::JsonPrintOptions options;
  options.add_whitespace = true;
  options.always_print_primitive_fields = true;
  options.preserve_proto_field_names = true;
  const std::unique_ptr<google::protobuf::util::TypeResolver> resolver(
      google::protobuf::util::NewTypeResolverForDescriptorPool("type.googleapis.com",
                                                               message.GetDescriptor()->file()->pool()));
  std::string json;
  const auto status = google::protobuf::util::BinaryToJsonString(
      resolver.get(), "type.googleapis.com/" + message.GetTypeName(), wire, &json, options);
  CHECK(status.ok(), "a message does not print: " + message.GetTypeName());
  if (!json.ends_with('\n')) json += '\n';
  return json;
}

}  // namespace polyplane::configs
