// Random flow problems with a symmetry, for the tests of what folding needs.
#pragma once

#include <cstdint>
#include <vector>

#include "base/random.h"
#include "tests/sim/flow_player.h"

namespace polyplane::sim {

/// A problem in which ties are common, and the same problem lifted by a cyclic group of `copies`: of each trunk there are
/// `copies`, or one that all share; copy c of a flow crosses copy c + shift of a trunk.
struct Lift {
  std::uint32_t copies = 1;
  Play folded;                               // one flow an orbit
  Play unfolded;                             // flow f, copy c: number f x copies + c
  std::vector<std::vector<TrunkId>> orbits;  // of each trunk of `folded`, in `unfolded`
};

[[nodiscard]] Lift random_lift(std::uint64_t seed, std::uint32_t copies, std::uint64_t most_trunks,
                               std::uint64_t most_flows);

/// 0 to n - 1 in some order.
[[nodiscard]] std::vector<std::uint32_t> random_order(std::uint32_t n, RandomStream& random);

}  // namespace polyplane::sim
