#include "sim/view/recording_file.h"

#include <google/protobuf/io/coded_stream.h>
#include <google/protobuf/io/gzip_stream.h>
#include <google/protobuf/io/zero_copy_stream_impl_lite.h>

#include "base/check.h"
#include "base/error.h"
#include "base/suggest.h"
#include "configs/schema/view.pb.h"
#include "sim/view/check_view.h"

namespace polyplane::sim {
namespace {

using google::protobuf::io::ArrayInputStream;
using google::protobuf::io::CodedInputStream;
using google::protobuf::io::CodedOutputStream;
using google::protobuf::io::GzipInputStream;
using google::protobuf::io::GzipOutputStream;
using google::protobuf::io::StringOutputStream;

constexpr std::string_view kGzip = "\x1f\x8b";

[[noreturn]] void refuse(const std::string& name, const std::string& why) {
  throw InputError(printable(name) + " is no recording: " + why);
}

/// The last four bytes of a gzip file say how long its content is (RFC 1952); nobody else looks whether they are there.
bool ends_as_said(std::string_view bytes, std::int64_t content) {
  if (bytes.size() < 4) return false;
  std::uint32_t said = 0;
  for (std::size_t i = 0; i < 4; ++i) {
    said |= static_cast<std::uint32_t>(static_cast<std::uint8_t>(bytes[bytes.size() - 4 + i])) << 8 * i;
  }
  return said == static_cast<std::uint32_t>(content);
}

}  // namespace

std::string recording_file(const v1::View& view) {
  std::string bytes;
  StringOutputStream raw(&bytes);
  GzipOutputStream::Options options;
  options.format = GzipOutputStream::GZIP;
  options.compression_level = 9;
  GzipOutputStream gzip(&raw, options);
  bool is_written = false;
  {
    CodedOutputStream coded(&gzip);
    coded.SetSerializationDeterministic(true);
    is_written = view.SerializeToCodedStream(&coded);
  }
  CHECK(is_written && gzip.Close(), "a recording could not be written to memory");
  return bytes;
}

bool is_compressed(std::string_view bytes) { return bytes.starts_with(kGzip); }

void read_recording(const std::string& name, std::string_view bytes, v1::View& view) {
  if (!is_compressed(bytes)) refuse(name, "it is not gzip-compressed");
  ArrayInputStream raw(bytes.data(), static_cast<int>(bytes.size()));
  GzipInputStream gzip(&raw, GzipInputStream::GZIP);
  v1::View read;
  {
    CodedInputStream coded(&gzip);
    coded.SetTotalBytesLimit(static_cast<int>(kMostViewBytes));
    const bool is_whole = read.ParseFromCodedStream(&coded) && coded.ConsumedEntireMessage();
    if (!is_whole && coded.CurrentPosition() >= kMostViewBytes) {
      throw LimitError(printable(name) + ": it holds more than 1 GiB uncompressed");
    }
    if (!is_whole) refuse(name, "it is damaged or cut short");
  }
  if (gzip.ZlibErrorMessage() != nullptr) refuse(name, "it is damaged or cut short");
  if (!ends_as_said(bytes, gzip.ByteCount())) refuse(name, "it is damaged or cut short");
  if (gzip.ByteCount() == 0 || read.recordings().empty()) refuse(name, "there is nothing in it");
  try {
    check_view(read);
  } catch (const InputError& error) { refuse(name, error.what()); }
  view.MergeFrom(read);
}

}  // namespace polyplane::sim
