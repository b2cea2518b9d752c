// The known one-lane patterns of reduce-scatter, all-gather and all-reduce among n participants, stripped of ranks and
// bytes: whom to meet at each step and which parts of the data to send. Flat algorithms lay them over ranks,
// hierarchical ones over the domains.
#pragma once

#include <algorithm>
#include <bit>
#include <cstdint>
#include <vector>

namespace polyplane::collectives {

enum class Pattern : std::uint8_t { reduce_scatter, all_gather, all_reduce };

/// One step of one participant. Sends parts [first, first + count) (cyclic) to `to`, whose step `peer_step` it is, and
/// with them parts [more_first, more_first + more_count).
struct Exchange {
  static constexpr std::uint32_t kNone = UINT32_MAX;
  enum class Fold : std::uint8_t { none, before, after };
  std::uint32_t to = kNone, from = kNone;  // kNone: no send, no receive
  std::uint32_t peer_step = 0;
  std::uint32_t first = 0, count = 0;
  std::uint32_t more_first = 0, more_count = 0;
  bool reduce = false;
  Fold fold = Fold::none;  // a whole-array step with a participant left out of the power of two
};

/// Around the ring: n parts; participant p of a reduce-scatter ends with part p, of an all-gather starts with it.
class RingExchange {
 public:
  RingExchange(std::uint32_t participants, Pattern pattern)
      : n_(participants), pattern_(pattern), lead_(pattern == Pattern::reduce_scatter ? 1 : 0) {}

  [[nodiscard]] std::uint32_t parts() const { return n_; }
  /// Rotating the numbers of all participants (or a bit flipped in all) changes nothing in whom they meet at which step.
  [[nodiscard]] static bool rotates() { return true; }
  [[nodiscard]] bool exchanges_by_xor() const { return n_ <= 2; }
  [[nodiscard]] std::uint32_t steps(std::uint32_t) const {
    return pattern_ == Pattern::all_reduce ? 2 * (n_ - 1) : n_ - 1;
  }
  /// Participant p sends part p - step - lead() (mod n).
  [[nodiscard]] std::uint32_t lead() const { return lead_; }
  [[nodiscard]] Exchange at(std::uint32_t me, std::uint32_t step) const {
    Exchange e;
    e.to = me + 1 == n_ ? 0 : me + 1;
    e.from = (me == 0 ? n_ : me) - 1;
    e.peer_step = step;
    // An all-reduce may leave the sums one part ahead of their owner, a reduce-scatter may not: it starts one behind.
    e.first = me + 2 * n_ - step - lead_;
    if (e.first >= 2 * n_) e.first -= n_;
    if (e.first >= n_) e.first -= n_;
    e.count = 1;
    e.reduce = pattern_ != Pattern::all_gather && step < n_ - 1;
    return e;
  }

 private:
  std::uint32_t n_;
  Pattern pattern_;
  std::uint32_t lead_;
};

/// Bruck's all-gather (1997) and its mirror in time, a reduce-scatter: ceil(log2 n) steps for any n, n parts, each
/// participant the owner of its own.
class BruckExchange {
 public:
  BruckExchange(std::uint32_t participants, Pattern pattern)
      : n_(participants),
        steps_(static_cast<std::uint32_t>(std::bit_width(participants - 1))),
        gather_(pattern == Pattern::all_gather) {}

  [[nodiscard]] std::uint32_t parts() const { return n_; }
  [[nodiscard]] std::uint32_t steps(std::uint32_t) const { return steps_; }
  [[nodiscard]] Exchange at(std::uint32_t me, std::uint32_t step) const {
    const std::uint32_t distance = 1U << (gather_ ? step : steps_ - 1 - step);
    const std::uint32_t below = me >= distance ? me - distance : me + n_ - distance;
    const std::uint32_t above = me + distance >= n_ ? me + distance - n_ : me + distance;
    Exchange e;
    e.to = gather_ ? below : above;
    e.from = gather_ ? above : below;
    e.peer_step = step;
    e.first = gather_ ? me : above;
    e.count = std::min(distance, n_ - distance);
    e.reduce = !gather_;
    return e;
  }

