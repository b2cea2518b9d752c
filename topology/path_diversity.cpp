#include "topology/metrics.h"
#include "topology/shortest_paths.h"

namespace polyplane::topology {

namespace {

constexpr std::uint32_t kNone = 0xffffffffU;

/// Links of the shortest passage through the fabric.
std::uint32_t shortest(ShortestPaths& paths, std::uint32_t from, std::uint32_t to) {
  std::uint32_t best = kNone;
  for (const Access& entry : paths.graph().entries(from)) {
    for (const Access& exit : paths.graph().exits(to)) {
      const std::uint32_t hops = paths.distance(entry.vertex, exit.vertex);
      if (hops != DistanceField::kUnreachable) best = std::min(best, entry.num_links + hops + exit.num_links);
    }
  }
  return best;
}

/// Shortest paths between two vertices, level by level.
double count_paths(ShortestPaths& paths, Vertex from, Vertex to) {
  const DistanceField& field = paths.field(to);
  const std::size_t vertices = paths.graph().num_vertices();
  std::vector<double> ways(2 * vertices, 0.0);
  const auto slot = [&](PathState s) { return s.vertex + (s.descending ? vertices : 0); };
  std::vector<PathState> level{{from, false}};
  ways[slot(level.front())] = 1;
  for (std::uint32_t left = paths.distance(from, to); left > 0; --left) {
    std::vector<PathState> next;
    for (const PathState s : level) {
      paths.for_each_next_hop(field, s, [&](NextHop hop) {
        if (ways[slot(hop.state)] == 0) next.push_back(hop.state);
        ways[slot(hop.state)] += ways[slot(s)];
      });
    }
    level = std::move(next);
  }
  double total = 0;
  for (const PathState s : level) total += ways[slot(s)];
  return total;
}

}  // namespace

double measure_path_diversity(const Topology& topology) {
  ShortestPaths paths(topology, Layer::scale_out, Metric::hops);
  for (auto last = static_cast<std::uint32_t>(topology.accelerators().size()); last > 1; --last) {
    const std::uint32_t to = last - 1;
    const std::uint32_t links = shortest(paths, 0, to);
    if (links == kNone) continue;
    double total = 0;
    for (const Access& entry : paths.graph().entries(0)) {
      for (const Access& exit : paths.graph().exits(to)) {
        const std::uint32_t hops = paths.distance(entry.vertex, exit.vertex);
        if (hops == DistanceField::kUnreachable || entry.num_links + hops + exit.num_links != links) continue;
        total += count_paths(paths, entry.vertex, exit.vertex);
      }
    }
    return total;
  }
  return 0;
}

}  // namespace polyplane::topology
