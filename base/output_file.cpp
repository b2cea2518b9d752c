#include "base/output_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <utility>

#include "base/error.h"
#include "base/suggest.h"

namespace polyplane {
namespace {

namespace fs = std::filesystem;

struct Target {
  std::string path;  // behind links
  bool is_stream = false;
  mode_t mode = 0;
};

InputError exists(const std::string& path) {
  return InputError(printable(path) + " exists already; use --force to overwrite it");
}

mode_t mode_of_new_files() {
  const mode_t mask = ::umask(0);
  ::umask(mask);
  return 0666 & ~mask;
}

/// Where a link leads that leads to nothing yet.
fs::path behind_links(fs::path path) {
  constexpr int kMostLinks = 40;  // as Linux
  std::error_code none;
  for (int i = 0; i < kMostLinks && fs::is_symlink(fs::symlink_status(path, none)); ++i) {
    const fs::path next = fs::read_symlink(path, none);
    path = next.is_absolute() ? next : path.parent_path() / next;
  }
  return path;
}

bool is_standard_stream(const struct stat& found) {
  for (const int stream : {STDOUT_FILENO, STDERR_FILENO}) {
    struct stat open = {};
    if (::fstat(stream, &open) == 0 && open.st_dev == found.st_dev && open.st_ino == found.st_ino) return true;
  }
  return false;
}

Target target_of(const std::string& path, bool overwrite) {
  if (path.empty()) throw InputError("the name of the output file is empty");
  struct stat found = {};
  const bool is_there = ::stat(path.c_str(), &found) == 0;
  if (is_there && S_ISDIR(found.st_mode)) throw InputError(printable(path) + " is a directory, not a file");
  if (is_there && (S_ISFIFO(found.st_mode) || S_ISCHR(found.st_mode))) return {.path = path, .is_stream = true};
  if (is_there && !S_ISREG(found.st_mode)) {
    throw InputError(printable(path) + (S_ISSOCK(found.st_mode) ? " is a socket" : " is a block device") +
                     "; an output goes to a file, a pipe or a character device");
  }
  if (is_there && is_standard_stream(found)) {
    throw InputError(printable(path) + " is where standard output or error goes; name another file");
  }
  std::error_code none;
  if (!overwrite && fs::exists(fs::symlink_status(path, none))) throw exists(path);
  const fs::path target = is_there ? fs::canonical(path, none) : behind_links(path);
  const fs::path folder = target.has_parent_path() ? target.parent_path() : fs::path(".");
  if (!fs::is_directory(folder, none)) {
    throw InputError("cannot write " + printable(path) + ": there is no directory " + printable(folder.string()));
  }
  return {.path = target.string(), .mode = is_there ? found.st_mode & 0777 : mode_of_new_files()};
}

}  // namespace

OutputFile::OutputFile(std::string path, bool overwrite) : path_(std::move(path)), overwrite_(overwrite) {
  const Target target = target_of(path_, overwrite);
  target_ = target.path;
  is_stream_ = target.is_stream;
  if (is_stream_) {
    do {
      descriptor_ = ::open(target_.c_str(), O_WRONLY | O_NOCTTY | O_CLOEXEC);
    } while (descriptor_ < 0 && errno == EINTR);
    if (descriptor_ < 0) fail(errno);
    return;
  }
  temporary_ = target_ + ".XXXXXX";
  descriptor_ = ::mkstemp(temporary_.data());
  if (descriptor_ < 0) fail(errno);
  if (::fchmod(descriptor_, target.mode) == 0) return;
  const int error = errno;
  ::close(descriptor_);
  ::unlink(temporary_.c_str());
  fail(error);
}

OutputFile::~OutputFile() {
  ::close(descriptor_);
  if (!is_stream_ && !is_renamed_) ::unlink(temporary_.c_str());
}

void OutputFile::flush() {
  if (!is_stream_ && ::fsync(descriptor_) != 0) fail(errno);
}

void OutputFile::finish() {
  flush();
  if (is_stream_) return;
  // Without `overwrite` a file that appeared meanwhile is kept: link() refuses it.
  const int result =
      overwrite_ ? ::rename(temporary_.c_str(), target_.c_str()) : ::link(temporary_.c_str(), target_.c_str());
  if (result != 0 && errno == EEXIST) throw exists(path_);
  if (result != 0) fail(errno);
  is_renamed_ = overwrite_;
}

void OutputFile::fail(int error) const {
  throw RunError("cannot write " + printable(path_) + ": " + std::strerror(error));
}

void check_output_file(const std::string& path, bool overwrite) { static_cast<void>(target_of(path, overwrite)); }

}  // namespace polyplane
