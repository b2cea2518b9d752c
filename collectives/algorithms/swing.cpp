// Swing on a torus of cards (De Sensi, Bonato, Saam and Hoefler, NSDI 2024; collectives/swing_walk.h): log2 n steps a way, as
// recursive doubling, with partners at a third less distance, on all links of the torus at once.
//
// "swing" is the paper's bandwidth-optimal variant: a reduce-scatter that halves what is sent at each step, and its mirror, an
// all-gather; an all-reduce is both. "swing_latency" is the other one: whole shares are exchanged, in half the steps.
// Each channel, a dimension to begin with and a direction, has its share of the data in a lane of its own.
// Own choice: two channels a dimension; no others are offered. Left out: the paper's variants for sides that are no powers of
// two, which send some parts twice, or whole shares to a card left over.
#include <algorithm>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "collectives/algorithm.h"
#include "collectives/generated_schedule.h"
#include "collectives/piece_sizes.h"
#include "collectives/rank_grid.h"
#include "collectives/swing_walk.h"
#include "collectives/symmetry.h"

namespace polyplane::collectives {
namespace {

/// What both variants have in common.
class SwingSchedule : public GeneratedSchedule {
 public:
  SwingSchedule(const AlgorithmRequest& request, std::uint32_t parts)
      : GeneratedSchedule(request.collective, checked_pieces(channels_of(request), parts), channels_of(request)),
        grid_(*request.layout.grid()),
        walk_(grid_.dims),
        sizes_(request.collective.block_elements(0), pieces(), request.collective.shape().element_bytes) {}

  [[nodiscard]] std::vector<RankSymmetry> symmetries() const override {
    using Kind = RankSymmetry::Kind;
    std::vector<RankSymmetry> groups;
    if (collective().kind() == CollectiveKind::all_reduce && !sizes_.even()) return groups;
    const std::uint32_t ranks = walk_.cells();
    const auto holds = [&](Kind kind, std::uint32_t by) {
      const auto image = [&](std::uint32_t rank) { return grid_.cell[moved(kind, ranks, rank, by)]; };
      for (std::uint32_t rank = 1; rank < ranks; ++rank) {
        if (!walk_.moves_alike(grid_.cell[rank], image(rank), grid_.cell[0], image(0))) return false;
      }
      return true;
    };
    for (const Kind kind : {Kind::rotation, Kind::exclusive_or}) {
      add_finest(kind, ranks, [&](std::uint32_t by) { return holds(kind, by); }, groups);
    }
    return groups;
  }

 protected:
  /// Exchanges with whom the walk meets; the same step of its lane receives.
  [[nodiscard]] Step meeting(RankId rank, std::uint32_t lane, std::uint32_t step, std::uint32_t walk_step) const {
    Step s;
    s.send_to = s.receive_from = grid_.rank[walk_.peer(lane, grid_.cell[rank.index()], walk_step)];
    s.peer_lane = lane;
    s.peer_step = step;
    return s;
  }

  RankGrid grid_;
  SwingWalk walk_;
  PieceSizes sizes_;

 private:
  static std::uint32_t channels_of(const AlgorithmRequest& request) {
    return 2 * static_cast<std::uint32_t>(request.layout.grid()->dims.size());
  }
};

class Swing final : public SwingSchedule {
 public:
  explicit Swing(const AlgorithmRequest& request)
      : SwingSchedule(request, has_one_block(request) ? request.layout.num_ranks() : 1),
        scatters_(request.collective.kind() == CollectiveKind::all_gather ? 0 : walk_.steps()),
        gathers_(request.collective.kind() == CollectiveKind::reduce_scatter ? 0 : walk_.steps()),
        whole_block_(has_one_block(request)) {}

  [[nodiscard]] std::uint32_t num_steps(RankId, std::uint32_t) const override { return scatters_ + gathers_; }