 private:
  std::uint32_t n_, steps_;
  bool gather_;
};

/// Recursive vector halving with distance doubling, then vector doubling with distance halving (Rabenseifner 2004;
/// Thakur, Rabenseifner and Gropp 2005): near participants exchange the large halves. Beyond the largest power of two
/// p <= n, the first 2(n - p) participants pair up and the odd one of each pair is folded into the even one.
/// p parts; core participant v owns part reversed(v), the v-th in bit-reversed order.
class HalvingDoublingExchange {
 public:
  HalvingDoublingExchange(std::uint32_t participants, Pattern pattern)
      : core_(std::bit_floor(participants)),
        folded_(participants - core_),
        levels_(static_cast<std::uint32_t>(std::bit_width(core_)) - 1),
        halvings_(pattern == Pattern::all_gather ? 0 : levels_),
        doublings_(pattern == Pattern::reduce_scatter ? 0 : levels_),
        fold_adds_(pattern != Pattern::all_gather),
        unfold_adds_(pattern == Pattern::reduce_scatter),
        reversed_(core_) {
    for (std::uint32_t v = 1; v < core_; ++v) { reversed_[v] = reversed_[v >> 1U] >> 1U | ((v & 1U) << (levels_ - 1)); }
  }

  [[nodiscard]] std::uint32_t parts() const { return core_; }
  [[nodiscard]] std::uint32_t folded() const { return folded_; }
  [[nodiscard]] bool rotates() const { return core_ + folded_ <= 2; }
  [[nodiscard]] bool exchanges_by_xor() const { return folded_ == 0; }
  /// An involution: also the core participant that owns a part.
  [[nodiscard]] std::uint32_t reversed(std::uint32_t v) const { return reversed_[v]; }
  /// Participant that plays core participant v.
  [[nodiscard]] std::uint32_t player(std::uint32_t v) const { return v < folded_ ? 2 * v : v + folded_; }

  [[nodiscard]] std::uint32_t steps(std::uint32_t me) const {
    if (is_folded(me)) return 2;
    return halvings_ + doublings_ + (me < 2 * folded_ ? 2 : 0);
  }

  [[nodiscard]] Exchange at(std::uint32_t me, std::uint32_t step) const {
    if (is_folded(me)) return step == 0 ? fold_send(me) : unfold_receive(me);
    const bool has_folded = me < 2 * folded_;
    if (has_folded && step == 0) return fold_receive(me);
    const std::uint32_t core_step = step - (has_folded ? 1 : 0);
    if (core_step >= halvings_ + doublings_) return unfold_send(me);
    const bool halving = core_step < halvings_;
    const std::uint32_t level = halving ? core_step : doublings_ - 1 - (core_step - halvings_);
    const std::uint32_t v = has_folded ? me / 2 : me - folded_;
    const std::uint32_t partner = v ^ (1U << level);
    Exchange e;
    e.count = core_ >> (level + 1);
    const std::uint32_t kept = reversed_[v] & ~(e.count - 1);
    e.first = halving ? kept ^ e.count : kept;
    e.to = e.from = player(partner);
    e.peer_step = core_step + (partner < folded_ ? 1 : 0);
    e.reduce = halving;
    return e;
  }

 private:
  [[nodiscard]] bool is_folded(std::uint32_t me) const { return me < 2 * folded_ && me % 2 == 1; }
  [[nodiscard]] Exchange fold_send(std::uint32_t me) const {
    Exchange e{.to = me - 1, .count = core_};
    e.fold = Exchange::Fold::before;
    return e;
  }
  [[nodiscard]] Exchange fold_receive(std::uint32_t me) const {
    Exchange e{.from = me + 1, .reduce = fold_adds_};
    e.fold = Exchange::Fold::before;
    return e;
  }
  [[nodiscard]] Exchange unfold_send(std::uint32_t me) const {
    Exchange e{.to = me + 1, .peer_step = 1, .count = core_};
    e.fold = Exchange::Fold::after;
    return e;
  }
  [[nodiscard]] Exchange unfold_receive(std::uint32_t me) const {
    Exchange e{.from = me - 1, .reduce = unfold_adds_};
    e.fold = Exchange::Fold::after;
    return e;
  }

  std::uint32_t core_, folded_, levels_, halvings_, doublings_;
  bool fold_adds_, unfold_adds_;
  std::vector<std::uint32_t> reversed_;
};

}  // namespace polyplane::collectives
