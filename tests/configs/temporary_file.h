// A file for the length of one test.
#pragma once

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>

#include "base/error.h"

namespace polyplane {

class TemporaryFile {
 public:
  explicit TemporaryFile(std::string_view text, std::string_view name = "test.textproto") {
    std::string pattern = testing::TempDir() + "/polyplane-XXXXXX";
    folder_ = ::mkdtemp(pattern.data());
    path_ = folder_ + "/" + std::string(name);
    std::ofstream(path_, std::ios::binary) << text;
  }
  TemporaryFile(const TemporaryFile&) = delete;
  TemporaryFile& operator=(const TemporaryFile&) = delete;
  ~TemporaryFile() { std::filesystem::remove_all(folder_); }

  [[nodiscard]] const std::string& path() const { return path_; }
  [[nodiscard]] const std::string& folder() const { return folder_; }

 private:
  std::string folder_, path_;
};

/// What `action` is refused with, `path` in it cut out; "" when it is not refused.
template <class Action>
std::string refusal(const Action& action, const std::string& path = "") {
  try {
    action();
  } catch (const InputError& error) {
    std::string text = error.what();
    if (const std::size_t at = text.find(path); !path.empty() && at != std::string::npos) text.erase(at, path.size());
    return text;
  }
  return "";
}

}  // namespace polyplane
