// Random problems of explicit flows for the property tests. The same seed and shape give the same experiment on every
// machine.
#pragma once

#include <cstdint>

#include "sim/experiment.h"

namespace polyplane::golden {

struct RandomShape {
  std::uint64_t devices = 0;          // 2 up to this many
  std::uint64_t links = 0;            // one-way links, 1 up to this many
  std::uint64_t flows = 0;            // 1 up to this many
  std::uint64_t capacity_events = 0;  // 0 up to this many, and one more for each link that they leave at 0
};

/// A plain graph and flows with explicit simple paths, in the flow model. Ties (equal starts, equal sizes, events at a
/// start), empty flows, rate caps, fat pipes, and links that fall to 0 and come back are all common. Every flow ends,
/// and devices that forward form cycles as they like.
[[nodiscard]] sim::Experiment random_experiment(std::uint64_t seed, const RandomShape& shape);

}  // namespace polyplane::golden
