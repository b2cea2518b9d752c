// Next hops as a switch keeps them: looked up, not searched for. Filled as it is asked.
#pragma once

#include <cstdint>
#include <map>
#include <span>
#include <utility>
#include <vector>

#include "topology/shortest_paths.h"

namespace polyplane::topology {

/// Edges of a TransitGraph to choose from: neighbours in index mostly, else a list.
class NextHops {
 public:
  NextHops(std::uint32_t first, std::uint32_t count) : first_(first), count_(count) {}
  explicit NextHops(std::span<const std::uint32_t> list)
      : list_(list.data()), first_(list.empty() ? 0 : list[0]), count_(static_cast<std::uint32_t>(list.size())) {}

  [[nodiscard]] std::uint32_t size() const { return count_; }
  /// REQUIRES: size() > 0.
  [[nodiscard]] std::uint32_t front() const { return first_; }
  [[nodiscard]] std::uint32_t operator[](std::uint32_t i) const { return list_ == nullptr ? first_ + i : list_[i]; }

 private:
  const std::uint32_t* list_ = nullptr;
  std::uint32_t first_, count_;
};

/// Not thread-safe. Two bytes a target and state of its component, never more for more pairs of cards. Next hops that are
/// no neighbours in index, as beside a failed link, are searched for each time.
class NextHopTable {
 public:
  /// Half of a TransitGraph::Edge: that of a large fabric does not fit a cache of two levels.
  struct Step {
    Vertex to = kNoVertex;
    LinkId link;
    std::uint32_t latency = 0;  // for latency_of()
  };

  /// Keeps a reference.
  explicit NextHopTable(ShortestPaths& paths);

  [[nodiscard]] const Step& step(std::uint32_t edge) const { return steps_[edge]; }
  [[nodiscard]] Duration latency_of(const Step& step) const { return latencies_[step.latency]; }

  /// ShortestPaths::next_hops(), valid until the next call. REQUIRES: `s` is in the component of the target.
  [[nodiscard]] NextHops towards(Vertex target, PathState s) {
    const Row& row = rows_[target];
    const auto& codes = s.descending ? row.falling : row.climbing;
    if (!codes.empty()) {
      if (const std::uint16_t code = codes[s.vertex - row.first]; code < runs_.size()) {
        const Run run = runs_[code];
        if (run.count != 0) return {paths_.graph().out_begin(s.vertex, Slope::up) + run.ahead, run.count};
      }
    }
    return search(target, s);
  }

 private:
  /// So many edges, the first one `ahead` of the vertex's first one.
  struct Run {
    std::uint32_t ahead = 0, count = 0;
    friend auto operator<=>(const Run&, const Run&) = default;
  };
  static constexpr std::uint16_t kUnknown = 0, kScattered = 0xffff;
  struct Row {
    Vertex first = 0;
    std::vector<std::uint16_t> climbing, falling;  // codes by vertex of the component: index into runs_
  };
  [[nodiscard]] NextHops search(Vertex target, PathState s);
  [[nodiscard]] std::uint16_t code_of(Run run);

  ShortestPaths& paths_;
  std::vector<Step> steps_;               // by edge
  std::vector<Duration> latencies_;       // each once
  std::vector<Row> rows_;                 // by target
  std::vector<Run> runs_ = {Run{}};       // a few: switches of a tier are alike
  std::map<Run, std::uint16_t> code_of_;  // the inverse of runs_
  std::vector<std::uint32_t> buffer_;
};

}  // namespace polyplane::topology
