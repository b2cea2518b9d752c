// Collectives along the dimensions of a torus of cards: the bucket algorithm on many rings (Barnett, Littlefield, Payne
// and van de Geijn, 1993; Sack and Gropp, 2015, who start in every dimension at once; on TPUs: Kumar and Jouppi, 2020).
//
// Each channel has its share of the data, a dimension to begin with and a direction. A reduce-scatter goes around the
// rings of that dimension, then, with what is left, around those of the next one, cyclically; an all-gather takes the
// same way back; an all-reduce is both. With a channel for each dimension and direction every link of the torus is at
// work all the time where the dimensions are equal.
// Own choice: two channels a dimension; no others are offered.
#include <algorithm>
#include <array>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "collectives/algorithm.h"
#include "collectives/exchange.h"
#include "collectives/generated_schedule.h"
#include "collectives/piece_sizes.h"
#include "collectives/rank_grid.h"

namespace polyplane::collectives {
namespace {

class Torus : public GeneratedSchedule {
 public:
  explicit Torus(const AlgorithmRequest& request)
      : GeneratedSchedule(request.collective, pieces_of(request), channels_of(request)),
        grid_(*request.layout.grid()),
        ranks_(request.layout.num_ranks()),
        whole_block_(request.collective.kind() == CollectiveKind::all_reduce),
        sizes_(request.collective.block_elements(0), pieces(), request.collective.shape().element_bytes) {
    for (std::uint32_t lane = 0; lane < num_lanes(); ++lane) add_phases(request.collective.kind(), lane);
    for (std::size_t dim = 0; dim < grid_.dims.size(); ++dim) strides_.push_back(grid_.stride(dim));
  }

  [[nodiscard]] std::uint32_t num_steps(RankId, std::uint32_t lane) const override { return steps_[lane]; }

  [[nodiscard]] Step step(RankId rank, std::uint32_t lane, std::uint32_t step) const override {
    const Phase& phase = phase_at(lane, step);
    const std::uint32_t n = grid_.dims[phase.dim];
    const Exchange e = exchange(phase, rank, lane, step);
    Step s;
    s.send_to = neighbour(rank, phase.dim, lane % 2 == 0 ? 1 : n - 1);
    s.receive_from = neighbour(rank, phase.dim, lane % 2 == 0 ? n - 1 : 1);
    s.peer_lane = lane;
    s.peer_step = step;
    s.send_bytes = bytes(lane, run(phase, rank, lane, e.first));
    s.reduce = e.reduce;
    return s;
  }

  void payload(RankId rank, std::uint32_t lane, std::uint32_t step, std::vector<ChunkId>& chunks) const override {
    const Phase& phase = phase_at(lane, step);
    const Run cells = run(phase, rank, lane, exchange(phase, rank, lane, step).first);
    chunks.clear();
    for (std::uint32_t i = cells.first; i < cells.first + cells.count; ++i) {
      chunks.push_back(whole_block_ ? chunk(0, lane * ranks_ + i) : chunk(rank_of(lane, i).index(), lane));
    }
    std::sort(chunks.begin(), chunks.end());
  }

  /// Moving all ranks on by one along the slowest dimension, where that is a rotation of their numbers.
  [[nodiscard]] std::vector<RankSymmetry> symmetries() const override {
    if (whole_block_ && !sizes_.even()) return {};
    for (std::size_t dim = 0; dim < grid_.dims.size(); ++dim) {
      const std::uint32_t by = neighbour(RankId(0), dim, 1).index();
      if (by == 0 || ranks_ % by != 0) continue;
      bool rotates = true;
      for (std::uint32_t r = 0; r < ranks_ && rotates; ++r) {
        rotates = neighbour(RankId(r), dim, 1).index() == (r + by) % ranks_;
      }
      if (rotates) return {{RankSymmetry::Kind::rotation, by}};
    }
    return {};
  }

 private:
  /// Around the rings of one dimension. Cells are numbered anew for each channel, the dimension that it begins with being
  /// the slowest: in the reduce-scatter of its phase k, and in the all-gather that undoes it, a rank has to do with the
  /// cells that agree with it in the first k dimensions, a run of them for each coordinate of dimension k.
  struct Phase {
    std::uint32_t first_step = 0, dim = 0;
    Pattern pattern = Pattern::reduce_scatter;
  };
  struct Run {
    std::uint32_t first = 0, count = 0;
  };

  static std::uint32_t channels_of(const AlgorithmRequest& request) {
    return 2 * static_cast<std::uint32_t>(request.layout.grid()->dims.size());
  }
  static std::uint32_t pieces_of(const AlgorithmRequest& request) {
    const bool whole = request.collective.kind() == CollectiveKind::all_reduce;
    return checked_pieces(channels_of(request), whole ? request.layout.num_ranks() : 1);
  }

