// A job that is blocks, made ready for sweeps over all its flows.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "sim/at_once_classes.h"
#include "sim/executor.h"
#include "topology/topology.h"

namespace polyplane::sim {

class AtOnceProblem {
 public:
  /// Nothing when the job is no blocks, or so many, or its islands so large, that classes would not pay. Keeps a reference
  /// to the topology. Throws InputError when a pair that has something to send is cut off.
  [[nodiscard]] static std::unique_ptr<AtOnceProblem> pose(const topology::Topology& topology, const Job& job);

  /// See AtOnceClasses::find().
  [[nodiscard]] std::optional<AtOnceClasses> classes(std::uint64_t seed) {
    return AtOnceClasses::find(finder_, islands_, ways_, inverses_, sending_, seed);
  }
  [[nodiscard]] const topology::PathFinder& finder() const { return finder_; }
  [[nodiscard]] const Islands& islands() const { return islands_; }
  [[nodiscard]] const Sending& sending() const { return sending_; }
  [[nodiscard]] const Inverses& inverses() const { return inverses_; }
  [[nodiscard]] WaysTable& ways() { return ways_; }
  /// Bytes that one link of each slot carries. Exact where they add up to less than 2^53 and nothing splits.
  [[nodiscard]] const std::vector<double>& link_bytes() const { return link_bytes_; }

 private:
  AtOnceProblem(topology::PathFinder finder, Roles roles, std::vector<std::uint32_t> role_of_card, Sending sending);
  void survey();

  topology::PathFinder finder_;
  Roles roles_;
  Islands islands_;
  WaysTable ways_;
  Inverses inverses_{4096};
  Sending sending_;
  std::vector<double> link_bytes_;
};

}  // namespace polyplane::sim
