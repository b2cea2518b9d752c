// Gather and scatter peer by peer: the root takes from, or sends to, one rank after the other, nearest domain first.
#include <utility>

#include "collectives/algorithm.h"
#include "collectives/generated_schedule.h"
#include "collectives/rank_order.h"

namespace polyplane::collectives {
namespace {

class Linear : public GeneratedSchedule {
 public:
  explicit Linear(const AlgorithmRequest& request)
      : GeneratedSchedule(request.collective, 1, 1),
        order_(rooted_order(request.layout, request.collective.root())),
        position_(positions(order_)),
        gather_(request.collective.kind() == CollectiveKind::gather),
        block_(request.collective.piece_bytes(0, 0, 1)) {}

  [[nodiscard]] std::uint32_t num_steps(RankId rank, std::uint32_t) const override {
    return rank == order_[0] ? static_cast<std::uint32_t>(order_.size()) - 1 : 1;
  }

  [[nodiscard]] Step step(RankId rank, std::uint32_t, std::uint32_t step) const override {
    const bool at_root = rank == order_[0];
    const RankId peer = at_root ? order_[step + 1] : order_[0];
    Step s;
    if (at_root == gather_) {
      s.receive_from = peer;
      return s;
    }
    s.send_to = peer;
    s.peer_step = at_root ? 0 : position_[rank.index()] - 1;
    s.send_bytes = block_;
    return s;
  }

  void payload(RankId rank, std::uint32_t, std::uint32_t step, std::vector<ChunkId>& chunks) const override {
    chunks.assign(1, chunk(gather_ ? rank.index() : order_[step + 1].index()));
  }

 private:
  std::vector<RankId> order_;  // the root first
  std::vector<std::uint32_t> position_;
  bool gather_;
  Bytes block_;
};

Algorithm linear(CollectiveKind kind, std::string sentence) {
  return {.collective = kind,
          .name = "linear",
          .sentence = std::move(sentence),
          .cannot = {},
          .make = [](const AlgorithmRequest& request) { return std::make_unique<Linear>(request); }};
}

const bool kRegistered =
    register_algorithm(linear(CollectiveKind::gather, "The baseline: the root takes the blocks in a fixed order.")) &&
    register_algorithm(linear(CollectiveKind::scatter, "The baseline: the root sends one block after the other."));

}  // namespace
}  // namespace polyplane::collectives
