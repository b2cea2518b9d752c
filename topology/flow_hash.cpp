// Hash functions by which a switch picks among equal next hops.
#include <array>
#include <cstdint>

#include "base/random.h"
#include "topology/router.h"

namespace polyplane::topology {
namespace {

std::uint64_t hash_mix(const FlowKey& key, DeviceId at, std::uint64_t seed) {
  const std::uint64_t pair = (std::uint64_t{key.src.index()} << 32U) | key.dst.index();
  const std::uint64_t salt = mix64(seed ^ (std::uint64_t{at.index()} << 32U) ^ key.entropy);
  return mix64(mix64(pair) ^ salt);
}

/// Table of the reflected CRC-32 polynomial of IEEE 802.3.
constexpr std::array<std::uint32_t, 256> crc_table() {
  std::array<std::uint32_t, 256> table{};
  for (std::uint32_t byte = 0; byte < 256; ++byte) {
    std::uint32_t crc = byte;
    for (int bit = 0; bit < 8; ++bit) crc = (crc >> 1U) ^ ((crc & 1U) != 0 ? 0xedb88320U : 0U);
    table[byte] = crc;
  }
  return table;
}

/// Over source, destination and entropy, each as four bytes, high byte first.
std::uint64_t hash_crc32(const FlowKey& key, DeviceId /*at*/, std::uint64_t seed) {
  static constexpr auto kTable = crc_table();
  std::uint32_t crc = ~static_cast<std::uint32_t>(seed ^ (seed >> 32U));
  for (const std::uint32_t word : {key.src.index(), key.dst.index(), key.entropy}) {
    for (std::uint32_t shift = 32; shift != 0; shift -= 8) {
      crc = (crc >> 8U) ^ kTable[(crc ^ (word >> (shift - 8))) & 0xffU];
    }
  }
  return ~crc & 0xffffffffU;
}

std::uint64_t hash_xor(const FlowKey& key, DeviceId /*at*/, std::uint64_t seed) {
  const std::uint32_t fold = key.src.index() ^ key.dst.index() ^ key.entropy ^ static_cast<std::uint32_t>(seed);
  return (fold ^ (fold >> 16U)) & 0xffffU;
}

[[maybe_unused]] const bool kRegistered = [] {
  flow_hashes().add("mix", "A strong hash, salted by the switch: each switch picks independently. The default.",
                    hash_mix);
  flow_hashes().add("crc32",
                    "CRC-32 of the flow with one seed for all switches, as many ASICs ship: later tiers repeat the "
                    "choice of earlier ones (polarisation).",
                    hash_crc32);
  flow_hashes().add("xor",
                    "XOR of source, destination and lane, folded to 16 bits, the same in all switches: the weakest; "
                    "regular patterns collide.",
                    hash_xor);
  return true;
}();

}  // namespace
}  // namespace polyplane::topology
