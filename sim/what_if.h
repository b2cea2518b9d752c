// A cluster that is a little better in one place than it is: what the question "what would help most" asks for
// (sensitivity.h). Nothing else changes.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/units.h"
#include "collectives/program.h"
#include "topology/topology.h"

namespace polyplane::sim {

/// A fraction of what there is.
struct Scale {
  std::int64_t numerator = 1, denominator = 1;
  /// Rounded down.
  [[nodiscard]] std::int64_t of(std::int64_t value) const {
    return static_cast<std::int64_t>(static_cast<int128>(value) * numerator / denominator);
  }
  [[nodiscard]] Duration of(Duration duration) const { return Duration::from_ps(of(duration.ps())); }
  [[nodiscard]] bool is_one() const { return numerator == denominator; }
};

struct WhatIf {
  /// Of the links of one tier; those of a capacity event too.
  struct Tier {
    std::string name;
    Scale rate, latency;
  };
  std::vector<Tier> tiers;
  Scale compute;  // durations of compute in programs and steps
};

[[nodiscard]] topology::Topology changed(const topology::Topology& topology, const WhatIf& what_if);
[[nodiscard]] collectives::Program changed(collectives::Program program, const WhatIf& what_if);

}  // namespace polyplane::sim
