#include "mpi/calibrate_runs.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cstring>
#include <optional>
#include <thread>
#include <utility>

#include "mpi/message_patterns.h"
#include "mpi/message_space.h"
#include "mpi/operation.h"
#include "mpi/schedule_runner.h"

namespace polyplane::mpi {
namespace {

using Clock = std::chrono::steady_clock;
using sim::PairClass;
using sim::TimedSize;

constexpr std::uint32_t kExchanges = 4;  // in one run
constexpr std::uint32_t kPingPongs = 8;  // messages in one run
constexpr std::size_t kMostRepetitions = 2000;
constexpr std::size_t kWarmUps = 3;
constexpr std::size_t kBatch = 8;   // repetitions between two looks at the clock, in which all ranks must agree
constexpr std::size_t kRounds = 4;  // over all sizes, so that a bad moment of the machine does not hit one size alone
constexpr double kShortest = 5e-6;  // of what is timed at once, against the grain of the clock

double seconds_since(Clock::time_point start) { return std::chrono::duration<double>(Clock::now() - start).count(); }

/// Seconds of each repetition, those of the slower rank. Collective. Ends by the clock, too: where others are at work a
/// barrier may take far longer than what it stands before.
template <class Work>
std::vector<double> time_repeatedly(const Communicator& ranks, const CalibrateOptions& options, const Work& work) {
  double longest = 0;
  for (std::size_t i = 0; i < kWarmUps; ++i) {
    ranks.barrier();
    const Clock::time_point start = Clock::now();
    work();
    longest = seconds_since(start);
  }
  const double once = ranks.max(longest);
  const auto fitting = static_cast<std::size_t>(options.seconds_a_point / std::max(once, 1e-7));
  const std::size_t wanted = std::clamp(fitting, options.least_repetitions, kMostRepetitions);
  const Clock::time_point begin = Clock::now();
  std::vector<double> seconds;
  seconds.reserve(wanted);
  while (seconds.size() < wanted) {
    ranks.barrier();
    const Clock::time_point start = Clock::now();
    work();
    seconds.push_back(seconds_since(start));
    const std::size_t done = seconds.size();
    if (done < options.least_repetitions || (done - options.least_repetitions) % kBatch != 0) continue;
    if (ranks.max(seconds_since(begin)) > options.seconds_a_point) break;
  }
  return ranks.max(std::move(seconds));
}

/// Of a schedule between two ranks; the time of one of its `messages` beyond the launch.
std::vector<double> time_schedule(MessageSpace& space, const CalibrateOptions& options,
                                  const collectives::Schedule& schedule) {
  ScheduleRunner runner(space, schedule, {.kind = ElementKind::byte});
  const std::vector<std::byte> in(static_cast<std::size_t>(runner.in_bytes()), std::byte{1});
  std::vector<std::byte> out(static_cast<std::size_t>(runner.out_bytes()));
  return time_repeatedly(space.ranks(), options, [&] { runner.run(in.data(), out.data()); });
}

std::vector<double> per_message(std::vector<double> seconds, double launch, std::uint32_t messages) {
  // A repetition that took no longer than the launch is one message of the shortest time there is.
  for (double& one : seconds) one = std::max(one - launch, 1e-9) / messages;
  return seconds;
}

/// One more round.
void add(TimedSize& timed, const std::vector<double>& seconds) {
  timed.rounds.push_back(timed.seconds.size());
  timed.seconds.insert(timed.seconds.end(), seconds.begin(), seconds.end());
}

/// All lanes together move no more than the largest message.
bool is_together(const std::vector<Bytes>& sizes, Bytes size) { return size * sim::kLanesTogether <= sizes.back(); }

struct PairRuns {
  std::vector<double> launch;
  std::vector<TimedSize> exchange, together, one_way;
};

PairRuns run_pair(const Communicator& pair, const CalibrateOptions& options) {
  MessageSpace space(pair);
  PairRuns runs;
  runs.launch = time_schedule(space, options, *exchange_pattern(options.sizes.front(), 0));
  const double launch = sim::median_interval(runs.launch).middle;
  for (const Bytes size : options.sizes) {
    runs.exchange.push_back({size, {}});
    if (is_together(options.sizes, size)) runs.together.push_back({size, {}});
    runs.one_way.push_back({size, {}});
  }
  CalibrateOptions round = options;
  round.seconds_a_point /= kRounds;
  round.least_repetitions = (options.least_repetitions + kRounds - 1) / kRounds;
  for (std::size_t i = 0; i < kRounds; ++i) {
    for (std::size_t s = 0; s < options.sizes.size(); ++s) {
      const Bytes size = options.sizes[s];
      add(runs.exchange[s],
          per_message(time_schedule(space, round, *exchange_pattern(size, kExchanges)), launch, kExchanges));
      add(runs.one_way[s],
          per_message(time_schedule(space, round, *ping_pong_pattern(size, kPingPongs)), launch, kPingPongs));
      if (!is_together(options.sizes, size)) continue;
      add(runs.together[s],
          per_message(time_schedule(space, round, *exchange_pattern(size, kExchanges, sim::kLanesTogether)), launch,
                      kExchanges));
    }
  }
  return runs;
}

/// Waits for all ranks without keeping a core busy, as MPI_Barrier would.
void sleep_until_all_are_here(const Communicator& world) {
  Request barrier = world.start_barrier();
  while (!barrier.test()) std::this_thread::sleep_for(std::chrono::milliseconds(1));
}

void append(std::string& text, const std::vector<double>& values) {
  const auto count = static_cast<double>(values.size());
  text.append(reinterpret_cast<const char*>(&count), sizeof count);
  text.append(reinterpret_cast<const char*>(values.data()), values.size() * sizeof(double));
}

std::vector<double> take(const std::string& text, std::size_t& at) {
  double count = 0;
  std::memcpy(&count, text.data() + at, sizeof count);
  std::vector<double> values(static_cast<std::size_t>(count));
  std::memcpy(values.data(), text.data() + at + sizeof count, values.size() * sizeof(double));
  at += sizeof count + values.size() * sizeof(double);
  return values;
}

void append(std::string& text, const TimedSize& timed) {
  append(text, timed.seconds);
  append(text, {timed.rounds.begin(), timed.rounds.end()});
}

TimedSize take(const std::string& text, std::size_t& at, Bytes size) {
  std::vector<double> seconds = take(text, at);
  const std::vector<double> rounds = take(text, at);
  return {size, std::move(seconds), {rounds.begin(), rounds.end()}};
}

std::string packed(const PairRuns& runs) {
  std::string text;
  append(text, runs.launch);
  for (const TimedSize& timed : runs.exchange) append(text, timed);
  for (const TimedSize& timed : runs.together) append(text, timed);
  for (const TimedSize& timed : runs.one_way) append(text, timed);
  return text;
}

PairRuns unpacked(const std::string& text, const std::vector<Bytes>& sizes) {
  PairRuns runs;
  std::size_t at = 0;
  runs.launch = take(text, at);
  for (const Bytes size : sizes) runs.exchange.push_back(take(text, at, size));
  for (const Bytes size : sizes) {
    if (is_together(sizes, size)) runs.together.push_back(take(text, at, size));
  }
  for (const Bytes size : sizes) runs.one_way.push_back(take(text, at, size));
  return runs;
}

/// The first pair of a class, in order of ranks.
std::optional<std::pair<int, int>> pair_of(const std::vector<sim::CoreOfRank>& cores, PairClass wanted) {
  for (std::size_t a = 0; a < cores.size(); ++a) {
    for (std::size_t b = a + 1; b < cores.size(); ++b) {
      if (sim::pair_class(cores[a], cores[b]) == wanted) return std::pair(static_cast<int>(a), static_cast<int>(b));
    }
  }
  return std::nullopt;
}

/// What `work` takes for `size` bytes, on all ranks at once.
template <class Work>
TimedSize time_alone(const Communicator& world, const CalibrateOptions& options, Bytes size, const Work& work) {
  const Clock::time_point start = Clock::now();
  work();
  const double once = world.max(std::max(seconds_since(start), 1e-9));
  const auto rounds = static_cast<std::size_t>(std::max(1.0, kShortest / once));
  std::vector<double> seconds = time_repeatedly(world, options, [&] {
    for (std::size_t i = 0; i < rounds; ++i) work();
  });
  for (double& one : seconds) one /= static_cast<double>(rounds);
  return {size, std::move(seconds)};
}

void run_alone(const Communicator& world, const CalibrateOptions& options, sim::CalibrationRuns& runs) {
  for (const Bytes size : options.sizes) {
    const auto bytes = static_cast<std::size_t>(size.count());
    const std::vector<std::byte> from(bytes, std::byte{1});
    std::vector<std::byte> to(bytes);
    runs.copy.push_back(time_alone(world, options, size, [&] { std::memcpy(to.data(), from.data(), bytes); }));
    if (size.count() < size_of(ElementKind::float32)) continue;
    const std::int64_t elements = size.count() / size_of(ElementKind::float32);
    runs.reduction.push_back(time_alone(world, options, size, [&] {
      reduce_into(ElementKind::float32, Reduction::sum, from.data(), to.data(), elements);
    }));
  }
}

/// A part of `points` for each size.
void tell(const Communicator& world, const CalibrateOptions& options, const std::string& part, int points) {
  if (!world.is_root() || !options.on_part) return;
  const double seconds = options.seconds_a_point * static_cast<double>(options.sizes.size()) * points;
  options.on_part(part + ": " + std::to_string(options.sizes.size()) + " sizes, about " +
                  fmt::format("{:.2g}", seconds) + " s at most where nothing else runs");
}

}  // namespace

sim::CalibrationRuns run_calibration(const Communicator& world, const std::vector<sim::CoreOfRank>& cores,
                                     const CalibrateOptions& options) {
  constexpr int kTag = 1;
  sim::CalibrationRuns runs;
  runs.cores = cores;
  for (std::size_t i = 0; i < sim::kPairClasses; ++i) {
    const auto wanted = static_cast<PairClass>(i);
    const auto pair = pair_of(cores, wanted);
    if (!pair) continue;
    tell(world, options,
         "messages between ranks " + std::to_string(pair->first) + " and " + std::to_string(pair->second) + ", " +
             std::string(to_string(wanted)),
         3);
    const bool takes_part = world.rank() == pair->first || world.rank() == pair->second;
    const Communicator group = world.split(takes_part ? 1 : 0, world.rank());
    std::string text;
    if (takes_part) text = packed(run_pair(group, options));
    sleep_until_all_are_here(world);
    if (world.rank() == pair->first && !world.is_root()) world.send_text(text, 0, kTag);
    if (!world.is_root()) continue;
    if (pair->first != 0) text = world.receive_text(pair->first, kTag).second;
    PairRuns found = unpacked(text, options.sizes);
    if (runs.pairs.empty()) runs.launch = std::move(found.launch);
    runs.pairs.push_back({wanted, static_cast<std::uint32_t>(pair->first), static_cast<std::uint32_t>(pair->second),
                          std::move(found.exchange), std::move(found.one_way), std::move(found.together)});
  }
  tell(world, options, "copies and sums of each rank", 2);
  run_alone(world, options, runs);
  return runs;
}

}  // namespace polyplane::mpi
