// Ring all-reduce, all-gather and reduce-scatter (Patarasuk and Yuan, 2009; NCCL's default for large arrays).
//
// Each channel is a ring (ring_order) with its share of the data; each slice of a channel is a lane of its own, so that
// slices advance independently. All-reduce is a reduce-scatter of n - 1 steps and an all-gather of n - 1 steps.
// Own choice: one channel per rail of a domain, halved while a message is below 8 KiB; one slice, because slices that
// share a link fairly advance in step and hide nothing.
#include <utility>

#include "collectives/algorithm.h"
#include "collectives/generated_schedule.h"
#include "collectives/own_choice.h"
#include "collectives/piece_sizes.h"
#include "collectives/rank_order.h"

namespace polyplane::collectives {
namespace {

struct RingShape {
  std::uint32_t channels, slices;
};

RingShape choose(const AlgorithmRequest& request) {
  const std::uint32_t ranks = request.layout.num_ranks();
  const Bytes per_step(request.collective.size().count() / ranks);
  const std::uint32_t own = choose_channels(rails_per_domain(request.layout), per_step, Bytes(8192));
  return {request.channels == 0 ? own : request.channels, request.slices == 0 ? 1 : request.slices};
}

class Ring : public GeneratedSchedule {
 public:
  Ring(const AlgorithmRequest& request, RingShape shape)
      : GeneratedSchedule(
            request.collective,
            checked_pieces(shape.channels, shape.slices,
                           request.collective.kind() == CollectiveKind::all_reduce ? request.layout.num_ranks() : 1),
            shape.channels * shape.slices),
        ranks_(request.layout.num_ranks()),
        slices_(shape.slices),
        kind_(request.collective.kind()),
        sizes_(request.collective.block_elements(0), pieces(), request.collective.shape().element_bytes) {
    for (std::uint32_t channel = 0; channel < shape.channels; ++channel) {
      const std::vector<RankId> order = ring_order(request.layout, channel);
      const std::vector<std::uint32_t> position = positions(order);
      order_.insert(order_.end(), order.begin(), order.end());
      position_.insert(position_.end(), position.begin(), position.end());
      for (std::uint32_t slice = 0; slice < shape.slices; ++slice) lane_.push_back({channel, slice});
    }
  }

  [[nodiscard]] std::uint32_t num_steps(RankId, std::uint32_t) const override {
    return (kind_ == CollectiveKind::all_reduce ? 2 : 1) * (ranks_ - 1);
  }

  [[nodiscard]] Step step(RankId rank, std::uint32_t lane, std::uint32_t step) const override {
    const std::size_t ring = std::size_t{lane_[lane].channel} * ranks_;
    const std::uint32_t position = position_[ring + rank.index()];
    Step s;
    s.send_to = order_[ring + (position + 1 == ranks_ ? 0 : position + 1)];
    s.peer_lane = lane;
    s.peer_step = step;
    s.send_bytes = sizes_.of(piece(lane, ring_chunk(position, step)));
    s.receive_from = order_[ring + (position == 0 ? ranks_ : position) - 1];
    s.reduce = kind_ != CollectiveKind::all_gather && step < ranks_ - 1;
    return s;
  }

  void payload(RankId rank, std::uint32_t lane, std::uint32_t step, std::vector<ChunkId>& chunks) const override {
    const std::size_t ring = std::size_t{lane_[lane].channel} * ranks_;
    const std::uint32_t which = ring_chunk(position_[ring + rank.index()], step);
    const std::uint32_t block = kind_ == CollectiveKind::all_reduce ? 0 : order_[ring + which].index();
    chunks.assign(1, chunk(block, piece(lane, which)));
  }

 private:
  struct Lane {
    std::uint32_t channel, slice;
  };

  /// Which of the n parts around the ring is sent. A rank ends the reduce-scatter of an all-reduce with the part of the
  /// next position, but that of a reduce_scatter with its own: one place on.
  [[nodiscard]] std::uint32_t ring_chunk(std::uint32_t position, std::uint32_t step) const {
    const std::uint32_t back = kind_ == CollectiveKind::reduce_scatter ? step + 1 : step;
    std::uint32_t part = position + 2 * ranks_ - back;
    if (part >= 2 * ranks_) part -= ranks_;
    return part >= ranks_ ? part - ranks_ : part;
  }

  [[nodiscard]] std::uint32_t piece(std::uint32_t lane, std::uint32_t part) const {
    if (kind_ != CollectiveKind::all_reduce) return lane;
    return (lane_[lane].channel * ranks_ + part) * slices_ + lane_[lane].slice;
  }

  std::uint32_t ranks_, slices_;
  CollectiveKind kind_;
  PieceSizes sizes_;
  std::vector<RankId> order_;            // [channel * ranks + position]
  std::vector<std::uint32_t> position_;  // [channel * ranks + rank]
  std::vector<Lane> lane_;
};

Algorithm ring(CollectiveKind kind, std::string sentence) {
  return {.collective = kind,
          .name = "ring",
          .sentence = std::move(sentence),
          .cost_family = "ring",
          .honours_channels = true,
          .honours_slices = true,
          .cannot = {},
          .make = [](const AlgorithmRequest& request) { return std::make_unique<Ring>(request, choose(request)); }};
}

const bool kRegistered =
    register_algorithm(ring(CollectiveKind::all_reduce,
                            "Large arrays on few ranks: every link carries the least possible, in 2(n-1) steps.")) &&
    register_algorithm(
        ring(CollectiveKind::all_gather, "Large arrays on few ranks: each block travels once around, in n-1 steps.")) &&
    register_algorithm(ring(CollectiveKind::reduce_scatter,
                            "Large arrays on few ranks: each block is summed once around, in n-1 steps."));

}  // namespace
}  // namespace polyplane::collectives
