#include "sim/fit/calibration.h"

#include <algorithm>
#include <cmath>

#include "base/check.h"
#include "base/error.h"
#include "base/random.h"

namespace polyplane::sim {
namespace {

constexpr std::int64_t kLargeBytes = 64 << 10;  // from here on rates are rates
constexpr std::uint64_t kBootstrapSeed = 1;
constexpr std::size_t kBootstrapSamples = 1000;

double median(std::vector<double> values) {
  std::ranges::sort(values);
  const std::size_t half = values.size() / 2;
  return values.size() % 2 == 1 ? values[half] : (values[half - 1] + values[half]) / 2;
}

double median_of(const TimedSize& timed) {
  const double seconds = median(timed.seconds);
  if (!(seconds > 0)) throw InputError("calibrate: " + to_string(timed.size) + " took no time by this clock");
  return seconds;
}

double bytes_of(const TimedSize& timed) { return static_cast<double>(timed.size.count()); }

BitRate rate_of(double bytes_per_second) {
  // Rates of memory; to a whole megabyte a second, as a file states them.
  return BitRate::from_bps(std::max(1LL, std::llround(bytes_per_second / 1e6)) * 8'000'000);
}

double bytes_per_second(BitRate rate) { return static_cast<double>(rate.bps()) / 8; }

/// To a nanosecond, as measured times are known.
Duration duration_of(double seconds) { return Duration::from_ps(std::llround(std::max(0.0, seconds) * 1e9) * 1000); }

/// Of a message of one size.
struct Parts {
  double overhead = 0, latency = 0;  // o and L, in seconds
};

std::vector<Parts> parts_of(const TimedPair& pair) {
  std::vector<Parts> parts;
  for (std::size_t i = 0; i < pair.exchange.size(); ++i) {
    const double exchange = median_of(pair.exchange[i]);
    double overhead = 0;
    if (i < pair.together.size()) {
      overhead = (median_of(pair.together[i]) - exchange) / (2 * (kLanesTogether - 1));
    } else {
      overhead = (exchange - parts.back().latency) / 2;
    }
    overhead = std::clamp(overhead, 0.0, exchange / 2);
    parts.push_back({overhead, exchange - 2 * overhead});
  }
  return parts;
}

/// Of the size at which the processor is at its best, so that no size is left with less than no work; but no better than the
/// best copy within a rank, since a time that noise made tiny says nothing.
BitRate port_rate(const CalibrationRuns& runs, const TimedPair& pair, const std::vector<Parts>& parts) {
  double best = 0, copy = 0;
  for (std::size_t i = 0; i < parts.size(); ++i) {
    if (parts[i].overhead > 0) best = std::max(best, bytes_of(pair.exchange[i]) / parts[i].overhead);
  }
  for (const TimedSize& timed : runs.copy) copy = std::max(copy, bytes_of(timed) / median_of(timed));
  if (best == 0)
    throw InputError("calibrate: messages on several lanes took no longer than one; the machine was at work");
  return rate_of(std::min(best, copy));
}

std::vector<MessageCost> costs_by_size(const CalibrationRuns& runs, const std::vector<Parts>& parts, BitRate port) {
  const TimedPair& closest = runs.pairs.front();
  std::vector<MessageCost> costs;
  for (std::size_t i = 0; i < parts.size(); ++i) {
    const TimedSize& exchange = closest.exchange[i];
    CHECK(runs.copy[i].size == exchange.size && runs.reduction[i].size == exchange.size, "sizes of one kind only");
    costs.push_back({.size = exchange.size,
                     .cost = duration_of(parts[i].latency),
                     .work = duration_of(parts[i].overhead - bytes_of(exchange) / bytes_per_second(port)),
                     .copy = duration_of(median_of(runs.copy[i])),
                     .reduction = duration_of(median_of(runs.reduction[i]))});
  }
  return costs;
}

/// One way alone, beyond what the costs by size are; not above the port.
BitRate up_rate(const TimedPair& pair, const ProtocolCosts& costs, Duration extra_latency, BitRate port) {
  std::vector<double> rates;
  for (const TimedSize& one : pair.one_way) {
    if (one.size.count() < kLargeBytes) continue;
    const double left = median_of(one) - (size_cost(costs, one.size) + extra_latency).seconds();
    rates.push_back(left > 0 ? std::min(bytes_of(one) / left, bytes_per_second(port)) : bytes_per_second(port));
  }
  return rates.empty() ? port : rate_of(median(rates));
}

/// How many times as long as its fastest round its slowest one took. A slow round has fewer repetitions than others, since each
/// is given the same time: equal parts of all of them would hide it.
double drift_of(const TimedSize& timed) {
  std::vector<double> medians;
  for (std::size_t round = 0; round < timed.rounds.size(); ++round) {
    const auto at = [&](std::size_t index) { return timed.seconds.begin() + static_cast<std::ptrdiff_t>(index); };
    const bool is_last = round + 1 == timed.rounds.size();
    medians.push_back(median({at(timed.rounds[round]), at(is_last ? timed.seconds.size() : timed.rounds[round + 1])}));
  }
  const auto [least, most] = std::ranges::minmax(medians);
  return least > 0 ? most / least : 1;
}

double drift_of(const TimedPair& pair) {
  std::vector<double> drifts;
  for (const TimedSize& timed : pair.exchange) {
    if (timed.rounds.size() > 1) drifts.push_back(drift_of(timed));
  }
  return drifts.empty() ? 1 : median(std::move(drifts));
}

}  // namespace

std::string_view to_string(PairClass pair) {
  constexpr std::array<std::string_view, kPairClasses> kNames = {"same core complex", "same socket", "same node",
                                                                 "other node"};
  return kNames[static_cast<std::size_t>(pair)];
}

PairClass pair_class(const CoreOfRank& a, const CoreOfRank& b) {
  if (a.node != b.node) return PairClass::other_node;
  if (a.socket != b.socket) return PairClass::same_node;
  return a.complex != b.complex ? PairClass::same_socket : PairClass::same_complex;
}

Interval median_interval(const std::vector<double>& values) {
  Interval interval{.middle = median(values)};
  std::vector<double> medians, drawn(values.size());
  RandomStream random(kBootstrapSeed, 0);
  for (std::size_t sample = 0; sample < kBootstrapSamples; ++sample) {
    for (double& value : drawn) value = values[random.below(values.size())];
    medians.push_back(median(drawn));
  }
  std::ranges::sort(medians);
  interval.low = medians[kBootstrapSamples * 25 / 1000];
  interval.high = medians[kBootstrapSamples * 975 / 1000 - 1];
  return interval;
}

Calibration calibrate(const CalibrationRuns& runs) {
  Calibration calibration;
  const TimedPair& closest = runs.pairs.front();
  const std::vector<Parts> parts = parts_of(closest);
  const BitRate port = port_rate(runs, closest, parts);
  ProtocolCosts& costs = calibration.costs;
  calibration.drift = drift_of(closest);
  costs.launch = duration_of(median(runs.launch));
  costs.by_size = costs_by_size(runs, parts, port);
  costs.processor_tier = kPortTier;
  const double base = median_of(closest.exchange.front());
  for (const TimedPair& pair : runs.pairs) {
    CalibratedPair calibrated{.pair = pair.pair};
    calibrated.extra_latency = duration_of(median_of(pair.exchange.front()) - base);
    calibrated.port = port_rate(runs, pair, parts_of(pair));
    calibrated.up = up_rate(pair, costs, calibrated.extra_latency, calibrated.port);
    calibration.pairs.push_back(calibrated);
  }
  return calibration;
}

}  // namespace polyplane::sim
