#include "sim/nccl/constants.h"

#include <algorithm>

#include "base/check.h"

namespace polyplane::sim::nccl {

std::string_view to_string(Algorithm algorithm) {
  static constexpr std::array<std::string_view, kAlgorithms> names = {
      "Tree", "Ring", "CollNetDirect", "CollNetChain", "NVLS", "NVLSTree", "PAT"};
  return names[static_cast<std::size_t>(algorithm)];
}

std::string_view to_string(Protocol protocol) {
  static constexpr std::array<std::string_view, kProtocols> names = {"LL", "LL128", "Simple"};
  return names[static_cast<std::size_t>(protocol)];
}

const Generation& Constants::generation(int compute_capability) const {
  const auto above = std::ranges::upper_bound(generations, compute_capability, {}, &Generation::compute_capability);
  CHECK(above != generations.begin(), "no generation of capability " + std::to_string(compute_capability));
  return *(above - 1);
}

const Gpu* Constants::gpu(std::string_view accelerator) const {
  const auto place = std::ranges::find(gpus, accelerator, &Gpu::accelerator);
  return place == gpus.end() ? nullptr : &*place;
}

}  // namespace polyplane::sim::nccl
