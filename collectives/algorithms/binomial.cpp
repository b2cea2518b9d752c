// Binomial trees: broadcast, reduce, gather and scatter in ceil(log2 n) rounds. Ranks stand in rooted_order: position q
// has the children q + 1, q + 2, q + 4, ... as long as these powers are below the lowest set bit of q and the sum is
// below n; the subtree of q is the run of positions from q. Outwards the farthest and largest subtree goes first.
#include <algorithm>
#include <bit>
#include <utility>

#include "collectives/algorithm.h"
#include "collectives/generated_schedule.h"
#include "collectives/rank_order.h"

namespace polyplane::collectives {
namespace {

class Binomial : public GeneratedSchedule {
 public:
  explicit Binomial(const AlgorithmRequest& request)
      : GeneratedSchedule(request.collective, 1, 1),
        ranks_(request.layout.num_ranks()),
        order_(rooted_order(request.layout, request.collective.root())),
        position_(positions(order_)),
        outwards_(request.collective.kind() == CollectiveKind::broadcast ||
                  request.collective.kind() == CollectiveKind::scatter),
        whole_(request.collective.kind() == CollectiveKind::broadcast ||
               request.collective.kind() == CollectiveKind::reduce),
        adds_(request.collective.kind() == CollectiveKind::reduce),
        block_(request.collective.piece_bytes(0, 0, 1)) {}

  [[nodiscard]] std::uint32_t num_steps(RankId rank, std::uint32_t) const override {
    const std::uint32_t me = position_[rank.index()];
    return children(me) + (me == 0 ? 0 : 1);
  }

  [[nodiscard]] Step step(RankId rank, std::uint32_t, std::uint32_t step) const override {
    const std::uint32_t me = position_[rank.index()];
    Step s;
    if (outwards_) {
      if (me != 0 && step == 0) {
        s.receive_from = order_[parent(me)];
      } else {
        const std::uint32_t child = outward_child(me, step);
        s.send_to = order_[child];
        s.send_bytes = bytes(child);
      }
      return s;
    }
    if (step < children(me)) {
      s.receive_from = order_[me + (1U << step)];
      s.reduce = adds_;
    } else {
      s.send_to = order_[parent(me)];
      s.peer_step = static_cast<std::uint32_t>(std::countr_zero(me));
      s.send_bytes = bytes(me);
    }
    return s;
  }

  void payload(RankId rank, std::uint32_t, std::uint32_t step, std::vector<ChunkId>& chunks) const override {
    if (whole_) return chunks.assign(1, chunk(0));
    const std::uint32_t me = position_[rank.index()];
    const std::uint32_t top = outwards_ ? outward_child(me, step) : me;
    chunks.clear();
    for (std::uint32_t i = 0; i < subtree(top); ++i) chunks.push_back(chunk(order_[top + i].index()));
    std::sort(chunks.begin(), chunks.end());
  }

 private:
  [[nodiscard]] std::uint32_t children(std::uint32_t me) const {
    const auto below_end = static_cast<std::uint32_t>(std::bit_width(ranks_ - 1 - me));
    return me == 0 ? below_end : std::min(below_end, static_cast<std::uint32_t>(std::countr_zero(me)));
  }
  [[nodiscard]] static std::uint32_t parent(std::uint32_t me) { return me & (me - 1); }
  [[nodiscard]] std::uint32_t outward_child(std::uint32_t me, std::uint32_t step) const {
    return me + (1U << (children(me) - 1 - (step - (me == 0 ? 0 : 1))));
  }
  /// REQUIRES: me > 0.
  [[nodiscard]] std::uint32_t subtree(std::uint32_t me) const { return std::min(me & (~me + 1), ranks_ - me); }
  [[nodiscard]] Bytes bytes(std::uint32_t top) const { return whole_ ? block_ : block_ * subtree(top); }

  std::uint32_t ranks_;
  std::vector<RankId> order_;
  std::vector<std::uint32_t> position_;
  bool outwards_, whole_, adds_;
  Bytes block_;
};

Algorithm binomial(CollectiveKind kind, std::string sentence) {
  return {.collective = kind,
          .name = "binomial",
          .sentence = std::move(sentence),
          .cost_family = "tree",
          .cannot = {},
          .make = [](const AlgorithmRequest& request) { return std::make_unique<Binomial>(request); }};
}

const bool kRegistered =
    register_algorithm(binomial(CollectiveKind::broadcast,
                                "Small arrays: reaches all in ceil(log2 n) rounds, the whole array each.")) &&
    register_algorithm(
        binomial(CollectiveKind::reduce, "Small arrays: sums all in ceil(log2 n) rounds, the whole array each.")) &&
    register_algorithm(
        binomial(CollectiveKind::gather, "Small blocks on many ranks: ceil(log2 n) messages at the root, growing.")) &&
    register_algorithm(binomial(CollectiveKind::scatter,
                                "Small blocks on many ranks: ceil(log2 n) messages from the root, shrinking."));

}  // namespace
}  // namespace polyplane::collectives
