// Pairwise exchange for alltoall and alltoallv: n - 1 steps, in each of which every rank sends to one and receives from
// one (Thakur, Rabenseifner and Gropp, 2005). "pairwise" meets the peers by shift, "pairwise_xor" in pairs that
// exchange (powers of two only). A rank starts a step when its own step before is complete.
#include <bit>

#include "collectives/algorithm.h"
#include "collectives/generated_schedule.h"
#include "collectives/symmetry.h"

namespace polyplane::collectives {
namespace {

class Pairwise : public GeneratedSchedule {
 public:
  Pairwise(const Collective& contract, bool by_xor)
      : GeneratedSchedule(contract, 1, 1), ranks_(contract.ranks()), by_xor_(by_xor) {}

  [[nodiscard]] std::uint32_t num_steps(RankId, std::uint32_t) const override { return ranks_ - 1; }

  [[nodiscard]] Step step(RankId rank, std::uint32_t lane, std::uint32_t step) const override {
    const std::uint32_t me = rank.index();
    const std::uint32_t to = destination(me, step);
    Step s;
    s.send_to = RankId(to);
    s.peer_lane = lane;
    s.peer_step = step;
    s.send_bytes = Bytes(collective().pair_elements(me, to) * collective().shape().element_bytes);
    s.receive_from = RankId(by_xor_ ? to : me > step ? me - step - 1 : me + ranks_ - step - 1);
    return s;
  }

  void payload(RankId rank, std::uint32_t, std::uint32_t step, std::vector<ChunkId>& chunks) const override {
    chunks.assign(1, pair_chunk(rank.index(), destination(rank.index(), step)));
  }

  [[nodiscard]] std::vector<RankSymmetry> symmetries() const override {
    std::vector<RankSymmetry> groups;
    const auto kind = by_xor_ ? RankSymmetry::Kind::exclusive_or : RankSymmetry::Kind::rotation;
    add_finest(kind, ranks_, [&](std::uint32_t by) { return keeps_sizes(kind, by, collective()); }, groups);
    return groups;
  }

 private:
  [[nodiscard]] std::uint32_t destination(std::uint32_t me, std::uint32_t step) const {
    if (by_xor_) return me ^ (step + 1);
    const std::uint32_t to = me + step + 1;
    return to >= ranks_ ? to - ranks_ : to;
  }

  std::uint32_t ranks_;
  bool by_xor_;
};

Algorithm pairwise(CollectiveKind kind) {
  return {
      .collective = kind,
      .name = "pairwise",
      .sentence = "Large blocks on a fabric that tires of many flows at once: one peer at a time.",
      .cannot = {},
      .make = [](const AlgorithmRequest& request) { return std::make_unique<Pairwise>(request.collective, false); }};
}

Algorithm pairwise_xor(CollectiveKind kind) {
  return {.collective = kind,
          .name = "pairwise_xor",
          .sentence = "As pairwise, with partners that exchange: powers of two, hypercubes.",
          .cannot =
              [](const AlgorithmRequest& request) {
                return std::has_single_bit(request.layout.num_ranks())
                           ? std::string()
                           : "needs a power of two of ranks, not " + std::to_string(request.layout.num_ranks());
              },
          .make = [](const AlgorithmRequest& request) { return std::make_unique<Pairwise>(request.collective, true); }};
}

const bool kRegistered = register_algorithm(pairwise(CollectiveKind::alltoall)) &&
                         register_algorithm(pairwise(CollectiveKind::alltoallv)) &&
                         register_algorithm(pairwise_xor(CollectiveKind::alltoall)) &&
                         register_algorithm(pairwise_xor(CollectiveKind::alltoallv));

}  // namespace
}  // namespace polyplane::collectives
