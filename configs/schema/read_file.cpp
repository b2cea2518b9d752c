#include "configs/schema/read_file.h"

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <memory>
#include <system_error>

#include "base/error.h"
#include "base/suggest.h"
#include "base/units.h"
#include "base/utf8.h"
#include "configs/schema/read_observer.h"

namespace polyplane::configs {
namespace {

[[noreturn]] void refuse(const std::string& path, const std::string& reason) {
  throw InputError(printable(path) + ": " + reason);
}

[[noreturn]] void refuse_size(const std::string& path, const std::string& size) {
  throw LimitError(printable(path) + ": the file has " + size + "; at most " + to_string(Bytes(kMaxFileBytes)) +
                   " is read");
}

std::string read_all(const std::string& path) {
  const std::unique_ptr<std::FILE, int (*)(std::FILE*)> file(std::fopen(path.c_str(), "rbe"), &std::fclose);
  if (!file) refuse(path, "cannot be opened: " + std::string(std::strerror(errno)));
  std::string text, block(1U << 16, '\0');
  while (true) {
    const std::size_t got = std::fread(block.data(), 1, block.size(), file.get());
    if (std::ferror(file.get()) != 0) refuse(path, "cannot be read: " + std::string(std::strerror(errno)));
    if (got == 0) return text;
    text.append(block, 0, got);
    if (text.size() > static_cast<std::size_t>(kMaxFileBytes)) {
      refuse_size(path, "more than " + to_string(Bytes(kMaxFileBytes)));
    }
  }
}

std::string read_bytes(const std::string& path) {
  std::error_code error;
  const std::filesystem::file_status status = std::filesystem::status(path, error);
  if (status.type() == std::filesystem::file_type::not_found) refuse(path, "there is no such file");
  if (error) refuse(path, "cannot be opened: " + error.message());
  if (status.type() == std::filesystem::file_type::directory) refuse(path, "is a directory, not a file");
  if (status.type() == std::filesystem::file_type::regular) {
    const std::uintmax_t size = std::filesystem::file_size(path, error);
    if (error) refuse(path, "cannot be opened: " + error.message());
    if (size > static_cast<std::uintmax_t>(kMaxFileBytes)) refuse_size(path, std::to_string(size) + " bytes");
  }
  std::string bytes = read_all(path);
  if (bytes.empty()) refuse(path, "the file is empty");
  return bytes;
}

}  // namespace

std::size_t find_malformed_utf8(std::string_view text) {
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t length = first_character(std::string_view(text).substr(at)).length;
    if (length == 0) return at;
    at += length;
  }
  return std::string_view::npos;
}

std::string read_binary_file(const std::string& path) {
  std::string bytes = read_bytes(path);
  tell_file(bytes);
  return bytes;
}

std::string read_text_file(const std::string& path) {
  std::string text = read_document(path);
  tell_file(text);
  return text;
}

std::string read_document(const std::string& path) {
  std::string text = read_bytes(path);
  if (text.find('\0') != std::string::npos) refuse(path, "is binary, not text");
  if (const std::size_t at = find_malformed_utf8(text); at != std::string::npos) {
    refuse(path, "is not UTF-8 text (first bad byte at offset " + std::to_string(at) + ")");
  }
  if (text.starts_with("\xef\xbb\xbf")) text.erase(0, 3);
  if (text.find_first_not_of(" \t\r\n") == std::string::npos) refuse(path, "the file is empty");
  return text;
}

}  // namespace polyplane::configs
