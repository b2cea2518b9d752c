#include "sim/nccl/communicator.h"

#include <algorithm>
#include <array>

namespace polyplane::sim::nccl {
namespace {

constexpr std::array<std::string_view, 12> kPathNames = {"LOC", "NVL", "NVB", "C2C", "PIX", "PXB",
                                                         "P2C", "PXN", "PHB", "SYS", "NET", "DIS"};

}  // namespace

std::string_view to_string(PathType type) { return kPathNames[static_cast<std::size_t>(type)]; }

std::optional<PathType> parse_path_type(std::string_view name) {
  const auto* const place = std::ranges::find(kPathNames, name);
  if (place == kPathNames.end()) return std::nullopt;
  return static_cast<PathType>(place - kPathNames.begin());
}

}  // namespace polyplane::sim::nccl
