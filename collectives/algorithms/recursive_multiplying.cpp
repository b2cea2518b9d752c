// Recursive multiplying (Ruefenacht, Bull and Booth, 2017, for all-reduce; as "recursive exchange" in MPICH), radix 4: the
// number of ranks is a product of factors, 4 where possible, and in the round of a factor f those that differ in that digit
// alone, f of them, exchange all they have at once. Small arrays take log4 n rounds, half of those of recursive doubling,
// which is the same with radix 2; but every round sends the whole array f - 1 times. The digits of a rank are those of its
// local, then those of its domain, so that a round stays inside the domains or on the rails.
//
// Lanes of a rank: one joins what came in each round, the others send and receive one a peer, into scratch places, since what
// is sent must not have what arrives added to it.
#include <algorithm>
#include <bit>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "collectives/algorithm.h"
#include "collectives/generated_schedule.h"
#include "collectives/rank_order.h"
#include "collectives/symmetry.h"

namespace polyplane::collectives {
namespace {

constexpr std::uint32_t kRadix = 4;
constexpr std::uint32_t kLargestFactor = 5;  // a step joins four lanes

/// Appends factors whose product is `number`; false when there is a prime above the largest.
bool add_factors(std::uint32_t number, std::vector<std::uint32_t>& factors) {
  for (const std::uint32_t factor : {kRadix, 2U, 3U, kLargestFactor}) {
    for (; number % factor == 0; number /= factor) factors.push_back(factor);
  }
  return number == 1;
}

/// Empty where there are none.
std::vector<std::uint32_t> factors_of(const RankLayout& layout) {
  const std::uint32_t locals = std::max(layout.uniform_domain_size(), 1U);
  std::vector<std::uint32_t> factors;
  if (!add_factors(locals, factors) || !add_factors(layout.num_ranks() / locals, factors)) factors.clear();
  return factors;
}

class RecursiveMultiplying : public GeneratedSchedule {
 public:
  explicit RecursiveMultiplying(const AlgorithmRequest& request)
      : RecursiveMultiplying(request, factors_of(request.layout)) {}

  [[nodiscard]] std::uint32_t num_steps(RankId, std::uint32_t lane) const override {
    return static_cast<std::uint32_t>(rounds_of_[lane].size());
  }

  [[nodiscard]] Step step(RankId rank, std::uint32_t lane, std::uint32_t step) const override {
    const Round& round = rounds_[rounds_of_[lane][step]];
    Step s;
    if (lane == kJoin) {
      for (std::uint32_t peer = 1; peer < round.factor; ++peer) {
        s.after[s.num_after++] = {peer, round.step_of_lane[peer]};
      }
      return s;
    }
    s.send_to = peer(rank, round, lane);
    s.receive_from = peer(rank, round, by_xor_ ? lane : round.factor - lane);
    s.peer_lane = lane;
    s.peer_step = step;
    s.send_bytes = bytes_;
    if (const std::uint32_t k = rounds_of_[lane][step]; k > 0) s.after[s.num_after++] = {kJoin, k - 1};
    return s;
  }

  void payload(RankId, std::uint32_t lane, std::uint32_t, std::vector<ChunkId>& chunks) const override {
    chunks.clear();
    if (lane != kJoin) chunks.push_back(chunk(0));
  }

  [[nodiscard]] std::uint32_t scratch() const override { return num_lanes() - 1; }

  void landing(RankId, std::uint32_t lane, std::uint32_t, std::vector<ChunkId>& places) const override {
    places.clear();
    if (lane != kJoin) places.push_back(ChunkId(lane));  // after the one chunk
  }

  void local_moves(RankId, std::uint32_t lane, std::uint32_t step, std::vector<LocalMove>& moves) const override {
    moves.clear();
    if (lane != kJoin) return;
    for (std::uint32_t from = 1; from < rounds_[step].factor; ++from) {
      moves.push_back({.from = ChunkId(from), .to = chunk(0), .add = true});
    }
  }

  [[nodiscard]] std::vector<RankSymmetry> symmetries() const override {
    if (!by_xor_) return {};
    return symmetries_along(RankSymmetry::Kind::exclusive_or, collective().ranks(), position_);
  }

 private:
  static constexpr std::uint32_t kJoin = 0;

  struct Round {
    std::uint32_t factor = 1, stride = 1;     // positions from one of the group to the next
    std::vector<std::uint32_t> step_of_lane;  // of the lanes that take part
  };

  RecursiveMultiplying(const AlgorithmRequest& request, const std::vector<std::uint32_t>& factors)
      : GeneratedSchedule(request.collective, 1,
                          factors.empty() ? 1 : *std::max_element(factors.begin(), factors.end()), true),
        by_xor_(std::has_single_bit(request.layout.num_ranks())),
        order_(domain_order(request.layout)),
        position_(positions(order_)),
        bytes_(request.collective.piece_bytes(0, 0, 1)),
        rounds_of_(num_lanes()) {
    std::uint32_t stride = 1;
    for (const std::uint32_t factor : factors) {
      Round round{factor, stride, {}};
      for (std::uint32_t lane = 0; lane < factor; ++lane) {
        round.step_of_lane.push_back(static_cast<std::uint32_t>(rounds_of_[lane].size()));
        rounds_of_[lane].push_back(static_cast<std::uint32_t>(rounds_.size()));
      }
      rounds_.push_back(std::move(round));
      stride *= factor;
    }
  }

  /// So many ahead in the group of a round; with powers of two, by exclusive or.
  [[nodiscard]] RankId peer(RankId rank, const Round& round, std::uint32_t ahead) const {
    const std::uint32_t me = position_[rank.index()], digit = me / round.stride % round.factor;
    const std::uint32_t to = by_xor_ ? digit ^ ahead : (digit + ahead) % round.factor;
    return order_[me - digit * round.stride + to * round.stride];
  }

  bool by_xor_;
  std::vector<RankId> order_;
  std::vector<std::uint32_t> position_;
  Bytes bytes_;
  std::vector<Round> rounds_;
  std::vector<std::vector<std::uint32_t>> rounds_of_;  // by lane
};

std::string needs_small_factors(const AlgorithmRequest& request) {
  if (request.layout.num_ranks() == 1 || !factors_of(request.layout).empty()) return "";
  return "needs a number of ranks that is a product of 2, 3, 4 and 5, not " +
         std::to_string(request.layout.num_ranks());
}

const bool kRegistered = register_algorithm(
    {.collective = CollectiveKind::all_reduce,
     .name = "recursive_multiplying",
     .sentence = "Tiny arrays: whole arrays are exchanged in groups of four, log4 n rounds.",
     .cost_family = "tree",
     .cannot = needs_small_factors,
     .make = [](const AlgorithmRequest& request) { return std::make_unique<RecursiveMultiplying>(request); }});

}  // namespace
}  // namespace polyplane::collectives
