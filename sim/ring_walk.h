// Once around a ring and on, where each position may have several messages under way (ProtocolCosts::messages_under_way).
//
// Let t[i] be when position i starts a step and e[i] when the message that it sends in it is delivered:
//
//   e[i] = max(t[i] + alone[i], e[i] of the step before + tail[i])
//   t[i] of the next step = max(t[i], e[i - 1], e[i] of s - 1 steps before), with s slots
//
// Follow one message around: hops of `alone`, one after the other. Where no hop drains longer than another takes as a whole,
// and no s hops in a row take less than another by itself, nothing else ever counts, and the end is that of the message with
// the longest walk (walk_freely). Else step by step (walk_in_steps).
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <span>

namespace polyplane::sim {

/// What the send of one position takes: by itself, and behind the one before (UncontendedSends::tail).
struct RingHop {
  std::int64_t alone_ps = 0, tail_ps = 0;
  friend bool operator==(const RingHop&, const RingHop&) = default;
};

struct RingWalk {
  std::span<const RingHop> hops;         // by position: each sends to the next
  std::span<const RingHop> longer_hops;  // with the longer messages; empty: there are none
  std::uint32_t steps = 0;
  std::uint32_t slots = 1;
  /// With longer_hops: in step k positions [k + lag, k + lag + longer) (cyclically) have the longer sends.
  std::uint32_t lag = 0, longer = 0;
};

/// From the start of all to the last delivery, in picoseconds; none where messages wait for one another. REQUIRES:
/// steps > 0, and steps times the longest hop does not overflow.
[[nodiscard]] std::optional<std::int64_t> walk_freely(const RingWalk& walk);
/// The same whether they wait or not, in time O(steps x positions), of even messages only those of one period of the hops.
/// Throws Interrupted when stopped.
[[nodiscard]] std::int64_t walk_in_steps(const RingWalk& walk, const std::function<bool()>& stop);

}  // namespace polyplane::sim