  void add_phases(CollectiveKind kind, std::uint32_t lane) {
    const auto num_dims = static_cast<std::uint32_t>(grid_.dims.size());
    std::vector<Phase> scatter;
    for (std::uint32_t k = 0; k < num_dims; ++k) scatter.push_back({.dim = (lane / 2 + k) % num_dims});
    std::vector<Phase> phases;
    if (kind != CollectiveKind::all_gather) phases = scatter;
    if (kind != CollectiveKind::reduce_scatter) {
      for (auto phase = scatter.rbegin(); phase != scatter.rend(); ++phase) {
        phases.push_back(*phase);
        phases.back().pattern = Pattern::all_gather;
      }
    }
    std::uint32_t step = 0;
    for (Phase& phase : phases) {
      phase.first_step = step;
      step += grid_.dims[phase.dim] - 1;
    }
    phases_.push_back(std::move(phases));
    steps_.push_back(step);
  }

  [[nodiscard]] const Phase& phase_at(std::uint32_t lane, std::uint32_t step) const {
    std::size_t k = phases_[lane].size() - 1;
    while (phases_[lane][k].first_step > step) --k;
    return phases_[lane][k];
  }

  /// Position on a ring of a coordinate, and the other way round: the even channels count along, the odd ones against.
  [[nodiscard]] std::uint32_t position(std::uint32_t lane, std::uint32_t n, std::uint32_t coordinate) const {
    return lane % 2 == 0 || coordinate == 0 ? coordinate : n - coordinate;
  }

  [[nodiscard]] Exchange exchange(const Phase& phase, RankId rank, std::uint32_t lane, std::uint32_t step) const {
    const std::uint32_t n = grid_.dims[phase.dim];
    return RingExchange(n, phase.pattern).at(position(lane, n, coordinate(rank, phase.dim)), step - phase.first_step);
  }

  [[nodiscard]] std::uint32_t coordinate(RankId rank, std::size_t dim) const {
    return grid_.cell[rank.index()] / strides_[dim] % grid_.dims[dim];
  }

  [[nodiscard]] RankId neighbour(RankId rank, std::size_t dim, std::uint32_t ahead) const {
    const std::uint32_t n = grid_.dims[dim], at = coordinate(rank, dim);
    const std::uint32_t cell = grid_.cell[rank.index()] - at * strides_[dim];
    return grid_.rank[cell + (at + ahead) % n * strides_[dim]];
  }

  /// The cells of one part of a phase, as the channel numbers them.
  [[nodiscard]] Run run(const Phase& phase, RankId rank, std::uint32_t lane, std::uint32_t part) const {
    const std::size_t num_dims = grid_.dims.size();
    std::uint32_t cell = 0, weight = ranks_;
    for (std::size_t k = 0;; ++k) {
      const std::size_t dim = (lane / 2 + k) % num_dims;
      weight /= grid_.dims[dim];
      if (dim == phase.dim) return {cell + position(lane, grid_.dims[dim], part) * weight, weight};
      cell += coordinate(rank, dim) * weight;
    }
  }

  [[nodiscard]] RankId rank_of(std::uint32_t lane, std::uint32_t cell) const {
    const std::size_t num_dims = grid_.dims.size();
    std::uint32_t own = 0, weight = ranks_;
    for (std::size_t k = 0; k < num_dims; ++k) {
      const std::size_t dim = (lane / 2 + k) % num_dims;
      weight /= grid_.dims[dim];
      own += cell / weight % grid_.dims[dim] * strides_[dim];
    }
    return grid_.rank[own];
  }

  [[nodiscard]] Bytes bytes(std::uint32_t lane, Run cells) const {
    if (whole_block_) return sizes_.of(lane * ranks_ + cells.first, cells.count);
    return cells.count * sizes_.of(lane);
  }

  RankGrid grid_;
  std::uint32_t ranks_;
  bool whole_block_;  // parts are pieces of one block, else blocks
  PieceSizes sizes_;
  std::vector<std::uint32_t> strides_, steps_;  // by dimension; by lane
  std::vector<std::vector<Phase>> phases_;      // by lane
};

Algorithm torus(CollectiveKind kind, std::string sentence) {
  return {.collective = kind,
          .name = "torus",
          .sentence = std::move(sentence),
          .cost_family = "ring",
          .cannot = [](const AlgorithmRequest& request) -> std::string {
            return request.layout.grid() ? "" : "needs ranks that fill a box of one torus or mesh of cards";
          },
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
