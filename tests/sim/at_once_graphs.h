// Explicit graphs that no cluster file makes: hosts on switches, joined as a torus, a dragonfly or at random. And messages
// on them, as blocks.
#pragma once

#include <cstdint>
#include <utility>
#include <vector>

#include "collectives/schedule.h"
#include "topology/topology.h"

namespace polyplane::sim {

struct GraphParts {
  std::uint32_t switches = 1, hosts_each = 1;
  std::vector<std::pair<std::uint32_t, std::uint32_t>> cables;  // between switches
  std::vector<BitRate> rates{};                                 // of cables; the last one holds for all that follow
};
/// Level switches, 100 Gbps to each host, 10 ns a link.
[[nodiscard]] topology::Topology switch_graph(const GraphParts& parts);
[[nodiscard]] GraphParts torus(std::uint32_t width, std::uint32_t height, std::uint32_t hosts_each);
/// Groups of `routers`, each joined to every other of its group and, by one cable, to another group.
[[nodiscard]] GraphParts dragonfly(std::uint32_t groups, std::uint32_t routers, std::uint32_t hosts_each);
/// Every switch has `degree` cables, drawn at random; parallel ones occur.
[[nodiscard]] GraphParts random_regular(std::uint32_t switches, std::uint32_t degree, std::uint32_t hosts_each,
                                        std::uint64_t seed);
/// A torus of cards that forward, without switches.
[[nodiscard]] topology::Topology card_torus(std::uint32_t width, std::uint32_t height);

/// A schedule of which nothing is known but its blocks: for run_at_once() only.
class BlockSchedule final : public collectives::Schedule {
 public:
  BlockSchedule(std::uint32_t ranks, std::vector<collectives::Block> blocks);
  [[nodiscard]] const collectives::Collective& collective() const override { return collective_; }
  [[nodiscard]] std::uint32_t pieces() const override { return 1; }
  [[nodiscard]] std::uint32_t num_lanes() const override { return 0; }
  [[nodiscard]] std::uint32_t num_steps(RankId, std::uint32_t) const override { return 0; }
  [[nodiscard]] collectives::Step step(RankId, std::uint32_t, std::uint32_t) const override { return {}; }
  void payload(RankId, std::uint32_t, std::uint32_t, std::vector<ChunkId>& chunks) const override { chunks.clear(); }
  [[nodiscard]] bool has_cross_lane_dependencies() const override { return false; }
  [[nodiscard]] std::vector<collectives::Block> blocks() const override { return blocks_; }

 private:
  collectives::Collective collective_;
  std::vector<collectives::Block> blocks_;
};

}  // namespace polyplane::sim
