#include "tests/oracle/max_min_oracle.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <stdexcept>
#include <string>

namespace polyplane::oracle {
namespace {

// Units that keep the exact variant in whole numbers at the start: time in ps, rate in bit/s, so that
// rate * time is in 10^-12 bit.
constexpr std::int64_t kUnitsPerBit = 1'000'000'000'000;

void require(bool condition, const std::string& message) {
  if (!condition) throw std::invalid_argument("max-min oracle: " + message);
}

void check_problem(const Problem& problem) {
  for (const Link& link : problem.links) require(link.capacity_bps >= 0, "a link has a negative capacity");
  for (const CapacityEvent& event : problem.capacity_events) {
    require(event.link < problem.links.size(), "a capacity event names an unknown link");
    require(event.capacity_bps >= 0 && event.time_ps >= 0, "a capacity event has a negative time or capacity");
  }
  for (const Flow& flow : problem.flows) {
    require(flow.start_ps >= 0 && flow.latency_ps >= 0 && flow.size_bits >= 0, "a flow has a negative number");
    require(!flow.hops.empty() || flow.cap_bps.has_value(), "a flow has neither a route nor a cap");
    require(flow.cap_bps.value_or(1) > 0, "a rate cap is not positive");
    std::vector<bool> seen(problem.links.size(), false);
    for (const Hop& hop : flow.hops) {
      require(hop.link < problem.links.size(), "a route names an unknown link");
      require(!seen[hop.link], "a route crosses a link twice");
      require(hop.weight.numerator > 0 && hop.weight.denominator > 0, "a weight is not positive");
      seen[hop.link] = true;
    }
  }
}

Rational next_picosecond(const Rational& time_ps) { return round_up(time_ps); }

// An instant that is a whole picosecond but for the error of the arithmetic stays that picosecond.
long double next_picosecond(long double time_ps) { return std::ceil(time_ps - 1e-6L); }

template <class Number>
class Fluid {
 public:
  explicit Fluid(const Problem& problem, Clock clock = Clock::exact) : problem_(problem), clock_(clock) {
    check_problem(problem);
    for (const Link& link : problem.links) capacity_.emplace_back(link.capacity_bps);
    for (const Flow& flow : problem.flows) {
      flows_.push_back({.arrival = Number(flow.start_ps) + Number(flow.latency_ps),
                        .remaining = Number(flow.size_bits) * Number(kUnitsPerBit)});
      for (const Hop& hop : flow.hops) {
        flows_.back().weights.push_back(Number(Number(hop.weight.numerator) / Number(hop.weight.denominator)));
      }
    }
    for (const CapacityEvent& event : problem.capacity_events) {
      const auto earlier = [](const CapacityEvent& a, const CapacityEvent& b) { return a.time_ps < b.time_ps; };
      events_.insert(std::upper_bound(events_.begin(), events_.end(), event, earlier), event);
    }
  }

  std::vector<std::optional<Number>> run() {
    Number now(0);
    while (true) {
      admit(now);
      apply_capacity_events(now);
      fill();
      const std::optional<Number> next = next_event(now);
      if (!next.has_value()) break;
      drain(now, *next);
      now = *next;
    }
    std::vector<std::optional<Number>> ends;
    for (const State& flow : flows_) ends.push_back(flow.end);
    return ends;
  }

  std::vector<Number> rates_of_all() {
    for (State& flow : flows_) flow.draining = true;
    fill();
    std::vector<Number> rates;
    for (const State& flow : flows_) rates.push_back(flow.rate);
    return rates;
  }

 private:
  struct State {
    Number arrival;    // start + latency
    Number remaining;  // 10^-12 bit
    Number rate = Number(0);
    std::vector<Number> weights = {};  // of its hops
    bool arrived = false;
    bool draining = false;
    std::optional<Number> end = std::nullopt;
  };

  void admit(const Number& now) {
    for (State& flow : flows_) {
      if (flow.arrived || flow.arrival > now) continue;
      flow.arrived = true;
      if (flow.remaining == Number(0)) {
        flow.end = now;
      } else {
        flow.draining = true;
      }
    }
  }

  void apply_capacity_events(const Number& now) {
    while (next_capacity_event_ < events_.size() && Number(events_[next_capacity_event_].time_ps) <= now) {
      const CapacityEvent& event = events_[next_capacity_event_++];
      capacity_[event.link] = Number(event.capacity_bps);
    }
  }

