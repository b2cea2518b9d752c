#include "mpi/sweep_farm.h"

#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <cstdlib>
#include <optional>
#include <thread>

#include "base/check.h"
#include "base/error.h"
#include "base/log.h"
#include "base/suggest.h"
#include "cli/exit_code.h"
#include "cli/signals.h"
#include "mpi/sweep_messages.h"
#include "sim/simulation.h"

namespace polyplane::mpi {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::chrono::microseconds kBetweenLooks{100};
constexpr std::chrono::milliseconds kBetweenRollCalls{300};

std::string host_name() {
  std::array<char, 256> name{};
  return gethostname(name.data(), name.size() - 1) == 0 ? name.data() : "";
}

bool runs(std::int64_t process) { return kill(static_cast<pid_t>(process), 0) == 0 || errno != ESRCH; }

std::string named(int rank) { return "rank " + std::to_string(rank); }

}  // namespace

std::vector<RankPlace> gather_places(const Communicator& ranks) {
  std::vector<RankPlace> places;
  for (const std::string& text : ranks.gather(std::to_string(getpid()) + " " + host_name())) {
    const std::size_t blank = text.find(' ');
    places.push_back({.host = text.substr(blank + 1), .process = std::stoll(text.substr(0, blank))});
  }
  return places;
}

struct SweepFarm::Worker {
  RankPlace place;
  bool near = false;  // on the machine of rank 0
  bool alive = true;
  std::optional<sim::RunningPoint> at;
  bool alone = false;  // `at` has all memory of the machine
};

SweepFarm::SweepFarm(const Communicator& ranks, const std::vector<RankPlace>& places) : ranks_(ranks) {
  CHECK(ranks.size() > 1 && places.size() == static_cast<std::size_t>(ranks.size()), "a farm needs ranks that work");
  for (const RankPlace& place : places) {
    workers_.push_back(
        {.place = place, .near = place.host == places.front().host, .alive = true, .at = {}, .alone = false});
  }
}

SweepFarm::~SweepFarm() {
  for (int rank = 1; rank < ranks_.size(); ++rank) {
    if (!workers_[static_cast<std::size_t>(rank)].alive) continue;
    try {
      ranks_.send_text(end_text(lost_ranks()), rank, kToWorker);
    } catch (const RunError& error) { log(LogLevel::warn, "sweep", named(rank) + ": " + error.what()); }
  }
}

bool SweepFarm::lost_ranks() const {
  return std::ranges::any_of(workers_, [](const Worker& worker) { return !worker.alive; });
}

std::size_t SweepFarm::workers_on(const std::string& host) const {
  return static_cast<std::size_t>(std::count_if(workers_.begin() + 1, workers_.end(),
                                                [&](const Worker& worker) { return worker.place.host == host; }));
}

/// Nothing runs beside a point that has all memory of its machine.
bool SweepFarm::may_run(const Worker& worker, bool alone) const {
  return std::ranges::none_of(workers_, [&](const Worker& other) {
    return other.at && other.place.host == worker.place.host && (alone || other.alone);
  });
}

void SweepFarm::hand_out(Open& open) {
  for (std::size_t rank = 1; rank < workers_.size(); ++rank) {
    Worker& worker = workers_[rank];
    const bool alone = open.ordinary.empty();
    std::vector<sim::RunningPoint>& from = alone ? open.large : open.ordinary;
    if (from.empty()) return;
    if (!worker.alive || worker.at || !may_run(worker, alone)) continue;
    const std::size_t beside = alone ? 1 : workers_on(worker.place.host);
    ranks_.send_text(point_text(from.back(), beside), static_cast<int>(rank), kToWorker);
    worker.at = from.back();
    worker.alone = beside == 1;
    from.pop_back();
  }
}

void SweepFarm::look_for_dead(const sim::SweepPlan& plan, Open& open) {
  for (std::size_t rank = 1; rank < workers_.size(); ++rank) {
    Worker& worker = workers_[rank];
    if (!worker.alive || !worker.near || runs(worker.place.process)) continue;
    if (ranks_.probe(static_cast<int>(rank), kToRoot)) continue;  // its last answer first
    worker.alive = false;
    std::string text =
        named(static_cast<int>(rank)) + " (process " + std::to_string(worker.place.process) + ") has died";
    if (worker.at) {
      text += "; its point, " + plan.words(worker.at->position) + ", is open again";
      open.ordinary.push_back(*worker.at);
      worker.at.reset();
    }
    log(LogLevel::warn, "sweep", text);
  }
}

