#include "sim/trace/trace_file.h"

#include <cerrno>

namespace polyplane::sim {

TraceFile::TraceFile(const std::string& path, bool overwrite)
    : file_(path, overwrite), raw_(file_.descriptor(), 1 << 18) {
  google::protobuf::io::ZeroCopyOutputStream* out = &raw_;
  if (path.ends_with(".gz")) out = &gzip_.emplace(&raw_);
  coded_.emplace(out);
}

void TraceFile::fail() const { file_.fail(raw_.GetErrno() != 0 ? raw_.GetErrno() : errno); }

void TraceFile::finish() {
  coded_->Trim();
  if (coded_->HadError() || (gzip_ && !gzip_->Close()) || !raw_.Flush()) fail();
  file_.finish();
}

}  // namespace polyplane::sim
