#include "topology/grid.h"

#include <algorithm>
#include <tuple>
#include <utility>

#include "base/check.h"
#include "base/error.h"

namespace polyplane::topology {
namespace {

constexpr std::int32_t kMaxCoordinate = 1'000'000;

/// The only dimension in which two places differ; none when it is not one.
std::optional<std::uint32_t> only_difference(std::span<const std::int32_t> a, std::span<const std::int32_t> b) {
  std::optional<std::uint32_t> found;
  for (std::uint32_t d = 0; d < a.size(); ++d) {
    if (a[d] == b[d]) continue;
    if (found) return std::nullopt;
    found = d;
  }
  return found;
}

}  // namespace

Grids::Grids(const Topology& topology, const TransitGraph& graph)
    : topology_(topology), graph_(graph), grids_(graph.components().size()), first_line_(graph.num_vertices(), 0) {
  order_ = ChannelOrder(std::vector<ChannelPlace>(graph.edges().size()), 1);
  for (std::uint32_t c = 0; c < grids_.size(); ++c) {
    const TransitGraph::Component& component = graph.components()[c];
    if (component.num_edges == 0) continue;
    grids_[c].defect = find_defect(component);
    if (grids_[c].defect.empty()) lay_lines(c);
  }
}

std::string Grids::find_defect(const TransitGraph::Component& component) const {
  const std::size_t dimensions = coordinates(component.first).size();
  const Vertex end = component.first + component.num_vertices;
  for (Vertex v = component.first; v < end; ++v) {
    const auto here = coordinates(v);
    const std::string& name = topology_.device(graph_.device(v)).name;
    if (here.empty()) return "has no coordinates (" + name + ")";
    if (here.size() != dimensions) return "has coordinates of different length (" + name + ")";
    if (std::ranges::any_of(here, [](std::int32_t x) { return x >= kMaxCoordinate; })) {
      return "has a coordinate of " + std::to_string(kMaxCoordinate) + " or more (" + name + ")";
    }
    for (std::uint32_t e = graph_.out_begin(v, Slope::up); e < graph_.out_end(v, Slope::down); ++e) {
      const Vertex to = graph_.edges()[e].to;
      if (coordinates(to).size() != dimensions || !only_difference(here, coordinates(to))) {
        return "has a link that does not stay on one line, as a twist does (" + name + " -> " +
               topology_.device(graph_.device(to)).name + ")";
      }
    }
  }
  return "";
}

void Grids::lay_lines(std::uint32_t number) {
  const TransitGraph::Component& component = graph_.components()[number];
  const auto dimensions = static_cast<std::uint32_t>(coordinates(component.first).size());
  const std::size_t lines_before = lines_.size();
  for (Vertex v = component.first; v < component.first + component.num_vertices; ++v) {
    first_line_[v] = static_cast<std::uint32_t>(line_of_.size());
    line_of_.resize(line_of_.size() + dimensions, kNone);
    for (std::uint32_t e = graph_.out_begin(v, Slope::up); e < graph_.out_end(v, Slope::down); ++e) {
      const auto here = coordinates(v), there = coordinates(graph_.edges()[e].to);
      const std::uint32_t d = *only_difference(here, there);
      order_.place(e) = {d, step_rank(static_cast<std::uint32_t>(here[d]), static_cast<std::uint32_t>(there[d]))};
    }
  }
  for (std::uint32_t d = 0; d < dimensions; ++d) lay_dimension(component, d);
  grids_[number].dimensions = dimensions;
  grids_[number].lines = static_cast<std::uint32_t>(lines_.size() - lines_before);
}

void Grids::refuse_twins(Vertex a, Vertex b) const {
  throw InputError("\"" + topology_.name() + "\": " + topology_.device(graph_.device(a)).name + " and " +
                   topology_.device(graph_.device(b)).name + " have the same coordinates");
}

void Grids::lay_dimension(const TransitGraph::Component& component, std::uint32_t dimension) {
  std::vector<Vertex> order(component.num_vertices);
  for (Vertex i = 0; i < order.size(); ++i) order[i] = component.first + i;
  // By all other coordinates, then by this one.
  const auto before = [&](Vertex a, Vertex b) {
    const auto x = coordinates(a), y = coordinates(b);
    for (std::uint32_t d = 0; d < x.size(); ++d) {
      if (d != dimension && x[d] != y[d]) return x[d] < y[d];
    }
    return std::tuple(x[dimension], a) < std::tuple(y[dimension], b);
  };
  const auto on_one_line = [&](Vertex a, Vertex b) {
    const auto d = only_difference(coordinates(a), coordinates(b));
    return d && *d == dimension;
  };
  std::sort(order.begin(), order.end(), before);
  for (std::size_t i = 0; i < order.size();) {
    Line line;
    const std::size_t first = i;
    for (; i < order.size() && (i == first || on_one_line(order[first], order[i])); ++i) {
      const auto coordinate = static_cast<std::size_t>(coordinates(order[i])[dimension]);
      line.position.resize(std::max(line.position.size(), coordinate + 1), kNone);
      if (line.position[coordinate] != kNone) refuse_twins(line.members.back(), order[i]);
      line.position[coordinate] = static_cast<std::uint32_t>(line.members.size());
      line.members.push_back(order[i]);
      line_of_[first_line_[order[i]] + dimension] = static_cast<std::uint32_t>(lines_.size());
    }
    if (i < order.size() && std::ranges::equal(coordinates(order[i - 1]), coordinates(order[i]))) {
      refuse_twins(order[i - 1], order[i]);
    }
    measure(line, dimension);
    if (const std::uint32_t channels = channels_of(line, dimension); channels > order_.width()) {
      order_.set_width(channels);
    }
    lines_.push_back(std::move(line));
  }
}

template <class Visit>
void Grids::for_each_edge(Vertex v, std::uint32_t dimension, Visit&& visit) const {
  for (std::uint32_t e = graph_.out_begin(v, Slope::up); e < graph_.out_end(v, Slope::down); ++e) {
    if (order_.place(e).dimension == dimension) visit(e, graph_.heads()[e]);
  }
}

std::uint32_t Grids::position_on(const Line& line, Vertex v, std::uint32_t dimension) const {
  const auto coordinate = static_cast<std::size_t>(coordinates(v)[dimension]);
  return coordinate < line.position.size() ? line.position[coordinate] : kNone;
}

/// Breadth first from each member.
void Grids::measure(Line& line, std::uint32_t dimension) const {
  const std::size_t n = line.members.size();
  line.distances.assign(n * n, kCut);
  std::vector<std::uint32_t> queue;
  for (std::uint32_t source = 0; source < n; ++source) {
    std::uint16_t* const row = line.distances.data() + std::size_t{source} * n;
    row[source] = 0;
    queue.assign(1, source);
    for (std::size_t i = 0; i < queue.size() && queue.size() < n; ++i) {
      for_each_edge(line.members[queue[i]], dimension, [&](std::uint32_t, Vertex to) {
        const std::uint32_t next = position_on(line, to, dimension);
        if (row[next] != kCut) return;
        row[next] = static_cast<std::uint16_t>(row[queue[i]] + 1);
        queue.push_back(next);
      });
    }
  }
}

std::uint32_t Grids::channels_of(const Line& line, std::uint32_t dimension) const {
  const std::size_t n = line.members.size();
  std::uint32_t most = 1;
  struct Hop {
    std::uint32_t edge, channels;
  };
  std::vector<std::vector<Hop>> hops(n);
  std::vector<std::uint32_t> by_distance;
  for (std::uint32_t target = 0; target < n; ++target) {
    const auto left = [&](std::uint32_t x) { return line.distances[std::size_t{x} * n + target]; };
    by_distance.clear();
    for (std::uint32_t x = 0; x < n; ++x) {
      hops[x].clear();
      if (left(x) != kCut && left(x) > 0) by_distance.push_back(x);
    }
    const bool all_next_door = std::ranges::all_of(by_distance, [&](std::uint32_t x) { return left(x) == 1; });
    if (all_next_door) continue;
    std::ranges::stable_sort(by_distance, [&](std::uint32_t a, std::uint32_t b) { return left(a) < left(b); });
    for (const std::uint32_t x : by_distance) {
      for_each_edge(line.members[x], dimension, [&](std::uint32_t edge, Vertex to) {
        const std::uint32_t next = position_on(line, to, dimension);
        if (left(next) == kCut || left(next) + 1 != left(x)) return;
        std::uint32_t channels = 1;
        for (const Hop& further : hops[next]) {
          const bool rises = order_.place(edge).rank < order_.place(further.edge).rank;
          channels = std::max(channels, further.channels + (rises ? 0 : 1));
        }
        hops[x].push_back({edge, channels});
        most = std::max(most, channels);
      });
    }
  }
  return most;
}

std::span<const std::uint32_t> Grids::next_hops(Vertex at, Vertex target, std::vector<std::uint32_t>& buffer) const {
  buffer.clear();
  const auto here = coordinates(at), there = coordinates(target);
  const auto wrong = std::ranges::mismatch(here, there).in1;
  if (wrong == here.end()) return {};
  const auto dimension = static_cast<std::uint32_t>(wrong - here.begin());
  const Line& line = lines_[line_of_[first_line_[at] + dimension]];
  const std::uint32_t goal = position_on(line, target, dimension);
  if (goal == kNone) return {};
  const std::size_t n = line.members.size();
  const auto left = [&](Vertex v) { return line.distances[position_on(line, v, dimension) * n + goal]; };
  const std::uint16_t hops_left = left(at);
  if (hops_left == kCut) return {};
  for_each_edge(at, dimension, [&](std::uint32_t edge, Vertex to) {
    if (const std::uint16_t further = left(to); further != kCut && further + 1 == hops_left) buffer.push_back(edge);
  });
  if (buffer.size() > 1) {
    const std::size_t start = position_on(line, at, dimension);
    const auto ahead = [&](std::uint32_t edge) {
      return (position_on(line, graph_.heads()[edge], dimension) + n - start) % n;
    };
    std::ranges::stable_sort(buffer, {}, ahead);
  }
  return buffer;
}

std::uint32_t Grids::pick(Vertex at, std::uint32_t entropy, std::size_t count) const {
  std::uint64_t sum = entropy;
  for (const std::int32_t x : coordinates(at)) sum += static_cast<std::uint64_t>(x);
  return static_cast<std::uint32_t>(sum % count);
}

std::optional<std::uint32_t> Grids::hops(Vertex from, Vertex target) const {
  std::uint32_t hops = 0;
  std::vector<std::uint32_t> buffer;
  for (Vertex at = from; at != target; ++hops) {
    const auto next = next_hops(at, target, buffer);
    if (next.empty()) return std::nullopt;
    at = graph_.heads()[next[0]];
  }
  return hops;
}

}  // namespace polyplane::topology
