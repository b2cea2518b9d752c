// Alltoall on a torus of cards, one dimension after the other (the indirect exchange on grids: Bokhari and Berryman, 1992;
// Suh and Yalamanchili, 1998): in the phase of a dimension each rank sends to every other one of its ring, in one message,
// all that it has for the ranks that share that coordinate. On n1 x n2 x n3 ranks that is n1 + n2 + n3 - 3 messages instead
// of n1 n2 n3 - 1, and the bytes cross no more links than on a shortest way.
//
// Each channel has its share of every block, a dimension to begin with and a direction: step j of a phase sends j ahead or j
// back along the ring, so that with two channels a dimension all links are at work. Each channel is one lane: a rank goes on
// when it has sent and received what the step before says.
// Own choice: two channels a dimension; no others are offered.
#include <algorithm>
#include <cstddef>
#include <memory>
#include <string>
#include <vector>

#include "collectives/algorithm.h"
#include "collectives/generated_schedule.h"
#include "collectives/piece_sizes.h"
#include "collectives/rank_grid.h"
#include "collectives/torus_walk.h"

namespace polyplane::collectives {
namespace {

std::uint32_t channels_of(const AlgorithmRequest& request) {
  return 2 * static_cast<std::uint32_t>(request.layout.grid()->dims.size());
}

class TorusAlltoall : public GeneratedSchedule {
 public:
  explicit TorusAlltoall(const AlgorithmRequest& request)
      : GeneratedSchedule(request.collective, channels_of(request), channels_of(request)),
        grid_(*request.layout.grid()),
        walk_(grid_.dims),
        sizes_(request.collective.shape().elements_per_block, pieces(), request.collective.shape().element_bytes) {}

  [[nodiscard]] std::uint32_t num_steps(RankId, std::uint32_t) const override { return walk_.steps(); }

  [[nodiscard]] Step step(RankId rank, std::uint32_t lane, std::uint32_t step) const override {
    const Place place = place_of(lane, step);
    const std::uint32_t n = grid_.dims[place.dim], cell = grid_.cell[rank.index()];
    Step s;
    s.send_to = grid_.rank[walk_.moved(cell, place.dim, place.ahead)];
    s.receive_from = grid_.rank[walk_.moved(cell, place.dim, n - place.ahead)];
    s.peer_lane = lane;
    s.peer_step = step;
    s.send_bytes = sizes_.of(lane) * (walk_.cells() / n);
    return s;
  }

  void payload(RankId rank, std::uint32_t lane, std::uint32_t step, std::vector<ChunkId>& chunks) const override {
    const Place place = place_of(lane, step);
    const std::uint32_t me = grid_.cell[rank.index()], peer = walk_.moved(me, place.dim, place.ahead);
    // Blocks have come along the dimensions that are done, and are to go along those that are left.
    std::vector<std::uint32_t> sources{me}, destinations{peer};
    for (std::size_t phase = 0; phase < walk_.num_dims(); ++phase) {
      if (phase == place.phase) continue;
      spread(phase < place.phase ? sources : destinations, dim_of(lane, phase));
    }
    chunks.clear();
    for (const std::uint32_t source : sources) {
      const std::uint64_t row = std::uint64_t{grid_.rank[source].index()} * walk_.cells();
      for (const std::uint32_t destination : destinations) {
        chunks.push_back(chunk(row + grid_.rank[destination].index(), lane));
      }
    }
    std::sort(chunks.begin(), chunks.end());
  }

  [[nodiscard]] std::vector<RankSymmetry> symmetries() const override { return rotations_of(grid_, walk_); }

 private:
  struct Place {
    std::size_t phase = 0, dim = 0;
    std::uint32_t ahead = 0;
  };

  [[nodiscard]] std::size_t dim_of(std::uint32_t lane, std::size_t phase) const {
    return (lane / 2 + phase) % walk_.num_dims();
  }

  [[nodiscard]] Place place_of(std::uint32_t lane, std::uint32_t step) const {
    Place place;
    for (place.dim = dim_of(lane, 0); step >= grid_.dims[place.dim] - 1; place.dim = dim_of(lane, ++place.phase)) {
      step -= grid_.dims[place.dim] - 1;
    }
    place.ahead = lane % 2 == 0 ? step + 1 : grid_.dims[place.dim] - 1 - step;
    return place;
  }

  /// All cells that differ from these in one dimension, and these.
  void spread(std::vector<std::uint32_t>& cells, std::size_t dim) const {
    const std::size_t before = cells.size();
    for (std::uint32_t ahead = 1; ahead < grid_.dims[dim]; ++ahead) {
      for (std::size_t i = 0; i < before; ++i) cells.push_back(walk_.moved(cells[i], dim, ahead));
    }
  }

  RankGrid grid_;
  TorusWalk walk_;
  PieceSizes sizes_;
};

const bool kRegistered = register_algorithm(
    {.collective = CollectiveKind::alltoall,
     .name = "torus",
     .sentence =
         "Tori of cards: one message to each of the own rings, one dimension after the other, all links at work.",
     .cannot = needs_a_torus,
     .make = [](const AlgorithmRequest& request) { return std::make_unique<TorusAlltoall>(request); }});

}  // namespace
}  // namespace polyplane::collectives
