// Everything at once: each message has a lane of its own and starts at the beginning. Alltoall, alltoallv, gather,
// scatter, and sendrecv (each rank to the next, as nccl-tests does). The fabric alone decides who waits. All but
// sendrecv have n - 1 lanes a rank, n^2 in all; those around a root, where most lanes are empty, hence limit the ranks.
#include <optional>
#include <utility>

#include "collectives/algorithm.h"
#include "collectives/generated_schedule.h"
#include "collectives/symmetry.h"

namespace polyplane::collectives {
namespace {

/// Elements of every block between two ranks, when all are alike.
std::optional<std::int64_t> one_size(const Collective& contract) {
  const std::int64_t elements = contract.pair_elements(0, 1);
  if (contract.kind() == CollectiveKind::alltoall) return elements;
  for (std::uint32_t i = 0; i < contract.ranks(); ++i) {
    for (std::uint32_t j = 0; j < contract.ranks(); ++j) {
      if (i != j && contract.pair_elements(i, j) != elements) return std::nullopt;
    }
  }
  return elements;
}

/// Lane d - 1 sends to the rank d on and receives from the rank d back. `lanes` below n - 1 leaves the farther ones out.
class Shifts : public GeneratedSchedule {
 public:
  Shifts(const Collective& contract, std::uint32_t lanes)
      : GeneratedSchedule(contract, 1, lanes),
        ranks_(contract.ranks()),
        sendrecv_(contract.kind() == CollectiveKind::sendrecv) {}

  [[nodiscard]] std::uint32_t num_steps(RankId, std::uint32_t) const override { return 1; }

  [[nodiscard]] Step step(RankId rank, std::uint32_t lane, std::uint32_t) const override {
    const std::uint32_t me = rank.index();
    const std::uint32_t to = destination(me, lane);
    const std::int64_t elements =
        sendrecv_ ? collective().shape().elements_per_block : collective().pair_elements(me, to);
    Step s;
    s.send_to = RankId(to);
    s.peer_lane = lane;
    s.send_bytes = Bytes(elements * collective().shape().element_bytes);
    s.receive_from = RankId(me > lane ? me - lane - 1 : me + ranks_ - lane - 1);
    return s;
  }

  void payload(RankId rank, std::uint32_t lane, std::uint32_t, std::vector<ChunkId>& chunks) const override {
    const std::uint32_t me = rank.index();
    chunks.assign(1, sendrecv_ ? chunk(me) : pair_chunk(me, destination(me, lane)));
  }

  /// Not exclusive or: a lane is a distance.
  [[nodiscard]] std::vector<RankSymmetry> symmetries() const override {
    std::vector<RankSymmetry> groups;
    const auto kind = RankSymmetry::Kind::rotation;
    add_finest(kind, ranks_, [&](std::uint32_t by) { return keeps_sizes(kind, by, collective()); }, groups);
    return groups;
  }

  [[nodiscard]] std::vector<Block> blocks() const override {
    if (sendrecv_ || ranks_ < 2) return {};
    const std::optional<std::int64_t> elements = one_size(collective());
    if (!elements) return {};
    return {{0, ranks_, 0, ranks_, Bytes(*elements * collective().shape().element_bytes)}};
  }

 private:
  [[nodiscard]] std::uint32_t destination(std::uint32_t me, std::uint32_t lane) const {
    const std::uint32_t to = me + lane + 1;
    return to >= ranks_ ? to - ranks_ : to;
  }

  std::uint32_t ranks_;
  bool sendrecv_;
};

/// Gather and scatter: the root has a lane a peer, the peers one lane.
class Star : public GeneratedSchedule {
 public:
  explicit Star(const Collective& contract)
      : GeneratedSchedule(contract, 1, contract.ranks() - 1),
        ranks_(contract.ranks()),
        root_(contract.root().index()),
        gather_(contract.kind() == CollectiveKind::gather),
        block_(contract.piece_bytes(0, 0, 1)) {}

  [[nodiscard]] std::uint32_t num_steps(RankId rank, std::uint32_t lane) const override {
    return rank.index() == root_ || lane == 0 ? 1 : 0;
  }

  [[nodiscard]] Step step(RankId rank, std::uint32_t lane, std::uint32_t) const override {
    const bool at_root = rank.index() == root_;
    const RankId peer(at_root ? peer_of(lane) : root_);
    Step s;
    if (at_root == gather_) {
      s.receive_from = peer;
      return s;
    }
    s.send_to = peer;
    s.peer_lane = at_root ? 0 : lane_of(rank.index());
    s.send_bytes = block_;
    return s;
  }

  [[nodiscard]] std::vector<Block> blocks() const override {
    if (ranks_ < 2) return {};
    if (gather_) return {{0, ranks_, root_, root_ + 1, block_}};
    return {{root_, root_ + 1, 0, ranks_, block_}};
  }

  void payload(RankId rank, std::uint32_t lane, std::uint32_t, std::vector<ChunkId>& chunks) const override {
    chunks.assign(1, chunk(gather_ ? rank.index() : peer_of(lane)));
  }

 private:
  [[nodiscard]] std::uint32_t peer_of(std::uint32_t lane) const {
    const std::uint32_t peer = root_ + lane + 1;
    return peer >= ranks_ ? peer - ranks_ : peer;
  }
  [[nodiscard]] std::uint32_t lane_of(std::uint32_t rank) const {
    return (rank > root_ ? rank - root_ : rank + ranks_ - root_) - 1;
  }

  std::uint32_t ranks_, root_;
  bool gather_;
  Bytes block_;
};

std::unique_ptr<Schedule> make_shifts(const AlgorithmRequest& request) {
  const std::uint32_t others = request.layout.num_ranks() - 1;
  const bool one = request.collective.kind() == CollectiveKind::sendrecv && others > 0;
  return std::make_unique<Shifts>(request.collective, one ? 1 : others);
}

std::unique_ptr<Schedule> make_star(const AlgorithmRequest& request) {
  return std::make_unique<Star>(request.collective);
}

constexpr std::uint32_t kMostRanks = 4096;

std::string too_many_lanes(const AlgorithmRequest& request) {
  const std::uint32_t ranks = request.layout.num_ranks();
  if (ranks <= kMostRanks) return "";
  return "needs a lane for each pair of ranks and allows 4096 ranks, not " + std::to_string(ranks);
}

Algorithm shifts(CollectiveKind kind, std::string sentence) {
  return {.collective = kind, .name = "direct", .sentence = std::move(sentence), .cannot = {}, .make = make_shifts};
}

Algorithm star(CollectiveKind kind, std::string sentence) {
  return {.collective = kind,
          .name = "direct",
          .sentence = std::move(sentence),
          .cannot = too_many_lanes,
          .make = make_star};
}

const bool kRegistered =
    register_algorithm(
        shifts(CollectiveKind::alltoall, "Few ranks, or a fabric that shares fairly: all n-1 messages at once.")) &&
    register_algorithm(shifts(CollectiveKind::alltoallv, "Uneven blocks on few ranks: all n-1 messages at once.")) &&
    register_algorithm(shifts(CollectiveKind::sendrecv, "Each rank to the next, all at once.")) &&
    register_algorithm(star(CollectiveKind::gather, "Large blocks: all ranks send to the root at once.")) &&
    register_algorithm(star(CollectiveKind::scatter, "Large blocks: the root sends to all ranks at once."));

}  // namespace
}  // namespace polyplane::collectives