void SweepFarm::run(const sim::SweepPlan& plan, std::span<const sim::RunningPoint> points, const sim::KeepResult& keep,
                    const sim::SweepOptions& options) {
  Open open{.ordinary = {points.rbegin(), points.rend()}, .large = {}};
  Clock::time_point roll_call = Clock::now();
  const auto stopped = [&] { return options.stop && options.stop(); };
  while (!stopped()) {
    hand_out(open);
    const bool busy = std::ranges::any_of(workers_, [](const Worker& worker) { return worker.at.has_value(); });
    if (!busy && open.ordinary.empty() && open.large.empty()) return;
    if (!busy) throw RunError("all ranks that ran points have died; the same command goes on with the rest");
    if (const auto arrival = ranks_.probe(Communicator::kAny, kToRoot)) {
      const PointAnswer answer = parse_answer(ranks_.receive_text(arrival->source, kToRoot).second);
      Worker& worker = workers_[static_cast<std::size_t>(arrival->source)];
      if (!worker.alive) continue;  // its point was given to another
      CHECK(worker.at, named(arrival->source) + " answers what it was not asked");
      if (!answer.trouble.empty()) throw RunError(named(arrival->source) + ": " + answer.trouble);
      if (answer.result.lacks_memory && !worker.alone) {
        open.large.insert(open.large.begin(), *worker.at);
      } else {
        keep(*worker.at, answer.result, answer.run);
      }
      worker.at.reset();
      continue;
    }
    if (Clock::now() - roll_call > kBetweenRollCalls) {
      look_for_dead(plan, open);
      roll_call = Clock::now();
    }
    std::this_thread::sleep_for(kBetweenLooks);
  }
  look_for_dead(plan, open);  // mpirun ends all ranks when one of them dies
}

namespace {

/// The next order, without a point at the end or when a signal came. Ends this process when others have died: the end of MPI would wait.
Order next_order(const Communicator& ranks) {
  while (!ranks.probe(0, kToWorker)) {
    if (cli::caught_signal() != 0) return {};
    std::this_thread::sleep_for(kBetweenLooks);
  }
  Order order = parse_order(ranks.receive_text(0, kToWorker).second);
  if (order.at_once) std::_Exit(cli::kExitFailed);
  return order;
}

/// False when rank 0 does not want it any more.
bool send_answer(const Communicator& ranks, const PointAnswer& answer) {
  const std::string text = answer_text(answer);
  Request request = ranks.start_send(std::as_bytes(std::span(text)), 0, kToRoot);
  while (!request.test()) {
    if (cli::caught_signal() != 0 || ranks.probe(0, kToWorker)) return false;
    std::this_thread::sleep_for(kBetweenLooks);
  }
  return true;
}

}  // namespace

void work_for_sweep(const Communicator& ranks, const sim::SweepRequest& request, const sim::SweepOptions& options) {
  // While a point runs, the only message that can come is the last one.
  const auto stop = [&] { return cli::caught_signal() != 0 || ranks.probe(0, kToWorker); };
  std::optional<sim::Catalog> catalog;
  std::optional<sim::SweepPlan> plan;
  sim::ClusterFigureCache cache;
  while (true) {
    const Order order = next_order(ranks);
    if (!order.point) return;
    PointAnswer answer;
    try {
      if (!plan) {
        catalog.emplace(sim::Catalog::open());
        plan.emplace(*catalog, request);
      }
      const Clock::time_point start = Clock::now();
      answer.result =
          sim::run_here(*plan, *order.point,
                        {.max_memory = sim::memory_share(options.max_memory, order.beside).bytes, .stop = stop}, cache);
      answer.run.seconds = std::chrono::duration<double>(Clock::now() - start).count();
      answer.run.host = host_name();
    } catch (const sim::Interrupted&) { return; } catch (const std::exception& error) {
      answer.trouble = error.what();
    }
    if (!send_answer(ranks, answer)) return;
  }
}

}  // namespace polyplane::mpi
