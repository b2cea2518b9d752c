// One step of a pairwise exchange, rank r to rank r + shift, under per-flow hashing: the flows that are in flight at once,
// each as the links on its path. 16,384 cards on two fabrics.
#pragma once

#include <cstdint>
#include <vector>

#include "base/random.h"
#include "base/units.h"

namespace polyplane::bench {

struct PairwiseStep {
  std::vector<BitRate> links;
  std::vector<std::vector<std::uint32_t>> flows;
};

/// Eight planes, one a rail, of 64 leaves x 32 spines; 32 nodes of 8 cards a leaf. A flow is forwarded to the card of the
/// right rail over NVLink and then stays in that plane: 6 links.
inline PairwiseStep leaf_spine_step() {
  constexpr std::uint32_t kRails = 8, kNodes = 2048, kNodesPerLeaf = 32, kSpines = 32, kLeaves = kNodes / kNodesPerLeaf;
  constexpr std::uint32_t kCards = kRails * kNodes, kShift = 8 * 513 + 3;
  PairwiseStep step;
  const BitRate nvlink = BitRate::from_bps(3'600'000'000'000), port = BitRate::from_bps(400'000'000'000);
  const auto lay = [&](std::uint32_t count, BitRate rate) {
    const auto first = static_cast<std::uint32_t>(step.links.size());
    step.links.insert(step.links.end(), count, rate);
    return first;
  };
  const std::uint32_t out = lay(kCards, nvlink), in = lay(kCards, nvlink), up = lay(kCards, port),
                      down = lay(kCards, port);
  const std::uint32_t to_spine = lay(kRails * kLeaves * kSpines, port),
                      from_spine = lay(kRails * kLeaves * kSpines, port);
  RandomStream random(1, 0);
  for (std::uint32_t source = 0; source < kCards; ++source) {
    const std::uint32_t target = (source + kShift) % kCards, rail = target % kRails;
    const std::uint32_t forwarder = source / kRails * kRails + rail;
    const std::uint32_t source_leaf = source / kRails / kNodesPerLeaf, target_leaf = target / kRails / kNodesPerLeaf;
    const auto spine = static_cast<std::uint32_t>(random.below(kSpines));
    step.flows.push_back({out + source, in + forwarder, up + forwarder,
                          to_spine + (rail * kLeaves + source_leaf) * kSpines + spine,
                          from_spine + (rail * kLeaves + target_leaf) * kSpines + spine, down + target});
  }
  return step;
}

/// One plane of three levels: 16 pods of 32 leaves and 32 spines, 32 cards a leaf, 1,024 cores. 6 links between pods.
inline PairwiseStep fat_tree_step() {
  constexpr std::uint32_t kPods = 16, kRadix = 32, kLeaves = kPods * kRadix, kCards = kLeaves * kRadix, kShift = 4099;
  PairwiseStep step;
  step.links.assign(std::size_t{6} * kCards, BitRate::from_bps(400'000'000'000));
  RandomStream random(1, 0);
  for (std::uint32_t source = 0; source < kCards; ++source) {
    const std::uint32_t target = (source + kShift) % kCards;
    const std::uint32_t source_leaf = source / kRadix, target_leaf = target / kRadix;
    const auto spine = static_cast<std::uint32_t>(random.below(kRadix)),
               core = static_cast<std::uint32_t>(random.below(kRadix));
    const std::uint32_t source_spine = source_leaf / kRadix * kRadix + spine;
    const std::uint32_t target_spine = target_leaf / kRadix * kRadix + spine;
    step.flows.push_back({source, kCards + source_leaf * kRadix + spine, 2 * kCards + source_spine * kRadix + core,
                          3 * kCards + target_spine * kRadix + core, 4 * kCards + target_leaf * kRadix + spine,
                          5 * kCards + target});
  }
  return step;
}

}  // namespace polyplane::bench
