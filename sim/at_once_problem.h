// A job that is blocks, made ready for sweeps over all its flows.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "sim/at_once_sweep.h"
#include "sim/executor.h"
#include "topology/topology.h"

namespace polyplane::sim {

/// What flows differ in beside their routes.
struct Sending {
  std::vector<Bytes> wire_bytes;       // of each block
  Duration software_up, software_out;  // before a message that stays in its scale-up domain, and before others
};

class AtOnceProblem {
 public:
  /// Nothing when the job is no blocks, or so many, or its islands so large, that classes would not pay. Keeps a reference
  /// to the topology.
  [[nodiscard]] static std::unique_ptr<AtOnceProblem> pose(const topology::Topology& topology, const Job& job);

  [[nodiscard]] const topology::PathFinder& finder() const { return finder_; }
  [[nodiscard]] const Islands& islands() const { return islands_; }
  [[nodiscard]] const Sending& sending() const { return sending_; }
  template <class Trace, class Load>
  [[nodiscard]] Sweep<Trace, Load> sweep() {
    return {finder_, islands_, copies_, ways_, inverses_};
  }

 private:
  AtOnceProblem(topology::PathFinder finder, Roles roles, std::vector<std::uint32_t> role_of_card, Sending sending);

  topology::PathFinder finder_;
  Roles roles_;
  FabricCopies copies_;
  Islands islands_;
  WaysTable ways_;
  Inverses inverses_{4096};
  Sending sending_;
};

}  // namespace polyplane::sim
