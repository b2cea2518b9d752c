// Ring all-reduce, all-gather and reduce-scatter (Patarasuk and Yuan, 2009; NCCL's default for large arrays).
//
// Each channel is a ring (ring_order) with its share of the data; each slice of a channel is a lane of its own, so that
// slices advance independently. All-reduce is a reduce-scatter of n - 1 steps and an all-gather of n - 1 steps.
// Own choice: one channel per rail of a domain, halved while a message is below 8 KiB; one slice, because slices that
// share a link fairly advance in step and hide nothing.
#include <optional>
#include <span>
#include <utility>

#include "collectives/algorithm.h"
#include "collectives/exchange.h"
#include "collectives/generated_schedule.h"
#include "collectives/own_choice.h"
#include "collectives/piece_sizes.h"
#include "collectives/rank_order.h"
#include "collectives/symmetry.h"

namespace polyplane::collectives {
namespace {

Pattern pattern_of(CollectiveKind kind) {
  if (kind == CollectiveKind::all_reduce) return Pattern::all_reduce;
  return kind == CollectiveKind::all_gather ? Pattern::all_gather : Pattern::reduce_scatter;
}

class Ring : public GeneratedSchedule {
 public:
  Ring(const AlgorithmRequest& request, std::uint32_t channels, std::uint32_t slices)
      : GeneratedSchedule(
            request.collective,
            checked_pieces(channels, slices,
                           request.collective.kind() == CollectiveKind::all_reduce ? request.layout.num_ranks() : 1),
            channels * slices),
        ranks_(request.layout.num_ranks()),
        slices_(slices),
        whole_block_(request.collective.kind() == CollectiveKind::all_reduce),
        exchange_(ranks_, pattern_of(request.collective.kind())),
        sizes_(request.collective.block_elements(0), pieces(), request.collective.shape().element_bytes) {
    for (std::uint32_t channel = 0; channel < channels; ++channel) {
      const std::vector<RankId> order = ring_order(request.layout, channel);
      const std::vector<std::uint32_t> position = positions(order);
      order_.insert(order_.end(), order.begin(), order.end());
      position_.insert(position_.end(), position.begin(), position.end());
      for (std::uint32_t slice = 0; slice < slices; ++slice) lane_.push_back({channel, slice});
    }
    if (sizes_.even()) channel_symmetry_ = channels_by_local(request.layout, channels);
  }

  [[nodiscard]] std::uint32_t num_steps(RankId, std::uint32_t) const override { return exchange_.steps(0); }

  [[nodiscard]] Step step(RankId rank, std::uint32_t lane, std::uint32_t step) const override {
    const std::size_t ring = std::size_t{lane_[lane].channel} * ranks_;
    const Exchange e = exchange_.at(position_[ring + rank.index()], step);
    Step s;
    s.send_to = order_[ring + e.to];
    s.peer_lane = lane;
    s.peer_step = e.peer_step;
    s.send_bytes = sizes_.of(piece(lane, e.first));
    s.receive_from = order_[ring + e.from];
    s.reduce = e.reduce;
    return s;
  }

  void payload(RankId rank, std::uint32_t lane, std::uint32_t step, std::vector<ChunkId>& chunks) const override {
    const std::size_t ring = std::size_t{lane_[lane].channel} * ranks_;
    const std::uint32_t part = exchange_.at(position_[ring + rank.index()], step).first;
    chunks.assign(1, chunk(whole_block_ ? 0 : order_[ring + part].index(), piece(lane, part)));
  }

  [[nodiscard]] std::vector<RankSymmetry> symmetries() const override {
    if (whole_block_ && !sizes_.even()) return {};
    return symmetries_along(RankSymmetry::Kind::rotation, ranks_, position_);
  }

  [[nodiscard]] std::optional<ChannelSymmetry> channel_symmetry() const override { return channel_symmetry_; }

  [[nodiscard]] std::optional<RingLane> ring_lane(std::uint32_t lane) const override {
    RingLane ring;
    ring.order = std::span(order_).subspan(std::size_t{lane_[lane].channel} * ranks_, ranks_);
    ring.steps = exchange_.steps(0);
    ring.lag = exchange_.lead();
    ring.longer_bytes = sizes_.of(piece(lane, 0));
    ring.bytes = sizes_.of(piece(lane, ranks_ - 1));
    while (ring.longer_parts < ranks_ && sizes_.of(piece(lane, ring.longer_parts)) != ring.bytes) ++ring.longer_parts;
    return ring;
  }

 private:
  struct Lane {
    std::uint32_t channel, slice;
  };

  [[nodiscard]] std::uint32_t piece(std::uint32_t lane, std::uint32_t part) const {
    return whole_block_ ? (lane_[lane].channel * ranks_ + part) * slices_ + lane_[lane].slice : lane;
  }

  std::uint32_t ranks_, slices_;
  bool whole_block_;  // the parts around the ring are pieces of one block, else blocks
  RingExchange exchange_;
  PieceSizes sizes_;
  std::vector<RankId> order_;            // [channel * ranks + position]
  std::vector<std::uint32_t> position_;  // [channel * ranks + rank]
  std::vector<Lane> lane_;
  std::optional<ChannelSymmetry> channel_symmetry_;
};

std::unique_ptr<Schedule> make(const AlgorithmRequest& request) {
  const Bytes per_step(request.collective.size().count() / request.layout.num_ranks());
  const std::uint32_t own = choose_channels(rails_per_domain(request.layout), per_step, Bytes(8192));
  return std::make_unique<Ring>(request, request.channels == 0 ? own : request.channels,
                                request.slices == 0 ? 1 : request.slices);
}

Algorithm ring(CollectiveKind kind, std::string sentence) {
  return {.collective = kind,
          .name = "ring",
          .sentence = std::move(sentence),
          .cost_family = "ring",
          .keeps_peers = true,
          .honours_channels = true,
          .honours_slices = true,
          .cannot = {},
          .make = make};
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