  // Progressive filling: the rates of all flows that are not yet frozen rise together; the first constraint to be met
  // freezes its flows at that level; again, until all are frozen.
  void fill() {
    std::vector<bool> frozen(flows_.size());
    for (std::size_t f = 0; f < flows_.size(); ++f) {
      frozen[f] = !flows_[f].draining;
      flows_[f].rate = Number(0);
    }
    while (std::find(frozen.begin(), frozen.end(), false) != frozen.end()) {
      const std::vector<std::optional<Number>> level_of_link = link_levels(frozen);
      std::vector<Number> level_of_flow(flows_.size());
      std::optional<Number> lowest;
      for (std::size_t f = 0; f < flows_.size(); ++f) {
        if (frozen[f]) continue;
        level_of_flow[f] = level(f, level_of_link);
        if (!lowest.has_value() || level_of_flow[f] < *lowest) lowest = level_of_flow[f];
      }
      for (std::size_t f = 0; f < flows_.size(); ++f) {
        if (frozen[f] || level_of_flow[f] != *lowest) continue;
        frozen[f] = true;
        flows_[f].rate = *lowest;
      }
    }
  }

  // The level at which each shared link would be full; none where no rising flow crosses it.
  std::vector<std::optional<Number>> link_levels(const std::vector<bool>& frozen) const {
    std::vector<Number> left = capacity_;
    std::vector<Number> rising(capacity_.size(), Number(0));
    for (std::size_t f = 0; f < flows_.size(); ++f) {
      if (!flows_[f].draining) continue;
      for (std::size_t h = 0; h < flows_[f].weights.size(); ++h) {
        const std::size_t link = problem_.flows[f].hops[h].link;
        if (frozen[f]) {
          left[link] -= flows_[f].weights[h] * flows_[f].rate;
        } else {
          rising[link] += flows_[f].weights[h];
        }
      }
    }
    std::vector<std::optional<Number>> levels(capacity_.size());
    for (std::size_t l = 0; l < levels.size(); ++l) {
      if (!problem_.links[l].shared || rising[l] == Number(0)) continue;
      levels[l] = Number(std::max(left[l], Number(0)) / rising[l]);
    }
    return levels;
  }

  // The lowest level at which one of the constraints on flow f is met.
  Number level(std::size_t f, const std::vector<std::optional<Number>>& level_of_link) const {
    const Flow& flow = problem_.flows[f];
    std::optional<Number> lowest;
    if (flow.cap_bps.has_value()) lowest = Number(*flow.cap_bps);
    for (std::size_t h = 0; h < flow.hops.size(); ++h) {
      const std::size_t link = flow.hops[h].link;
      const Number here =
          problem_.links[link].shared ? *level_of_link[link] : Number(capacity_[link] / flows_[f].weights[h]);
      if (!lowest.has_value() || here < *lowest) lowest = here;
    }
    return *lowest;
  }

  // When the flow, at its present rate from `now` on, ends for the others. REQUIRES: rate > 0.
  Number end_of(const State& flow, const Number& now) const {
    const Number last_bit = now + flow.remaining / flow.rate;
    return clock_ == Clock::exact ? last_bit : next_picosecond(last_bit);
  }

  std::optional<Number> next_event(const Number& now) const {
    std::optional<Number> next;
    const auto consider = [&next](const Number& time) {
      if (!next.has_value() || time < *next) next = time;
    };
    for (const State& flow : flows_) {
      if (!flow.arrived) consider(flow.arrival);
      if (flow.draining && flow.rate > Number(0)) consider(end_of(flow, now));
    }
    if (next_capacity_event_ < events_.size()) consider(Number(events_[next_capacity_event_].time_ps));
    return next;
  }

  void drain(const Number& from, const Number& until) {
    for (State& flow : flows_) {
      if (!flow.draining) continue;
      const bool ends_now = flow.rate > Number(0) && end_of(flow, from) <= until;
      flow.remaining -= flow.rate * (until - from);
      if (!ends_now && flow.remaining > Number(0)) continue;
      flow.draining = false;
      flow.end = until;
    }
  }

  const Problem& problem_;
  Clock clock_;
  std::vector<Number> capacity_;
  std::vector<State> flows_;
  std::vector<CapacityEvent> events_;  // by time
  std::size_t next_capacity_event_ = 0;
};

}  // namespace

ExactCompletions solve_exactly(const Problem& problem, Clock clock) { return Fluid<Rational>(problem, clock).run(); }

FloatCompletions solve_in_long_double(const Problem& problem, Clock clock) {
  return Fluid<long double>(problem, clock).run();
}

std::vector<Rational> max_min_rates(const Problem& problem) { return Fluid<Rational>(problem).rates_of_all(); }

std::int64_t round_up(const Rational& time_ps) {
  using boost::multiprecision::cpp_int;
  const cpp_int whole = numerator(time_ps) / denominator(time_ps);  // towards zero; times are not negative
  const cpp_int up = whole * denominator(time_ps) == numerator(time_ps) ? whole : cpp_int(whole + 1);
  require(time_ps >= 0 && up <= std::numeric_limits<std::int64_t>::max(), "a completion does not fit 106 days");
  return up.convert_to<std::int64_t>();
}

}  // namespace polyplane::oracle