  [[nodiscard]] Step step(RankId rank, std::uint32_t lane, std::uint32_t step) const override {
    Step s = meeting(rank, lane, step, walk_step(step));
    const std::uint32_t count = walk_.count_after(walk_step(step));
    s.send_bytes =
        whole_block_ ? sizes_.of(lane * walk_.cells() + first_part(rank, lane, step), count) : count * sizes_.of(lane);
    s.reduce = step < scatters_;
    return s;
  }

  void payload(RankId rank, std::uint32_t lane, std::uint32_t step, std::vector<ChunkId>& chunks) const override {
    chunks.clear();
    const std::uint32_t first = first_part(rank, lane, step), count = walk_.count_after(walk_step(step));
    for (std::uint32_t part = first; part < first + count; ++part) {
      const std::uint32_t owner = whole_block_ ? 0 : grid_.rank[walk_.cell_of(lane, part)].index();
      chunks.push_back(whole_block_ ? chunk(0, lane * walk_.cells() + part) : chunk(owner, lane));
    }
    std::sort(chunks.begin(), chunks.end());
  }

 private:
  static bool has_one_block(const AlgorithmRequest& request) {
    return request.collective.kind() == CollectiveKind::all_reduce;
  }
  /// The all-gather goes back the way of the reduce-scatter.
  [[nodiscard]] std::uint32_t walk_step(std::uint32_t step) const {
    return step < scatters_ ? step : scatters_ + gathers_ - 1 - step;
  }
  /// A reduce-scatter gives away what the other one goes on with, an all-gather what it has itself.
  [[nodiscard]] std::uint32_t first_part(RankId rank, std::uint32_t lane, std::uint32_t step) const {
    const std::uint32_t me = grid_.cell[rank.index()], at = walk_step(step);
    return walk_.first_after(lane, step < scatters_ ? walk_.peer(lane, me, at) : me, at);
  }

  std::uint32_t scatters_, gathers_;  // steps of each way
  bool whole_block_;                  // parts are pieces of one block, else blocks
};

class SwingLatency final : public SwingSchedule {
 public:
  explicit SwingLatency(const AlgorithmRequest& request) : SwingSchedule(request, 1) {}

  [[nodiscard]] std::uint32_t num_steps(RankId, std::uint32_t) const override { return walk_.steps(); }
  [[nodiscard]] Step step(RankId rank, std::uint32_t lane, std::uint32_t step) const override {
    Step s = meeting(rank, lane, step, step);
    s.send_bytes = sizes_.of(lane);
    s.reduce = true;
    return s;
  }
  void payload(RankId, std::uint32_t lane, std::uint32_t, std::vector<ChunkId>& chunks) const override {
    chunks.assign(1, chunk(0, lane));
  }
};

template <class Variant>
Algorithm algorithm(CollectiveKind kind, std::string name, std::string sentence) {
  return {.collective = kind,
          .name = std::move(name),
          .sentence = std::move(sentence),
          .cost_family = "tree",
          .cannot = needs_a_torus_of_powers_of_two,
          .make = [](const AlgorithmRequest& request) { return std::make_unique<Variant>(request); }};
}

const bool kRegistered =
    register_algorithm(algorithm<Swing>(CollectiveKind::all_reduce, "swing",
                                        "Tori of cards, sides powers of two, arrays of middling size: 2 log2 n steps "
                                        "with partners near by, all links at work.")) &&
    register_algorithm(algorithm<Swing>(CollectiveKind::all_gather, "swing",
                                        "Tori of cards, sides powers of two: blocks spread in log2 n steps, near "
                                        "partners exchanging most.")) &&
    register_algorithm(algorithm<Swing>(CollectiveKind::reduce_scatter, "swing",
                                        "Tori of cards, sides powers of two: blocks are summed in log2 n steps, near "
                                        "partners exchanging most.")) &&
    register_algorithm(algorithm<SwingLatency>(CollectiveKind::all_reduce, "swing_latency",
                                               "Tori of cards, sides powers of two, tiny arrays: whole shares are "
                                               "exchanged in log2 n steps."));

}  // namespace
}  // namespace polyplane::collectives
