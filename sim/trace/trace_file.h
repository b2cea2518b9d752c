// The file of a trace: whole or not there at all, compressed or not. Includes protobuf's streams: for
// perfetto_writer.cpp only.
#pragma once

#include <google/protobuf/io/coded_stream.h>
#include <google/protobuf/io/gzip_stream.h>
#include <google/protobuf/io/zero_copy_stream_impl.h>

#include <memory>
#include <optional>
#include <string>

namespace polyplane::sim {

class TraceFile {
 public:
  /// A temporary file beside `path`. Throws InputError when `path` exists and `overwrite` is false or it cannot be
  /// created.
  TraceFile(std::string path, bool overwrite);
  TraceFile(const TraceFile&) = delete;
  TraceFile& operator=(const TraceFile&) = delete;
  ~TraceFile();

  [[nodiscard]] google::protobuf::io::CodedOutputStream& stream() { return *coded_; }
  /// What was written goes to disk and takes the name `path`. Throws RunError when it cannot.
  void finish();
  /// Throws RunError with the reason why writing failed.
  [[noreturn]] void fail() const;

 private:
  std::string path_, temporary_;
  bool overwrite_, is_complete_ = false;
  int descriptor_ = -1;
  std::optional<google::protobuf::io::FileOutputStream> raw_;
  std::optional<google::protobuf::io::GzipOutputStream> gzip_;
  std::optional<google::protobuf::io::CodedOutputStream> coded_;
};

}  // namespace polyplane::sim
