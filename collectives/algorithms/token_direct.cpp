// Dispatch and combine of expert parallelism, every copy by itself: each rank sends to each other rank, at once, the
// tokens that go there (or what it made of that rank's tokens). What DeepEP's low-latency kernels do, and the estimate
// of "Insights into DeepSeek-V3" (ISCA 2025). Two ranks of one node get two copies.
//
// Lane d - 1 sends to the rank d on and receives from the rank d back, as alltoallv/direct.
#include <cstddef>
#include <utility>

#include "collectives/algorithm.h"
#include "collectives/generated_schedule.h"
#include "collectives/symmetry.h"

namespace polyplane::collectives {
namespace {

class TokenShifts : public GeneratedSchedule {
 public:
  explicit TokenShifts(const Collective& contract)
      : GeneratedSchedule(contract, 1, contract.ranks() - 1),
        ranks_(contract.ranks()),
        back_(contract.kind() == CollectiveKind::combine),
        bytes_(contract.tokens()->pair_bytes()) {}

  [[nodiscard]] std::uint32_t num_steps(RankId, std::uint32_t) const override { return 1; }

  [[nodiscard]] Step step(RankId rank, std::uint32_t lane, std::uint32_t) const override {
    const std::uint32_t me = rank.index(), to = destination(me, lane);
    Step s;
    s.send_to = RankId(to);
    s.peer_lane = lane;
    s.send_bytes = Bytes(sent(me, to));
    s.receive_from = RankId(me > lane ? me - lane - 1 : me + ranks_ - lane - 1);
    s.reduce = back_;
    return s;
  }

  void payload(RankId rank, std::uint32_t lane, std::uint32_t, std::vector<ChunkId>& chunks) const override {
    const std::uint32_t to = destination(rank.index(), lane);
    const std::uint32_t source = back_ ? to : rank.index(), expert = back_ ? rank.index() : to;
    const TokenTraffic& tokens = *collective().tokens();
    chunks.clear();
    for (std::uint32_t b = tokens.first_block(source); b < tokens.end_block(source); ++b) {
      if (tokens.goes_to(tokens.blocks()[b], expert)) chunks.push_back(chunk(b));
    }
  }

  /// Not exclusive or: a lane is a distance.
  [[nodiscard]] std::vector<RankSymmetry> symmetries() const override {
    std::vector<RankSymmetry> groups;
    add_finest(RankSymmetry::Kind::rotation, ranks_, [&](std::uint32_t by) { return keeps_bytes(by); }, groups);
    return groups;
  }

  [[nodiscard]] std::vector<Block> blocks() const override {
    if (ranks_ < 2) return {};
    for (std::uint32_t i = 0; i < ranks_; ++i) {
      for (std::uint32_t j = 0; j < ranks_; ++j) {
        if (i != j && sent(i, j) != sent(0, 1)) return {};
      }
    }
    return {{0, ranks_, 0, ranks_, Bytes(sent(0, 1))}};
  }

 private:
  [[nodiscard]] std::uint32_t destination(std::uint32_t me, std::uint32_t lane) const {
    const std::uint32_t to = me + lane + 1;
    return to >= ranks_ ? to - ranks_ : to;
  }
  [[nodiscard]] std::int64_t sent(std::uint32_t from, std::uint32_t to) const {
    return back_ ? bytes_[std::size_t{to} * ranks_ + from] : bytes_[std::size_t{from} * ranks_ + to];
  }
  [[nodiscard]] bool keeps_bytes(std::uint32_t by) const {
    for (std::uint32_t i = 0; i < ranks_; ++i) {
      for (std::uint32_t j = 0; j < ranks_; ++j) {
        if (i != j && sent(i, j) != sent((i + by) % ranks_, (j + by) % ranks_)) return false;
      }
    }
    return true;
  }

  std::uint32_t ranks_;
  bool back_;
  std::vector<std::int64_t> bytes_;  // T2: [source of the tokens * ranks + rank of the expert]
};

constexpr std::uint32_t kMostRanks = 4096;

Algorithm direct(CollectiveKind kind, std::string sentence) {
  return {.collective = kind,
          .name = "direct",
          .sentence = std::move(sentence),
          .cannot = [](const AlgorithmRequest& request) -> std::string {
            const std::uint32_t ranks = request.layout.num_ranks();
            if (ranks <= kMostRanks) return "";
            return "needs a lane for each pair of ranks and allows 4096 ranks, not " + std::to_string(ranks);
          },
          .make = [](const AlgorithmRequest& request) -> std::unique_ptr<Schedule> {
            return std::make_unique<TokenShifts>(request.collective);
          }};
}

const bool kRegistered =
    register_algorithm(direct(CollectiveKind::dispatch,
                              "Few tokens, as in decoding: each copy of a token straight to its rank, all at once.")) &&
    register_algorithm(
        direct(CollectiveKind::combine, "Few tokens, as in decoding: each rank's part straight back, all at once."));

}  // namespace
}  // namespace polyplane::collectives
