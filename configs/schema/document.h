// A file read into a protobuf message, and where in the file each field stood: the one door for everything that users
// write. `.json` is the JSON mapping, `.textproto`, `.txtpb` and `.pbtxt` the text format of the same schema; with any
// other ending the first character decides. Both refuse unknown fields, fields given twice and nesting over 100 levels.
#pragma once

#include <google/protobuf/message.h>

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/error.h"

namespace polyplane::configs {

/// Steps from the root message to a field; index -1 where the field is not repeated.
using FieldPath = std::vector<std::pair<const google::protobuf::FieldDescriptor*, int>>;

/// "flows[3].size"; indices start at 0.
[[nodiscard]] std::string to_string(const FieldPath& path);

/// Something a user wrote that became a message, and can say where each part of it stands.
class Source {
 public:
  virtual ~Source() = default;
  /// "file:line:column: path.of.field: " or what comes closest. `message` is the root or a message inside it.
  [[nodiscard]] virtual std::string place(const google::protobuf::Message& message, std::string_view field,
                                          int index) const = 0;
  /// Throws InputError: the place, then the problem.
  [[noreturn]] void fail(const google::protobuf::Message& message, std::string_view field, const std::string& problem,
                         int index = -1) const {
    throw InputError(place(message, field, index) + problem);
  }
};

class Document : public Source {
 public:
  /// Reads `path` into `root`, replacing what it holds, and checks every rule of the schema (check_values.h). `root`
  /// must outlive the document and stay unchanged. Throws InputError that starts with "file:line:column: ", and what
  /// read_text_file throws.
  Document(std::string path, google::protobuf::Message& root);

  [[nodiscard]] const std::string& path() const { return path_; }
  /// The place of `message` where the field was left out. Parses the file again: for errors only.
  [[nodiscard]] std::string place(const google::protobuf::Message& message, std::string_view field,
                                  int index) const override;

 protected:
  /// The way from the root to a field of `message`; to `message` itself when `field` is empty.
  [[nodiscard]] FieldPath path_to(const google::protobuf::Message& message, std::string_view field, int index) const;
  [[nodiscard]] google::protobuf::Message& root() const { return root_; }

 private:
  [[nodiscard]] std::string where(const FieldPath& path) const;

  std::string path_;
  std::string text_;
  bool json_ = false;
  google::protobuf::Message& root_;
};

}  // namespace polyplane::configs
