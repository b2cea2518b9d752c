// Collectives along the dimensions of a torus of cards: the bucket algorithm on many rings (Barnett, Littlefield, Payne
// and van de Geijn, 1993; Sack and Gropp, 2015, who start in every dimension at once; on TPUs: Kumar and Jouppi, 2020).
//
// Each channel has its share of the data, a dimension to begin with and a direction. A reduce-scatter goes around the
// rings of that dimension, then, with what is left, around those of the next one, cyclically; an all-gather takes the
// same way back; an all-reduce is both. With a channel for each dimension and direction every link of the torus is at
// work all the time where the dimensions are equal.
// Own choice: two channels a dimension; no others are offered.
#include <algorithm>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "collectives/algorithm.h"
#include "collectives/generated_schedule.h"
#include "collectives/piece_sizes.h"
#include "collectives/rank_grid.h"
#include "collectives/torus_walk.h"

namespace polyplane::collectives {
namespace {

class Torus : public GeneratedSchedule {
 public:
  explicit Torus(const AlgorithmRequest& request)
      : GeneratedSchedule(request.collective, pieces_of(request), channels_of(request)),
        grid_(*request.layout.grid()),
        walk_(grid_.dims),
        ranks_(request.layout.num_ranks()),
        scatters_(request.collective.kind() == CollectiveKind::all_gather ? 0 : walk_.steps()),
        gathers_(request.collective.kind() == CollectiveKind::reduce_scatter ? 0 : walk_.steps()),
        whole_block_(request.collective.kind() == CollectiveKind::all_reduce),
        sizes_(request.collective.block_elements(0), pieces(), request.collective.shape().element_bytes) {}

  [[nodiscard]] std::uint32_t num_steps(RankId, std::uint32_t) const override { return scatters_ + gathers_; }

  [[nodiscard]] Step step(RankId rank, std::uint32_t lane, std::uint32_t step) const override {
    const TorusWalk::Hop hop = hop_at(rank, lane, step);
    Step s;
    s.send_to = grid_.rank[hop.to];
    s.receive_from = grid_.rank[hop.from];
    s.peer_lane = lane;
    s.peer_step = step;
    s.send_bytes = bytes(lane, hop);
    s.reduce = step < scatters_;
    return s;
  }

  void payload(RankId rank, std::uint32_t lane, std::uint32_t step, std::vector<ChunkId>& chunks) const override {
    const TorusWalk::Hop hop = hop_at(rank, lane, step);
    chunks.clear();
    for (std::uint32_t i = hop.first; i < hop.first + hop.count; ++i) {
      const std::uint32_t owner = whole_block_ ? 0 : grid_.rank[walk_.cell_of(lane, i)].index();
      chunks.push_back(whole_block_ ? chunk(0, lane * ranks_ + i) : chunk(owner, lane));
    }
    std::sort(chunks.begin(), chunks.end());
  }

  [[nodiscard]] std::vector<RankSymmetry> symmetries() const override {
    if (whole_block_ && !sizes_.even()) return {};
    return rotations_of(grid_, walk_);
  }

 private:
  static std::uint32_t channels_of(const AlgorithmRequest& request) {
    return 2 * static_cast<std::uint32_t>(request.layout.grid()->dims.size());
  }
  static std::uint32_t pieces_of(const AlgorithmRequest& request) {
    const bool whole = request.collective.kind() == CollectiveKind::all_reduce;
    return checked_pieces(channels_of(request), whole ? request.layout.num_ranks() : 1);
  }

  [[nodiscard]] TorusWalk::Hop hop_at(RankId rank, std::uint32_t lane, std::uint32_t step) const {
    const std::uint32_t cell = grid_.cell[rank.index()];
    if (step < scatters_) return walk_.at(Pattern::reduce_scatter, lane, cell, step);
    return walk_.at(Pattern::all_gather, lane, cell, step - scatters_);
  }

  [[nodiscard]] Bytes bytes(std::uint32_t lane, const TorusWalk::Hop& hop) const {
    if (whole_block_) return sizes_.of(lane * ranks_ + hop.first, hop.count);
    return hop.count * sizes_.of(lane);
  }

  RankGrid grid_;
  TorusWalk walk_;
  std::uint32_t ranks_, scatters_, gathers_;  // steps of each way
  bool whole_block_;                          // parts are pieces of one block, else blocks
  PieceSizes sizes_;
};

Algorithm torus(CollectiveKind kind, std::string sentence) {
  return {.collective = kind,
          .name = "torus",
          .sentence = std::move(sentence),
          .cost_family = "ring",
          .cannot = needs_a_torus,
          .make = [](const AlgorithmRequest& request) { return std::make_unique<Torus>(request); }};
}

const bool kRegistered =
    register_algorithm(torus(CollectiveKind::all_reduce,
                             "Tori of cards: rings along every dimension and direction at once, all links at work.")) &&
    register_algorithm(torus(CollectiveKind::all_gather,
                             "Tori of cards: blocks spread around the rings of one dimension after the other.")) &&
    register_algorithm(torus(CollectiveKind::reduce_scatter,
                             "Tori of cards: blocks are summed around the rings of one dimension after the other."));

}  // namespace
}  // namespace polyplane::collectives
