// Recursive multiplying (Ruefenacht, Bull and Booth, 2017, for all-reduce; as "recursive exchange" in MPICH): the number of
// ranks is a product of factors, the radix where possible, and in the round of a factor f those that differ in that digit
// alone, f of them, exchange all they have at once. Of radix k, small arrays take log n / log k rounds, each of which sends the
// whole array k - 1 times: radix 2 is recursive doubling, a radix of all ranks one shot. The digits of a rank are those of its
// local, then those of its domain, so that a round stays inside the domains or on the rails.
//
// "recursive_multiplying" is of radix 4; "recursive_multiplying_K" of radix K, for the K below.
//
// Lanes of a rank: one joins what came in each round, the others send and receive one a peer, into scratch places, since what
// is sent must not have what arrives added to it. A step joins four lanes, so a round of many has several such steps.
#include <algorithm>
#include <bit>
#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "collectives/algorithm.h"
#include "collectives/generated_schedule.h"
#include "collectives/rank_order.h"
#include "collectives/symmetry.h"

namespace polyplane::collectives {
namespace {

constexpr std::uint32_t kJoined = 4;  // lanes that a step waits for at most

/// Of a number of ranks, in the order in which they are tried: the radix, powers of two below it, small odd numbers.
std::vector<std::uint32_t> factors_tried(std::uint32_t radix) {
  std::vector<std::uint32_t> tried{radix};
  for (std::uint32_t power = std::bit_floor(radix - 1); power > 1; power /= 2) tried.push_back(power);
  for (const std::uint32_t odd : {2U, 3U, 5U, 7U}) {
    if (odd <= std::max(radix, 5U) && std::ranges::find(tried, odd) == tried.end()) tried.push_back(odd);
  }
  return tried;
}

/// Appends factors whose product is `number`; false when there is none.
bool add_factors(std::uint32_t number, std::span<const std::uint32_t> tried, std::vector<std::uint32_t>& factors) {
  for (const std::uint32_t factor : tried) {
    for (; number % factor == 0; number /= factor) factors.push_back(factor);
  }
  return number == 1;
}

/// Empty where there are none.
std::vector<std::uint32_t> factors_of(const RankLayout& layout, std::uint32_t radix) {
  const std::uint32_t locals = std::max(layout.uniform_domain_size(), 1U);
  const std::vector<std::uint32_t> tried = factors_tried(radix);
  std::vector<std::uint32_t> factors;
  if (!add_factors(locals, tried, factors) || !add_factors(layout.num_ranks() / locals, tried, factors))
    factors.clear();
  return factors;
}

class RecursiveMultiplying : public GeneratedSchedule {
 public:
  RecursiveMultiplying(const AlgorithmRequest& request, std::uint32_t radix)
      : RecursiveMultiplying(request, factors_of(request.layout, radix)) {}

  [[nodiscard]] std::uint32_t num_steps(RankId, std::uint32_t lane) const override {
    return static_cast<std::uint32_t>(rounds_of_[lane].size());
  }

  [[nodiscard]] Step step(RankId rank, std::uint32_t lane, std::uint32_t step) const override {
    const Round& round = rounds_[rounds_of_[lane][step]];
    Step s;
    if (lane == kJoin) {
      const std::uint32_t first = 1 + (step - round.step_of_lane[kJoin]) * kJoined;
      for (std::uint32_t peer = first; peer < std::min(first + kJoined, round.factor); ++peer) {
        s.after[s.num_after++] = {peer, round.step_of_lane[peer]};
      }
      return s;
    }
    s.send_to = peer(rank, round, lane);
    s.receive_from = peer(rank, round, by_xor_ ? lane : round.factor - lane);
    s.peer_lane = lane;
    s.peer_step = step;
    s.send_bytes = bytes_;
    if (round.step_of_lane[kJoin] > 0) s.after[s.num_after++] = {kJoin, round.step_of_lane[kJoin] - 1};
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

  [[nodiscard]] bool has_local_moves() const override { return true; }

  void local_moves(RankId, std::uint32_t lane, std::uint32_t step, std::vector<LocalMove>& moves) const override {
    moves.clear();
    if (lane != kJoin) return;
    const bool last_of_round =
        step + 1 == rounds_of_[kJoin].size() || rounds_of_[kJoin][step + 1] != rounds_of_[kJoin][step];
    if (!last_of_round) return;
    for (std::uint32_t from = 1; from < rounds_[rounds_of_[kJoin][step]].factor; ++from) {
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
    std::vector<std::uint32_t> step_of_lane;  // of the lanes that take part; the first of that which joins
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
        const std::uint32_t steps = lane == kJoin ? (factor - 1 + kJoined - 1) / kJoined : 1;
        rounds_of_[lane].insert(rounds_of_[lane].end(), steps, static_cast<std::uint32_t>(rounds_.size()));
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
  std::vector<std::vector<std::uint32_t>> rounds_of_;  // by lane and step
};

std::string needs_small_factors(const AlgorithmRequest& request, std::uint32_t radix) {
  if (request.layout.num_ranks() == 1 || !factors_of(request.layout, radix).empty()) return "";
  std::string names;
  std::vector<std::uint32_t> tried = factors_tried(radix);
  std::ranges::sort(tried);
  for (const std::uint32_t factor : tried) {
    names += (names.empty() ? "" : factor == tried.back() ? " and " : ", ") + std::to_string(factor);
  }
  return "needs a number of ranks that is a product of " + names + ", not " +
         std::to_string(request.layout.num_ranks());
}

/// Few of them, since all that are weighed cost time in every row.
std::string few_by_auto(std::uint32_t radix) {
  return radix == 2 || radix == 4 ? "" : "which weighs recursive multiplying of radix 2 and 4";
}

Algorithm of_radix(std::uint32_t radix, std::string name, std::string sentence) {
  return {
      .collective = CollectiveKind::all_reduce,
      .name = std::move(name),
      .sentence = std::move(sentence),
      .cost_family = "tree",
      .cannot = [radix](const AlgorithmRequest& request) { return needs_small_factors(request, radix); },
      .not_by_auto = [radix](const AlgorithmRequest&) { return few_by_auto(radix); },
      .make =
          [radix](const AlgorithmRequest& request) { return std::make_unique<RecursiveMultiplying>(request, radix); }};
}

const bool kRegistered =
    register_algorithm(of_radix(4, "recursive_multiplying",
                                "Tiny arrays: whole arrays are exchanged in groups of four, log4 n rounds.")) &&
    register_algorithm(
        of_radix(2, "recursive_multiplying_2",
                 "Small arrays: whole arrays are exchanged by pairs, log2 n rounds (recursive doubling).")) &&
    register_algorithm(of_radix(3, "recursive_multiplying_3",
                                "Tiny arrays on 3, 9, 27 ... ranks: whole arrays are exchanged in groups of three.")) &&
    register_algorithm(
        of_radix(8, "recursive_multiplying_8",
                 "Tiny arrays on nodes of eight: one shot inside the node, then groups of eight nodes.")) &&
    register_algorithm(of_radix(16, "recursive_multiplying_16",
                                "Tiny arrays where latency is all: groups of sixteen, log16 n rounds."));

}  // namespace
}  // namespace polyplane::collectives
