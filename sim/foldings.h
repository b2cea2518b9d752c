// Remembers the foldings of one set of cards, so that a table looks for each once.
#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <span>
#include <utility>
#include <vector>

#include "collectives/schedule.h"
#include "sim/folding.h"
#include "topology/router.h"
#include "topology/topology.h"

namespace polyplane::sim {

class Foldings {
 public:
  /// Null when there is none. Lives as long as this. REQUIRES: the same topology, routing and devices in every call.
  [[nodiscard]] const Folding* find(const topology::Topology& topology, const topology::Router& router,
                                    std::span<const DeviceId> devices, const collectives::Schedule& schedule);

 private:
  using Group = std::pair<collectives::RankSymmetry::Kind, std::uint32_t>;  // and its stride
  struct Declared {
    std::vector<Group> ranks;
    std::uint32_t channels = 1;
    std::vector<RankId> next;
    friend auto operator<=>(const Declared&, const Declared&) = default;
  };
  std::mutex mutex_;
  std::map<Declared, std::unique_ptr<const Folding>> found_;
};

}  // namespace polyplane::sim
