// Which reductions NCCL gives to switches. Facts of NVIDIA/nccl (src/include/device.h, ncclNvlsSupported; src/enqueue.cc,
// updateCollCostTable and getCollNetSupport) and of its SHARP plug-in (Mellanox/nccl-rdma-sharp-plugins, src/sharp_plugin.c,
// typeConvert and opConvert). avg and mulsum are kernels of their own to NCCL: a sum that the cards scale first or last.
#pragma once

#include <cstdint>
#include <string>

namespace polyplane::sim::nccl {

/// By nccl-tests' names (sim/datatype.h).
struct Reduction {
  std::string datatype = "float", operation = "sum";
  bool fabric_able = true;  // the switches of the fabric can do it (sim/switch_arithmetic.h)
};

/// Sums and least and greatest of 16-bit floats and of 32- and 64-bit integers; sums of float and double.
[[nodiscard]] bool nvls_does(const Reduction& reduction);
/// Sums, averages, least and greatest, of all but 8-bit floats. What older switches lack (SHARPv2: bfloat16, 8-bit integers)
/// is theirs to say: `fabric_able`.
[[nodiscard]] bool collnet_does(const Reduction& reduction);
/// PAT's reduce_scatter does not scale.
[[nodiscard]] bool scales(const Reduction& reduction);
[[nodiscard]] bool is_fp8(const Reduction& reduction);
/// NCCL takes a Ring of 8-bit floats among more ranks than these for so many times slower, to have any other before it.
inline constexpr std::uint32_t kFp8RingRanks = 8;
inline constexpr double kFp8RingFactor = 1024;

}  // namespace polyplane::sim::nccl
