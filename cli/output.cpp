#include "cli/output.h"

#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <utility>

#include "base/error.h"
#include "base/suggest.h"

namespace polyplane::cli {
namespace {

/// 0 or the errno of the failure.
int write_all(int file, std::string_view text) {
  while (!text.empty()) {
    const ssize_t written = ::write(file, text.data(), text.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return errno;
    text.remove_prefix(static_cast<std::size_t>(written));
  }
  return 0;
}

/// A temporary file that disappears unless it is renamed.
class TemporaryFile {
 public:
  explicit TemporaryFile(const std::string& target) : path_(target + ".XXXXXX"), file_(::mkstemp(path_.data())) {}
  TemporaryFile(const TemporaryFile&) = delete;
  TemporaryFile& operator=(const TemporaryFile&) = delete;
  ~TemporaryFile() {
    if (file_ >= 0) ::close(file_);
    if (file_ >= 0 && !renamed_) ::unlink(path_.c_str());
  }
  /// 0 or an errno.
  int write(std::string_view text) {
    if (file_ < 0) return errno;
    const mode_t mask = ::umask(0);
    ::umask(mask);
    if (::fchmod(file_, 0666 & ~mask) != 0) return errno;
    if (const int error = write_all(file_, text); error != 0) return error;
    return ::fsync(file_) == 0 ? 0 : errno;
  }
  /// Without `overwrite` a file that appeared meanwhile is kept: link() refuses it.
  int move_to(const std::string& target, bool overwrite) {
    if (!overwrite) return ::link(path_.c_str(), target.c_str()) == 0 ? 0 : errno;
    if (::rename(path_.c_str(), target.c_str()) != 0) return errno;
    renamed_ = true;
    return 0;
  }

 private:
  std::string path_;
  int file_;
  bool renamed_ = false;
};

bool is_same_file(const std::string& a, const std::string& b) {
  std::error_code error;
  if (std::filesystem::equivalent(a, b, error)) return true;
  const std::filesystem::path first = std::filesystem::weakly_canonical(std::filesystem::absolute(a), error);
  if (error) return false;
  const std::filesystem::path second = std::filesystem::weakly_canonical(std::filesystem::absolute(b), error);
  return !error && first == second;
}

InputError exists(const std::string& path) {
  return InputError(printable(path) + " exists already; use --force to overwrite it");
}

}  // namespace

void print(std::string_view text) {
  const int error = write_all(STDOUT_FILENO, text);
  if (error == EPIPE) throw OutputClosed{};
  if (error != 0) throw RunError(std::string("cannot write to standard output: ") + std::strerror(error));
}

void check_writable(const std::string& path, bool overwrite) {
  std::error_code error;
  const std::filesystem::path target(path);
  if (path.empty()) throw InputError("the name of the output file is empty");
  if (std::filesystem::is_directory(target, error)) throw InputError(printable(path) + " is a directory, not a file");
  if (!overwrite && std::filesystem::exists(std::filesystem::symlink_status(target, error))) throw exists(path);
  const std::filesystem::path folder = target.has_parent_path() ? target.parent_path() : std::filesystem::path(".");
  if (!std::filesystem::is_directory(folder, error)) {
    throw InputError("cannot write " + printable(path) + ": there is no directory " + printable(folder.string()));
  }
}

void check_outputs(const std::vector<std::optional<std::string>>& outputs,
                   const std::vector<std::optional<std::string>>& inputs, bool overwrite) {
  for (std::size_t i = 0; i < outputs.size(); ++i) {
    if (!outputs[i]) continue;
    for (const std::optional<std::string>& input : inputs) {
      std::error_code error;
      if (!input || !std::filesystem::exists(*input, error) || !is_same_file(*outputs[i], *input)) continue;
      throw InputError("the output " + printable(*outputs[i]) + " is an input of the same command; name another file");
    }
    for (std::size_t earlier = 0; earlier < i; ++earlier) {
      if (!outputs[earlier] || !is_same_file(*outputs[i], *outputs[earlier])) continue;
      throw InputError("two outputs go to one file, " + printable(*outputs[i]) + "; name another for one of them");
    }
    check_writable(*outputs[i], overwrite);
  }
}

void write_file(const std::string& path, std::string_view text, bool overwrite) {
  check_writable(path, overwrite);
  TemporaryFile file(path);
  int error = file.write(text);
  if (error == 0) error = file.move_to(path, overwrite);
  if (error == EEXIST) throw exists(path);
  if (error != 0) throw RunError("cannot write " + printable(path) + ": " + std::strerror(error));
}

}  // namespace polyplane::cli
