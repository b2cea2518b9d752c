#include "configs/directory.h"

#include <cstdlib>
#include <filesystem>
#include <system_error>

#include "base/error.h"
#include "base/suggest.h"

namespace polyplane::configs {
namespace {

bool holds_configs(const std::filesystem::path& directory) {
  std::error_code error;
  return std::filesystem::is_directory(directory / "hardware", error) &&
         std::filesystem::is_directory(directory / "stacks", error);
}

}  // namespace

std::string find_directory() {
  if (const char* set = std::getenv("POLYPLANE_CONFIGS"); set != nullptr && *set != '\0') {
    if (holds_configs(set)) return set;
    throw InputError("POLYPLANE_CONFIGS: \"" + printable(set) +
                     "\" is not a folder with the sub-folders hardware and stacks.");
  }
  std::error_code error;
  const std::filesystem::path folder = std::filesystem::read_symlink("/proc/self/exe", error).parent_path();
  for (const char* beside : {"../share/polyplane/configs", "../configs", "configs"}) {
    if (!error && holds_configs(folder / beside)) return (folder / beside).lexically_normal().string();
  }
  if (holds_configs(POLYPLANE_SOURCE_CONFIGS)) return POLYPLANE_SOURCE_CONFIGS;
  throw InputError("The shipped configuration files were not found; set POLYPLANE_CONFIGS to their folder.");
}

}  // namespace polyplane::configs
