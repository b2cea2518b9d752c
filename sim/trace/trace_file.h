// The file of a trace, compressed or not (base/output_file.h says what it may be). Includes protobuf's streams: for
// perfetto_writer.cpp only.
#pragma once

#include <google/protobuf/io/coded_stream.h>
#include <google/protobuf/io/gzip_stream.h>
#include <google/protobuf/io/zero_copy_stream_impl.h>

#include <optional>
#include <string>

#include "base/output_file.h"

namespace polyplane::sim {

class TraceFile {
 public:
  /// Throws InputError and RunError as OutputFile does.
  TraceFile(const std::string& path, bool overwrite);

  [[nodiscard]] google::protobuf::io::CodedOutputStream& stream() { return *coded_; }
  /// What was written goes to disk and takes the name `path`. Throws as OutputFile::finish() does.
  void finish();
  /// Throws RunError with the reason why writing failed.
  [[noreturn]] void fail() const;

 private:
  // Each is closed before the one that it writes to.
  OutputFile file_;
  google::protobuf::io::FileOutputStream raw_;
  std::optional<google::protobuf::io::GzipOutputStream> gzip_;
  std::optional<google::protobuf::io::CodedOutputStream> coded_;
};

}  // namespace polyplane::sim
