// Learns what is read: for keys that have to change when one of the files does that an experiment leans on.
#pragma once

#include <google/protobuf/message.h>

#include <string>
#include <string_view>

namespace polyplane::configs {

/// While it lives it is told of all that this thread reads through Document and read_file.h; of two the younger one alone.
/// REQUIRES: destroyed by the thread that made it, the youngest first.
class ReadObserver {
 public:
  ReadObserver();
  ReadObserver(const ReadObserver&) = delete;
  ReadObserver& operator=(const ReadObserver&) = delete;
  virtual ~ReadObserver();

  /// The root of a document, read and checked.
  virtual void on_message(const google::protobuf::Message& root) = 0;
  /// The same, by whoever wants the text and where it came from too.
  virtual void on_document(const std::string& /*path*/, std::string_view /*text*/,
                           const google::protobuf::Message& /*root*/) {}
  /// The bytes of any other file.
  virtual void on_file(std::string_view bytes) = 0;

 private:
  ReadObserver* older_;
};

/// For the readers: tell who lives.
void tell_document(const std::string& path, std::string_view text, const google::protobuf::Message& root);
void tell_file(std::string_view bytes);

}  // namespace polyplane::configs
