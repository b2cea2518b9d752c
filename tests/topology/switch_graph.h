// Distances between the switches of a plane, by one plain breadth-first search a switch: what papers print, and an oracle
// that knows nothing of routing.
#pragma once

#include <algorithm>
#include <cstdint>
#include <map>
#include <vector>

#include "topology/topology.h"

namespace polyplane::topology {

/// The neighbours of each switch, parallel cables once, and how far switches are from each other.
class SwitchGraph {
 public:
  explicit SwitchGraph(const Topology& topology) {
    std::map<std::uint32_t, std::size_t> index;
    for (std::uint32_t i = 0; i < topology.devices().size(); ++i) {
      if (topology.devices()[i].kind == DeviceKind::network_switch) index.try_emplace(i, index.size());
    }
    neighbours_.resize(index.size());
    for (const Link& link : topology.links()) {
      const auto from = index.find(link.from.index()), to = index.find(link.to.index());
      if (from != index.end() && to != index.end()) neighbours_[from->second].push_back(to->second);
    }
    for (auto& row : neighbours_) {
      std::sort(row.begin(), row.end());
      row.erase(std::unique(row.begin(), row.end()), row.end());
    }
  }

  [[nodiscard]] std::size_t size() const { return neighbours_.size(); }
  [[nodiscard]] const std::vector<std::size_t>& neighbours(std::size_t i) const { return neighbours_[i]; }

  /// By switch; -1: not reached.
  [[nodiscard]] std::vector<int> distances(std::size_t from) const {
    std::vector<int> distance(size(), -1);
    std::vector<std::size_t> queue{from};
    distance[from] = 0;
    for (std::size_t i = 0; i < queue.size(); ++i) {
      for (const std::size_t next : neighbours_[queue[i]]) {
        if (distance[next] >= 0) continue;
        distance[next] = distance[queue[i]] + 1;
        queue.push_back(next);
      }
    }
    return distance;
  }

  struct Distances {
    int diameter = 0;  // -1: not in one piece
    double mean = 0;   // over ordered pairs of different switches
  };
  [[nodiscard]] Distances measure() const {
    Distances result;
    std::int64_t sum = 0;
    for (std::size_t from = 0; from < size(); ++from) {
      for (const int hops : distances(from)) {
        if (hops < 0) return {.diameter = -1, .mean = 0};
        result.diameter = std::max(result.diameter, hops);
        sum += hops;
      }
    }
    const auto n = static_cast<double>(size());
    result.mean = size() > 1 ? static_cast<double>(sum) / (n * (n - 1)) : 0;
    return result;
  }

 private:
  std::vector<std::vector<std::size_t>> neighbours_;
};

}  // namespace polyplane::topology
