// Bruck's algorithms (Bruck, Ho, Kipnis, Upfal and Weathersby, 1997): ceil(log2 n) steps for any n. All-gather, its
// mirror in time as reduce-scatter, and alltoall, in which step j moves every block whose way has bit j set on by 2^j
// ranks: about half of the array each step. Ranks are taken domain by domain.
#include <algorithm>
#include <utility>

#include "collectives/algorithm.h"
#include "collectives/exchange.h"
#include "collectives/generated_schedule.h"
#include "collectives/rank_order.h"
#include "collectives/symmetry.h"

namespace polyplane::collectives {
namespace {

class Blocks : public GeneratedSchedule {
 public:
  Blocks(const AlgorithmRequest& request, Pattern pattern)
      : GeneratedSchedule(request.collective, 1, 1),
        exchange_(request.layout.num_ranks(), pattern),
        order_(domain_order(request.layout)),
        position_(positions(order_)),
        block_bytes_(request.collective.piece_bytes(0, 0, 1)) {}

  [[nodiscard]] std::uint32_t num_steps(RankId, std::uint32_t) const override { return exchange_.steps(0); }

  [[nodiscard]] Step step(RankId rank, std::uint32_t, std::uint32_t step) const override {
    const Exchange e = exchange_.at(position_[rank.index()], step);
    Step s;
    s.send_to = order_[e.to];
    s.peer_step = e.peer_step;
    s.send_bytes = block_bytes_ * e.count;
    s.receive_from = order_[e.from];
    s.reduce = e.reduce;
    return s;
  }

  void payload(RankId rank, std::uint32_t, std::uint32_t step, std::vector<ChunkId>& chunks) const override {
    const Exchange e = exchange_.at(position_[rank.index()], step);
    chunks.clear();
    for (std::uint32_t i = 0; i < e.count; ++i) {
      chunks.push_back(chunk(order_[(e.first + i) % exchange_.parts()].index()));
    }
    std::sort(chunks.begin(), chunks.end());
  }

  [[nodiscard]] std::vector<RankSymmetry> symmetries() const override {
    return symmetries_along(RankSymmetry::Kind::rotation, exchange_.parts(), position_);
  }

 private:
  BruckExchange exchange_;
  std::vector<RankId> order_;
  std::vector<std::uint32_t> position_;
  Bytes block_bytes_;
};

class Alltoall : public GeneratedSchedule {
 public:
  explicit Alltoall(const AlgorithmRequest& request)
      : GeneratedSchedule(request.collective, 1, 1),
        ranks_(request.layout.num_ranks()),
        order_(domain_order(request.layout)),
        position_(positions(order_)) {
    const Bytes block = request.collective.piece_bytes(0, 0, 1);
    for (std::uint32_t bit = 1; bit < ranks_; bit <<= 1U) {
      std::int64_t blocks = 0;
      for (std::uint32_t way = bit; way < ranks_; ++way) blocks += (way & bit) != 0 ? 1 : 0;
      bytes_.push_back(block * blocks);
    }
  }

  [[nodiscard]] std::uint32_t num_steps(RankId, std::uint32_t) const override {
    return static_cast<std::uint32_t>(bytes_.size());
  }

  [[nodiscard]] Step step(RankId rank, std::uint32_t, std::uint32_t step) const override {
    const std::uint32_t me = position_[rank.index()];
    const std::uint32_t distance = 1U << step;
    Step s;
    s.send_to = order_[me + distance >= ranks_ ? me + distance - ranks_ : me + distance];
    s.peer_step = step;
    s.send_bytes = bytes_[step];
    s.receive_from = order_[me >= distance ? me - distance : me + ranks_ - distance];
    return s;
  }

  void payload(RankId rank, std::uint32_t, std::uint32_t step, std::vector<ChunkId>& chunks) const override {
    const std::uint32_t me = position_[rank.index()];
    const std::uint32_t bit = 1U << step;
    chunks.clear();
    for (std::uint32_t way = bit; way < ranks_; ++way) {
      if ((way & bit) == 0) continue;
      // The block has done the lower bits of its way and is here now.
      const std::uint32_t source = (me + ranks_ - way % bit) % ranks_;
      chunks.push_back(pair_chunk(order_[source].index(), order_[(source + way) % ranks_].index()));
    }
    std::sort(chunks.begin(), chunks.end());
  }

  [[nodiscard]] std::vector<RankSymmetry> symmetries() const override {
    return symmetries_along(RankSymmetry::Kind::rotation, ranks_, position_);
  }

 private:
  std::uint32_t ranks_;
  std::vector<RankId> order_;
  std::vector<std::uint32_t> position_;
  std::vector<Bytes> bytes_;  // per step
};

Algorithm blocks(CollectiveKind kind, Pattern pattern, std::string sentence) {
  return {.collective = kind,
          .name = "bruck",
          .sentence = std::move(sentence),
          .cost_family = "tree",
          .cannot = {},
          .make = [pattern](const AlgorithmRequest& request) { return std::make_unique<Blocks>(request, pattern); }};
}

const bool kRegistered =
    register_algorithm(blocks(CollectiveKind::all_gather, Pattern::all_gather,
                              "Small blocks, any number of ranks: ceil(log2 n) steps.")) &&
    register_algorithm(blocks(CollectiveKind::reduce_scatter, Pattern::reduce_scatter,
                              "Small blocks, any number of ranks: ceil(log2 n) steps.")) &&
    register_algorithm({.collective = CollectiveKind::alltoall,
                        .name = "bruck",
                        .sentence = "Tiny blocks: ceil(log2 n) messages of n/2 blocks instead of n-1 of one.",
                        .cost_family = "tree",
                        .cannot = {},
                        .make = [](const AlgorithmRequest& request) { return std::make_unique<Alltoall>(request); }});

}  // namespace
}  // namespace polyplane::collectives
