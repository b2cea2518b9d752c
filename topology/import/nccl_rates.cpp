#include "topology/import/nccl_rates.h"

#include <array>

namespace polyplane::topology {

namespace {

constexpr BitRate megabytes(std::int64_t per_second) { return BitRate::from_bps(per_second * 8'000'000); }

struct PcieSpeed {
  std::string_view prefix;
  std::int64_t wire_mbps, nccl_mbps;  // one lane
};
// Wire: 8 of 10 bits up to 5 GT/s, 128 of 130 up to 32, 242 of 256 from 64 GT/s.
constexpr std::array kPcieSpeeds{PcieSpeed{"2.5 GT/s", 2'000, 1'500},    PcieSpeed{"5 GT/s", 4'000, 3'000},
                                 PcieSpeed{"5.0 GT/s", 4'000, 3'000},    PcieSpeed{"8 GT/s", 7'876, 6'000},
                                 PcieSpeed{"8.0 GT/s", 7'876, 6'000},    PcieSpeed{"16 GT/s", 15'753, 12'000},
                                 PcieSpeed{"16.0 GT/s", 15'753, 12'000}, PcieSpeed{"32 GT/s", 31'507, 24'000},
                                 PcieSpeed{"32.0 GT/s", 31'507, 24'000}, PcieSpeed{"64 GT/s", 60'500, 48'000},
                                 PcieSpeed{"64.0 GT/s", 60'500, 48'000}};
constexpr PcieSpeed kDefaultSpeed{"8.0 GT/s", 7'876, 6'000};

BitRate lane(NcclRates rates, const PcieSpeed& speed) {
  return BitRate::from_bps((rates == NcclRates::wire ? speed.wire_mbps : speed.nccl_mbps) * 1'000'000);
}

}  // namespace

BitRate nvlink_rate(NcclRates rates, std::int64_t compute_capability) {
  const bool wire = rates == NcclRates::wire;
  if (compute_capability >= 100) return megabytes(wire ? 50'000 : 40'100);
  if (compute_capability >= 90) return megabytes(wire ? 25'000 : 20'600);
  if (compute_capability == 86) return wire ? BitRate::from_bps(112'500'000'000) : megabytes(12'000);
  if (compute_capability >= 70) return megabytes(wire ? 25'000 : 20'000);
  return megabytes(wire ? 20'000 : 18'000);
}

std::optional<BitRate> pcie_lane_rate(NcclRates rates, std::string_view link_speed) {
  for (const PcieSpeed& speed : kPcieSpeeds) {
    if (link_speed.starts_with(speed.prefix)) return lane(rates, speed);
  }
  return std::nullopt;
}

BitRate default_pcie_lane_rate(NcclRates rates) { return lane(rates, kDefaultSpeed); }

BitRate processor_link_rate(std::string_view arch, std::string_view vendor, std::int64_t family, std::int64_t model) {
  if (arch == "ppc64") return megabytes(32'000);
  if (arch == "arm64") return megabytes(6'000);
  if (vendor == "AuthenticAMD") return megabytes(16'000);
  if (family == 6 && model >= 0xcf) return megabytes(40'000);  // Emerald Rapids
  if (family == 6 && model >= 0x8f) return megabytes(22'000);  // Sapphire Rapids
  return megabytes(10'000);                                    // Skylake and older
}

}  // namespace polyplane::topology
