#include "sim/trace/trace_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <utility>

#include "base/error.h"
#include "base/suggest.h"

namespace polyplane::sim {

TraceFile::TraceFile(std::string path, bool overwrite)
    : path_(std::move(path)), temporary_(path_ + ".XXXXXX"), overwrite_(overwrite) {
  std::error_code error;
  if (!overwrite_ && std::filesystem::exists(std::filesystem::symlink_status(path_, error))) {
    throw InputError(printable(path_) + " exists already; use --force to overwrite it");
  }
  descriptor_ = ::mkstemp(temporary_.data());
  if (descriptor_ < 0) throw InputError("cannot write " + printable(path_) + ": " + std::strerror(errno));
  const mode_t mask = ::umask(0);
  ::umask(mask);
  ::fchmod(descriptor_, 0666 & ~mask);
  raw_.emplace(descriptor_, 1 << 18);
  google::protobuf::io::ZeroCopyOutputStream* out = &*raw_;
  if (path_.ends_with(".gz")) out = &gzip_.emplace(&*raw_);
  coded_.emplace(out);
}

TraceFile::~TraceFile() {
  coded_.reset();
  gzip_.reset();
  raw_.reset();
  ::close(descriptor_);
  if (!is_complete_) ::unlink(temporary_.c_str());
}

void TraceFile::fail() const {
  const int error = raw_->GetErrno() != 0 ? raw_->GetErrno() : errno;
  throw RunError("cannot write " + printable(path_) + ": " + std::strerror(error));
}

void TraceFile::finish() {
  coded_->Trim();
  if (coded_->HadError() || (gzip_ && !gzip_->Close()) || !raw_->Flush() || ::fsync(descriptor_) != 0) fail();
  // Without `overwrite` a file that appeared meanwhile is kept: link() refuses it.
  const int result =
      overwrite_ ? ::rename(temporary_.c_str(), path_.c_str()) : ::link(temporary_.c_str(), path_.c_str());
  if (result != 0 && errno == EEXIST)
    throw InputError(printable(path_) + " exists already; use --force to overwrite it");
  if (result != 0) fail();
  is_complete_ = overwrite_;
}

}  // namespace polyplane::sim
