// The flow model once more, slow and obvious: a fluid simulation that looks at every flow and every link at every event
// and fills rates progressively (Bertsekas and Gallager, Data Networks, section 6.5.2). It shares no code with sim/, so
// that the two can be held against each other.
//
// The model: a flow pays its latency once at its start, using no bandwidth, then drains `size_bits` at its max-min fair
// rate. A flow of rate x puts weight * x on each link of its route. A shared link carries at most its capacity; a link
// that is not shared (a fat pipe) limits each flow by itself. A flow may have a rate cap. Capacity events change one
// link at a time; at capacity 0 the flows on it stand still. Nothing is rounded before a flow has ended.
#pragma once

#include <boost/multiprecision/cpp_int.hpp>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

namespace polyplane::oracle {

using Rational = boost::multiprecision::cpp_rational;

struct Link {
  std::int64_t capacity_bps = 0;  // >= 0
  bool shared = true;
};

/// Load on a link per unit of rate: numerator / denominator, both > 0.
struct Weight {
  std::int64_t numerator = 1, denominator = 1;
};

struct Hop {
  std::size_t link = 0;  // index into Problem::links; at most once in a route
  Weight weight = {};
};

struct Flow {
  std::int64_t start_ps = 0;
  std::int64_t latency_ps = 0;
  std::int64_t size_bits = 0;
  std::vector<Hop> hops = {};  // may be empty only when there is a rate cap
  std::optional<std::int64_t> cap_bps = std::nullopt;
};

/// From `time_ps` on the link has this capacity. Of two events of one link at one instant the later in the list holds.
struct CapacityEvent {
  std::int64_t time_ps = 0;
  std::size_t link = 0;
  std::int64_t capacity_bps = 0;
};

struct Problem {
  std::vector<Link> links = {};
  std::vector<Flow> flows = {};
  std::vector<CapacityEvent> capacity_events = {};
};

/// The instant of the last bit, in ps; none: the flow stands still for ever.
using ExactCompletions = std::vector<std::optional<Rational>>;
using FloatCompletions = std::vector<std::optional<long double>>;

/// When a flow's end takes effect on the others. `exact`: at the instant of its last bit, the truth. `picosecond`: at
/// the next whole picosecond, as in a simulator whose clock counts them; the distance to the truth is what rounding
/// alone can do, which grows where a flow that lost a picosecond at a high rate makes up for it at a low one.
enum class Clock { exact, picosecond };

/// Exact, in rationals. Numbers grow with the events: meant for some tens of flows.
/// Throws std::invalid_argument when the problem breaks a condition above.
[[nodiscard]] ExactCompletions solve_exactly(const Problem& problem, Clock clock = Clock::exact);
/// The same steps in long double: relative error about 1e-18 per event.
[[nodiscard]] FloatCompletions solve_in_long_double(const Problem& problem, Clock clock = Clock::exact);

/// Rates in bit/s of flows that are all draining at once (starts, latencies and sizes are not looked at).
[[nodiscard]] std::vector<Rational> max_min_rates(const Problem& problem);

/// The first whole picosecond that is not before `time_ps`.
[[nodiscard]] std::int64_t round_up(const Rational& time_ps);

}  // namespace polyplane::oracle
