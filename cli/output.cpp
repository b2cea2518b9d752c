#include "cli/output.h"

#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <deque>
#include <filesystem>

#include "base/error.h"
#include "base/output_file.h"
#include "base/suggest.h"

namespace polyplane::cli {
namespace {

bool writes_files = false;  // this command does, as check_outputs() was told
bool reader_has_gone = false;

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

void put(std::string_view text, const OutputFile& file) {
  if (const int error = write_all(file.descriptor(), text); error != 0) file.fail(error);
}

bool is_same_file(const std::string& a, const std::string& b) {
  std::error_code error;
  if (std::filesystem::equivalent(a, b, error)) return true;
  const std::filesystem::path first = std::filesystem::weakly_canonical(std::filesystem::absolute(a), error);
  if (error) return false;
  const std::filesystem::path second = std::filesystem::weakly_canonical(std::filesystem::absolute(b), error);
  return !error && first == second;
}

}  // namespace

void print(std::string_view text) {
  if (reader_has_gone) return;
  const int error = write_all(STDOUT_FILENO, text);
  if (error == EPIPE) {
    reader_has_gone = true;
    if (!writes_files) throw OutputClosed{};
    return;
  }
  if (error != 0) throw RunError(std::string("cannot write to standard output: ") + std::strerror(error));
}

void check_writable(const std::string& path, bool overwrite) { check_output_file(path, overwrite); }

void check_outputs(const std::vector<std::optional<std::string>>& outputs,
                   const std::vector<std::optional<std::string>>& inputs, bool overwrite) {
  for (std::size_t i = 0; i < outputs.size(); ++i) {
    if (!outputs[i]) continue;
    writes_files = true;
    for (const std::optional<std::string>& input : inputs) {
      std::error_code error;
      if (!input || !std::filesystem::exists(*input, error) || !is_same_file(*outputs[i], *input)) continue;
      throw InputError("the output " + printable(*outputs[i]) + " is an input of the same command; name another file");
    }
    for (std::size_t earlier = 0; earlier < i; ++earlier) {
      if (!outputs[earlier] || !is_same_file(*outputs[i], *outputs[earlier])) continue;
      throw InputError("two outputs go to one file, " + printable(*outputs[i]) + "; name another for one of them");
    }
    check_output_file(*outputs[i], overwrite);
  }
}

void write_file(const std::string& path, std::string_view text, bool overwrite) {
  OutputFile file(path, overwrite);
  put(text, file);
  file.finish();
}

void write_files(const std::vector<TextFile>& files, bool overwrite) {
  std::deque<OutputFile> open;
  for (const TextFile& file : files) {
    put(file.text, open.emplace_back(file.path, overwrite));
    open.back().flush();
  }
  for (OutputFile& file : open) file.finish();
}

}  // namespace polyplane::cli
