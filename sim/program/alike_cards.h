// Lists of cards that lie alike: the topology has a symmetry that exchanges the i-th card of one with the i-th of the
// other, and the routing follows its shape. What is run on one of them, alone, takes the same on the other, to the
// picosecond (folding.h says why).
#pragma once

#include <cstdint>
#include <map>
#include <vector>

#include "base/ids.h"
#include "topology/router.h"
#include "topology/topology.h"

namespace polyplane::sim {

/// Keeps references to its arguments.
class AlikeCards {
 public:
  AlikeCards(const topology::Topology& topology, topology::Router& router) : topology_(topology), router_(router) {}

  /// The class of a list. Lists of one class lie alike; of two classes, they may still. Lists that share a card are
  /// never of one class. O(links) for a list that is new, times the number of classes of its length, of which four are
  /// tried.
  [[nodiscard]] std::uint32_t class_of(const std::vector<DeviceId>& cards);

 private:
  struct Class {
    std::uint32_t number = 0;
    std::vector<DeviceId> cards;  // of the first list of it
  };
  [[nodiscard]] bool exchange(const std::vector<DeviceId>& a, const std::vector<DeviceId>& b) const;

  const topology::Topology& topology_;
  topology::Router& router_;
  std::map<std::vector<DeviceId>, std::uint32_t> known_;
  std::map<std::size_t, std::vector<Class>> classes_;  // by length
  std::uint32_t count_ = 0;
};

}  // namespace polyplane::sim
