// Recursive halving and doubling (Rabenseifner 2004; Thakur, Rabenseifner and Gropp 2005): all-reduce in about 2 log2 n
// steps, reduce-scatter and all-gather in about log2 n. Ranks are taken domain by domain, so that the first and largest
// halves stay inside. With n no power of two, ranks left over are folded into a neighbour (exchange.h), at the price of
// one more transfer of the whole array before or after.
#include <algorithm>
#include <bit>
#include <utility>

#include "collectives/algorithm.h"
#include "collectives/exchange.h"
#include "collectives/generated_schedule.h"
#include "collectives/piece_sizes.h"
#include "collectives/rank_order.h"
#include "collectives/symmetry.h"

namespace polyplane::collectives {
namespace {

/// Ranks, lane and peers, common to the whole array (all-reduce) and to blocks (all-gather, reduce-scatter).
class HalvingDoubling : public GeneratedSchedule {
 public:
  HalvingDoubling(const AlgorithmRequest& request, Pattern pattern, std::uint32_t pieces)
      : GeneratedSchedule(request.collective, pieces, 1),
        exchange_(request.layout.num_ranks(), pattern),
        order_(domain_order(request.layout)),
        position_(positions(order_)) {}

  [[nodiscard]] std::uint32_t num_steps(RankId rank, std::uint32_t) const override {
    return exchange_.steps(position_[rank.index()]);
  }

  [[nodiscard]] std::vector<RankSymmetry> symmetries() const override {
    if (exchange_.folded() > 0 || !sizes_even()) return {};
    return symmetries_along(RankSymmetry::Kind::exclusive_or, exchange_.parts(), position_);
  }

 protected:
  [[nodiscard]] virtual bool sizes_even() const { return true; }
  [[nodiscard]] Step peers(const Exchange& e) const {
    Step s;
    if (e.to != Exchange::kNone) s.send_to = order_[e.to];
    if (e.from != Exchange::kNone) s.receive_from = order_[e.from];
    s.peer_step = e.peer_step;
    s.reduce = e.reduce;
    return s;
  }

  HalvingDoublingExchange exchange_;
  std::vector<RankId> order_;
  std::vector<std::uint32_t> position_;
};

class AllReduce : public HalvingDoubling {
 public:
  explicit AllReduce(const AlgorithmRequest& request)
      : HalvingDoubling(request, Pattern::all_reduce, std::bit_floor(request.layout.num_ranks())),
        sizes_(request.collective.block_elements(0), pieces(), request.collective.shape().element_bytes) {}

  [[nodiscard]] Step step(RankId rank, std::uint32_t, std::uint32_t step) const override {
    const Exchange e = exchange_.at(position_[rank.index()], step);
    Step s = peers(e);
    s.send_bytes = sizes_.of(e.first, e.count);
    return s;
  }

  void payload(RankId rank, std::uint32_t, std::uint32_t step, std::vector<ChunkId>& chunks) const override {
    const Exchange e = exchange_.at(position_[rank.index()], step);
    chunks.clear();
    for (std::uint32_t i = 0; i < e.count; ++i) chunks.push_back(chunk(0, e.first + i));
  }

 private:
  [[nodiscard]] bool sizes_even() const override { return sizes_.even(); }

  PieceSizes sizes_;
};

/// All-gather and reduce-scatter: a part is the block of a core rank and that of the rank folded into it, if any.
class Blocks : public HalvingDoubling {
 public:
  Blocks(const AlgorithmRequest& request, Pattern pattern)
      : HalvingDoubling(request, pattern, 1),
        gather_(pattern == Pattern::all_gather),
        ranks_(request.layout.num_ranks()),
        block_bytes_(request.collective.piece_bytes(0, 0, 1)),
        folded_before_(exchange_.parts() + 1) {
    for (std::uint32_t part = 0; part < exchange_.parts(); ++part) {
      folded_before_[part + 1] = folded_before_[part] + (has_folded(part) ? 1 : 0);
    }
  }

  [[nodiscard]] Step step(RankId rank, std::uint32_t, std::uint32_t step) const override {
    const Exchange e = exchange_.at(position_[rank.index()], step);
    Step s = peers(e);
    if (e.to != Exchange::kNone) s.send_bytes = block_bytes_ * blocks_of(e);
    return s;
  }

  void payload(RankId rank, std::uint32_t, std::uint32_t step, std::vector<ChunkId>& chunks) const override {
    const Exchange e = exchange_.at(position_[rank.index()], step);
    chunks.clear();
    if (e.fold != Exchange::Fold::none) {
      const RankId own = e.fold == Exchange::Fold::before ? rank : order_[e.to];
      for (std::uint32_t other = 0; other < ranks_; ++other) {
        if ((RankId(other) == own) == sends_own(e)) chunks.push_back(chunk(other));
      }
      return;
    }
    for (std::uint32_t part = e.first; part < e.first + e.count; ++part) {
      const std::uint32_t player = exchange_.player(exchange_.reversed(part));
      chunks.push_back(chunk(order_[player].index()));
      if (has_folded(part)) chunks.push_back(chunk(order_[player + 1].index()));
    }
    std::sort(chunks.begin(), chunks.end());
  }

 private:
  [[nodiscard]] bool has_folded(std::uint32_t part) const { return exchange_.reversed(part) < exchange_.folded(); }

  /// What passes between a folded rank and its stand-in: the block of the folded rank, or all the others.
  [[nodiscard]] bool sends_own(const Exchange& e) const { return (e.fold == Exchange::Fold::before) == gather_; }

  [[nodiscard]] std::uint32_t blocks_of(const Exchange& e) const {
    if (e.fold != Exchange::Fold::none) return sends_own(e) ? 1 : ranks_ - 1;
    return e.count + folded_before_[e.first + e.count] - folded_before_[e.first];
  }

  bool gather_;
  std::uint32_t ranks_;
  Bytes block_bytes_;
  std::vector<std::uint32_t> folded_before_;  // parts with a folded rank among those before
};

Algorithm blocks(CollectiveKind kind, Pattern pattern, std::string sentence) {
  return {.collective = kind,
          .name = "halving_doubling",
          .sentence = std::move(sentence),
          .cost_family = "tree",
          .cannot = {},
          .make = [pattern](const AlgorithmRequest& request) { return std::make_unique<Blocks>(request, pattern); }};
}

const bool kRegistered =
    register_algorithm(
        {.collective = CollectiveKind::all_reduce,
         .name = "halving_doubling",
         .sentence = "Middle sizes and powers of two: the bytes of a ring in 2 log2 n steps.",
         .cost_family = "tree",
         .cannot = {},
         .make = [](const AlgorithmRequest& request) { return std::make_unique<AllReduce>(request); }}) &&
    register_algorithm(blocks(CollectiveKind::all_gather, Pattern::all_gather,
                              "Small and middle sizes on powers of two: blocks double over log2 n steps.")) &&
    register_algorithm(blocks(CollectiveKind::reduce_scatter, Pattern::reduce_scatter,
                              "Small and middle sizes on powers of two: the array halves over log2 n steps."));

}  // namespace
}  // namespace polyplane::collectives
