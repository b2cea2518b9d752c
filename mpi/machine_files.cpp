#include "mpi/machine_files.h"

#include <unistd.h>
#include <array>
#include <cstdlib>
#include <filesystem>

namespace polyplane::mpi {
namespace {

std::string environment(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? "" : value;
}

std::string host_name() {
  std::array<char, 256> name{};
  return gethostname(name.data(), name.size() - 1) == 0 ? name.data() : "localhost";
}

}  // namespace

std::string machine_directory() {
  if (std::string own = environment("POLYPLANE_MACHINE"); !own.empty()) return own;
  std::string base = environment("XDG_CONFIG_HOME");
  if (base.empty()) base = environment("HOME") + "/.config";
  return base + "/polyplane/machines/" + host_name();
}

std::optional<MachineFiles> calibrated_files() {
  MachineFiles files{machine_directory() + "/cluster.textproto", machine_directory() + "/stack.textproto"};
  std::error_code none;
  if (!std::filesystem::is_regular_file(files.cluster, none)) return std::nullopt;
  if (!std::filesystem::is_regular_file(files.stack, none)) return std::nullopt;
  return files;
}

}  // namespace polyplane::mpi
