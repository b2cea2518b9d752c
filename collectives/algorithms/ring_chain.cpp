// Broadcast and reduce along a ring that is cut at the root, as NCCL does: slices follow each other down the chain, each
// rank sending on one slice while it receives the next. Registered as "ring".
//
// Each channel is a chain (ring_order, cut at the root) with its share of the data and one lane.
// Own choice: one channel per rail of a domain, halved while a share is below 64 KiB; slices of 512 KiB (the step of
// NCCL's default buffer), at most 256.
#include <algorithm>
#include <utility>

#include "collectives/algorithm.h"
#include "collectives/generated_schedule.h"
#include "collectives/own_choice.h"
#include "collectives/piece_sizes.h"
#include "collectives/rank_order.h"

namespace polyplane::collectives {
namespace {

class RingChain : public GeneratedSchedule {
 public:
  RingChain(const AlgorithmRequest& request, std::uint32_t channels, std::uint32_t slices)
      : GeneratedSchedule(request.collective, checked_pieces(channels, slices), channels),
        ranks_(request.layout.num_ranks()),
        slices_(slices),
        adds_(request.collective.kind() == CollectiveKind::reduce),
        sizes_(request.collective.block_elements(0), pieces(), request.collective.shape().element_bytes) {
    for (std::uint32_t channel = 0; channel < channels; ++channel) {
      std::vector<RankId> chain = ring_order(request.layout, channel);
      const auto root = std::find(chain.begin(), chain.end(), request.collective.root());
      // The root begins a broadcast and ends a reduce.
      std::rotate(chain.begin(), adds_ ? root + 1 : root, chain.end());
      const std::vector<std::uint32_t> position = positions(chain);
      chain_.insert(chain_.end(), chain.begin(), chain.end());
      position_.insert(position_.end(), position.begin(), position.end());
    }
  }

  [[nodiscard]] std::uint32_t num_steps(RankId rank, std::uint32_t lane) const override {
    if (ranks_ == 1) return 0;
    const std::uint32_t me = position_[std::size_t{lane} * ranks_ + rank.index()];
    return me == 0 || me == ranks_ - 1 ? slices_ : slices_ + 1;
  }

  [[nodiscard]] Step step(RankId rank, std::uint32_t lane, std::uint32_t step) const override {
    const std::size_t chain = std::size_t{lane} * ranks_;
    const std::uint32_t me = position_[chain + rank.index()];
    Step s;
    if (sends(me, step)) {
      const std::uint32_t slice = sent_slice(me, step);
      s.send_to = chain_[chain + me + 1];
      s.peer_lane = lane;
      s.peer_step = slice;
      s.send_bytes = sizes_.of(lane * slices_ + slice);
    }
    if (me > 0 && step < slices_) {
      s.receive_from = chain_[chain + me - 1];
      s.reduce = adds_;
    }
    return s;
  }

  void payload(RankId rank, std::uint32_t lane, std::uint32_t step, std::vector<ChunkId>& chunks) const override {
    const std::uint32_t me = position_[std::size_t{lane} * ranks_ + rank.index()];
    chunks.assign(1, chunk(0, lane * slices_ + sent_slice(me, step)));
  }

 private:
  /// The first rank sends from step 0, those in between one step behind what they receive.
  [[nodiscard]] bool sends(std::uint32_t me, std::uint32_t step) const {
    return me == 0 || (me < ranks_ - 1 && step > 0);
  }
  [[nodiscard]] static std::uint32_t sent_slice(std::uint32_t me, std::uint32_t step) {
    return me == 0 ? step : step - 1;
  }

  std::uint32_t ranks_, slices_;
  bool adds_;
  PieceSizes sizes_;
  std::vector<RankId> chain_;            // [channel * ranks + position]
  std::vector<std::uint32_t> position_;  // [channel * ranks + rank]
};

std::unique_ptr<Schedule> make(const AlgorithmRequest& request) {
  const Bytes size = request.collective.size();
  const std::uint32_t channels = request.channels == 0
                                     ? choose_channels(rails_per_domain(request.layout), size, Bytes(64 << 10))
                                     : request.channels;
  const std::uint32_t slices =
      request.slices == 0 ? choose_slices(Bytes(size.count() / channels), Bytes(512 << 10), 256) : request.slices;
  return std::make_unique<RingChain>(request, channels, slices);
}

Algorithm chain(CollectiveKind kind, std::string sentence) {
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
    register_algorithm(chain(CollectiveKind::broadcast,
                             "Large arrays: a pipeline of slices down a chain from the root, each link used once.")) &&
    register_algorithm(
        chain(CollectiveKind::reduce, "Large arrays: a pipeline of slices down a chain that ends at the root."));

}  // namespace
}  // namespace polyplane::collectives
