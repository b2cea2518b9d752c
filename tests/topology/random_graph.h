// Small random graphs of switches and cards, none of them regular.
#pragma once

#include <cstdlib>
#include <string>
#include <utility>

#include "base/random.h"
#include "tests/topology/net.h"

namespace polyplane::topology {

/// `count`, times POLYPLANE_CASES when that is set in the environment.
inline std::uint64_t cases(std::uint64_t count) {
  const char* factor = std::getenv("POLYPLANE_CASES");
  return factor == nullptr ? count : count * std::strtoull(factor, nullptr, 10);
}

/// 4 to 7 switches (flat, or of tiers 1 to 3 mixed with flat ones), cards on most, parallel and missing cables, some one
/// way, some down.
inline Topology random_graph(RandomStream& random) {
  Net net;
  const std::uint64_t switches = 4 + random.below(4);
  const bool tiered = random.below(2) == 1;
  for (std::uint64_t s = 0; s < switches; ++s) {
    net.device("x" + std::to_string(s), DeviceKind::network_switch,
               tiered ? static_cast<std::int32_t>(random.below(4)) : 0, 0);
    if (s < 2 || random.below(4) != 0) {
      net.card("g" + std::to_string(s), static_cast<std::int32_t>(s));
      net.access("g" + std::to_string(s), "x" + std::to_string(s));
    }
  }
  const std::uint64_t cables = switches + random.below(2 * switches);
  for (std::uint64_t c = 0; c < cables; ++c) {
    const std::uint64_t a = random.below(switches), b = random.below(switches);
    if (a == b) continue;
    const LinkId cable = net.cable("x" + std::to_string(a), "x" + std::to_string(b), "wire", LinkKind::scale_out,
                                   static_cast<std::int64_t>(100 * (1 + random.below(4))));
    if (random.below(8) == 0) net.builder().link(cable).up = false;  // one way only
    if (random.below(10) == 0) net.cut(cable);
  }
  return std::move(net).build();
}

}  // namespace polyplane::topology
