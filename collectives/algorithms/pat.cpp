// Parallel aggregated trees: all-gather and its mirror in time, reduce-scatter (Jeaugey, "PAT: a new algorithm for
// all-gather and reduce-scatter operations at scale", 2025; NCCL since 2.23, PatAGAlgorithm and PatRSAlgorithm in
// src/include/collectives.h).
//
// The block of every rank goes down a binomial tree of the other ranks, numbered by distance from it, far ones first:
// distance s has it from s without its lowest bit. The n trees are one another turned on, so that in each step all ranks
// send by one distance, and what they send for several trees is aggregated into one message, of A blocks at the most.
// With 2^k the power of two not below n, the trees reach the multiples of D = 2^k / A in log2 A messages of 1, 2, 4...
// blocks; then each of the remaining 1 to D - 1 takes one message of A blocks (less where there are not so many ranks),
// in depth-first order, for which log2 D buffers do. Small blocks make log2 n steps, as Bruck's, but their large
// messages go to near ranks. Ranks are taken domain by domain.
// Own choice: one channel; A as in NCCL, a power of two for which the A blocks pass through its 8 buffers of 512 KiB, at
// least 8 (larger blocks are cut and follow each other) and at most the first not below n / 2.
// Left out: the cut of larger blocks, since its pieces overlap. Each message waits for the one before it in its channel.
#include <algorithm>
#include <bit>
#include <utility>
#include <vector>

#include "collectives/algorithm.h"
#include "collectives/generated_schedule.h"
#include "collectives/piece_sizes.h"
#include "collectives/rank_order.h"
#include "collectives/symmetry.h"

namespace polyplane::collectives {
namespace {

constexpr std::int64_t kBufferBytes = 512 << 10;
constexpr std::uint32_t kBuffers = 8;

/// Trees in one message.
std::uint32_t aggregate_of(std::uint32_t ranks, Bytes block) {
  const auto most = static_cast<std::uint64_t>(kBufferBytes / std::max<std::int64_t>(block.count(), 1));
  const std::uint64_t trees = kBuffers * std::max<std::uint64_t>(std::bit_floor(most), 1);
  return static_cast<std::uint32_t>(std::min<std::uint64_t>(trees, std::bit_ceil(std::max(ranks / 2, 1U))));
}

class Pat : public GeneratedSchedule {
 public:
  Pat(const AlgorithmRequest& request, bool gather)
      : GeneratedSchedule(request.collective, std::max(request.channels, 1U), std::max(request.channels, 1U)),
        gather_(gather),
        ranks_(request.layout.num_ranks()),
        order_(domain_order(request.layout)),
        position_(positions(order_)),
        sizes_(request.collective.block_elements(0), pieces(), request.collective.shape().element_bytes) {
    add_messages(aggregate_of(ranks_, sizes_.of(0)));
    if (!gather_) std::reverse(messages_.begin(), messages_.end());
  }

  [[nodiscard]] std::uint32_t num_steps(RankId, std::uint32_t) const override {
    return static_cast<std::uint32_t>(messages_.size());
  }

  [[nodiscard]] Step step(RankId rank, std::uint32_t lane, std::uint32_t step) const override {
    const Message& message = messages_[step];
    const std::uint32_t me = position_[rank.index()];
    const RankId below = order_[turned(me, ranks_ - message.distance)], above = order_[turned(me, message.distance)];
    Step s;
    s.send_to = gather_ ? below : above;
    s.receive_from = gather_ ? above : below;
    s.peer_lane = lane;
    s.peer_step = step;
    s.send_bytes = sizes_.of(lane) * message.count;
    s.reduce = !gather_;
    return s;
  }

  void payload(RankId rank, std::uint32_t lane, std::uint32_t step, std::vector<ChunkId>& chunks) const override {
    const Message& message = messages_[step];
    const std::uint32_t me = position_[rank.index()];
    chunks.clear();
    for (std::uint32_t i = message.first; i < message.first + message.count; ++i) {
      const std::uint32_t away = gather_ ? reached_[i] - message.distance : reached_[i];
      chunks.push_back(chunk(order_[turned(me, away)].index(), lane));
    }
    std::sort(chunks.begin(), chunks.end());
  }

  [[nodiscard]] std::vector<RankSymmetry> symmetries() const override {
    return symmetries_along(RankSymmetry::Kind::rotation, ranks_, position_);
  }

 private:
  /// By one distance, for the trees in which that reaches distances reached_[first] and on.
  struct Message {
    std::uint32_t distance = 0, first = 0, count = 0;
  };

  [[nodiscard]] std::uint32_t turned(std::uint32_t position, std::uint32_t by) const {
    return position + by >= ranks_ ? position + by - ranks_ : position + by;
  }

  void add_messages(std::uint32_t trees) {
    const std::uint32_t apart = std::bit_ceil(ranks_) / trees;
    for (std::uint32_t scale = trees / 2; scale > 0; scale /= 2)
      add_message(scale * apart, scale * apart, 2 * scale * apart);
    add_below(0, apart / 2, apart);
  }

  /// All between `parent` and the next of its level, depth first, the far half before the near one.
  void add_below(std::uint32_t parent, std::uint32_t distance, std::uint32_t apart) {
    for (; distance > 0; distance /= 2) {
      add_message(distance, parent + distance, apart);
      add_below(parent + distance, distance / 2, apart);
    }
  }

  /// To `start` and every `apart` from there on.
  void add_message(std::uint32_t distance, std::uint32_t start, std::uint32_t apart) {
    Message message{distance, static_cast<std::uint32_t>(reached_.size()), 0};
    for (std::uint64_t at = start; at < ranks_; at += apart) reached_.push_back(static_cast<std::uint32_t>(at));
    message.count = static_cast<std::uint32_t>(reached_.size()) - message.first;
    if (message.count > 0) messages_.push_back(message);
  }

  bool gather_;
  std::uint32_t ranks_;
  std::vector<RankId> order_;
  std::vector<std::uint32_t> position_;
  PieceSizes sizes_;
  std::vector<Message> messages_;
  std::vector<std::uint32_t> reached_;
};

Algorithm pat(CollectiveKind kind, bool gather, std::string sentence) {
  return {.collective = kind,
          .name = "pat",
          .sentence = std::move(sentence),
          .cost_family = "pat",
          .honours_channels = true,
          .cannot = {},
          .make = [gather](const AlgorithmRequest& request) { return std::make_unique<Pat>(request, gather); }};
}

const bool kRegistered =
    register_algorithm(
        pat(CollectiveKind::all_gather, true,
            "Small blocks on many ranks, tapered fabrics: log2 n steps, large messages to near ranks.")) &&
    register_algorithm(pat(CollectiveKind::reduce_scatter, false,
                           "Small blocks on many ranks, tapered fabrics: log2 n steps, large messages to near ranks."));

}  // namespace
}  // namespace polyplane::collectives
