#include "mpi/schedule_runner.h"

#include <algorithm>
#include <chrono>
#include <cstring>
#include <string>
#include <thread>

#include "base/check.h"
#include "base/error.h"
#include "mpi/mpi_error.h"

namespace polyplane::mpi {
namespace {

using Clock = std::chrono::steady_clock;

/// What no step has written looks like nothing that was put in.
constexpr std::byte kPoison{0xA5};
/// Looks at the requests, without any coming through, after which early messages are taken, and after which others may run.
constexpr unsigned kLooksUntilAbsorb = 16, kLooksUntilYield = 64;
constexpr std::size_t kMaxStallLines = 8;

std::size_t size(std::int64_t bytes) { return static_cast<std::size_t>(bytes); }

}  // namespace

ScheduleRunner::ScheduleRunner(MessageSpace& space, const collectives::Schedule& schedule, const RunnerOptions& options)
    : space_(space),
      plan_(schedule, static_cast<std::uint32_t>(space.ranks().rank()), options.in_place),
      options_(options),
      work_(size(plan_.work_bytes()), kPoison),
      lanes_(plan_.lanes().size()),
      requests_(2 * lanes_.size()) {
  const collectives::Collective& contract = schedule.collective();
  CHECK(contract.ranks() == static_cast<std::uint32_t>(space.ranks().size()), "a schedule for other ranks");
  CHECK(contract.shape().element_bytes == size_of(options.kind), "elements of another size");
  if (contract.adds_in_any_order() && options.reduction != Reduction::sum) {
    throw InputError(std::string(to_string(contract.kind())) + " adds up: the only reduction is sum");
  }
  space_.reserve(plan_.numbers());
}

std::byte* ScheduleRunner::at(const Stretch& stretch) const {
  switch (stretch.memory) {
    case Memory::in:
      // `in` is never written: PlaceMemory puts only places there that no step writes.
      return const_cast<std::byte*>(in_) + stretch.offset;
    case Memory::out:
      return out_ + stretch.offset;
    case Memory::work:
      return const_cast<std::byte*>(work_.data()) + stretch.offset;
  }
  check_failed("Memory", "unknown memory");
}

void ScheduleRunner::run(const std::byte* in, std::byte* out) {
  in_ = in;
  out_ = out;
  prepare();
  advance_ready();
  unsigned looks = 0;
  Clock::time_point last = Clock::now();
  while (unfinished_ > 0) {
    const std::span<const int> through = requests_.test_some();
    for (const int slot : through) complete_if_through(static_cast<std::size_t>(slot) / 2);
    advance_ready();
    if (!through.empty()) {
      looks = 0;
      continue;
    }
    if (++looks == 1) last = Clock::now();
    if (looks % kLooksUntilAbsorb == 0 && space_.absorb()) looks = 0;
    if (looks % kLooksUntilYield != kLooksUntilYield - 1) continue;
    std::this_thread::yield();
    const double waited = std::chrono::duration<double>(Clock::now() - last).count();
    if (waited > options_.patience_seconds) throw StallError(stall_text(waited));
  }
}

void ScheduleRunner::prepare() {
  for (const StretchCopy& copy : plan_.copies()) std::memcpy(at(copy.to), at(copy.from), size(copy.to.bytes));
  for (const Stretch& zero : plan_.zeros()) std::memset(at(zero), 0, size(zero.bytes));
  unfinished_ = 0;
  for (std::size_t lane = 0; lane < lanes_.size(); ++lane) {
    lanes_[lane].next = 0;
    lanes_[lane].running = false;
    if (finished(lane)) continue;
    ++unfinished_;
    ready_.push_back(lane);
  }
}

bool ScheduleRunner::may_start(std::size_t lane) const {
  const PlannedStep& next = step(lane);
  for (std::uint8_t i = 0; i < next.num_after; ++i) {
    if (lanes_[next.after_lane[i]].next <= next.after_step[i]) return false;
  }
  return true;
}

void ScheduleRunner::advance_ready() {
  while (!ready_.empty()) {
    const std::size_t lane = ready_.back();
    ready_.pop_back();
    if (lanes_[lane].running || finished(lane) || !may_start(lane)) continue;
    start(lane);
    complete_if_through(lane);
  }
}

bool ScheduleRunner::straight(const PlannedStep& step) {
  return !step.reduce && !step.overlaps && step.receive.stretches.size() <= 1;
}

void ScheduleRunner::start(std::size_t lane) {
  Lane& state = lanes_[lane];
  const PlannedStep& now = step(lane);
  state.running = true;
  state.early = false;
  if (now.receive.exists()) {
    if (auto early = space_.take_early(now.receive.peer, now.receive.number)) {
      CHECK(early->size() == size(now.receive.bytes), "a message of another size than planned");
      state.received = std::move(*early);
      state.early = true;
    } else {
      std::span<std::byte> target;
      if (!straight(now)) {
        state.received.resize(std::max(state.received.size(), size(now.receive.bytes)));
        target = {state.received.data(), size(now.receive.bytes)};
      } else if (!now.receive.stretches.empty()) {
        target = {at(now.receive.stretches[0]), size(now.receive.bytes)};
      }
      requests_.put(2 * lane + 1, space_.start_receive(target, now.receive.peer, now.receive.number));
    }
  }
  if (!now.send.exists()) return;
  std::span<const std::byte> source;
  if (now.send.stretches.size() == 1) {
    source = {at(now.send.stretches[0]), size(now.send.bytes)};
  } else if (!now.send.stretches.empty()) {
    state.sent.resize(std::max(state.sent.size(), size(now.send.bytes)));
    std::byte* next = state.sent.data();
    for (const Stretch& stretch : now.send.stretches) {
      std::memcpy(next, at(stretch), size(stretch.bytes));
      next += stretch.bytes;
    }
    source = {state.sent.data(), size(now.send.bytes)};
  }
  requests_.put(2 * lane, space_.start_send(source, now.send.peer, now.send.number));
}

void ScheduleRunner::complete_if_through(std::size_t lane) {
  Lane& state = lanes_[lane];
  if (!state.running || requests_.active(2 * lane) || requests_.active(2 * lane + 1)) return;
  const PlannedStep& now = step(lane);
  if (now.receive.exists() && (state.early || !straight(now))) put_received(lane);
  for (const PlannedMove& each : now.moves) move(each);
  state.running = false;
  ++state.next;
  if (finished(lane)) {
    --unfinished_;
  } else {
    ready_.push_back(lane);
  }
  if (!plan_.has_cross_lane_dependencies()) return;
  const std::uint32_t participant = plan_.lanes()[lane].participant;
  const std::size_t first = lane - plan_.lanes()[lane].lane;
  for (std::size_t other = first; other < lanes_.size() && plan_.lanes()[other].participant == participant; ++other) {
    if (other != lane && !lanes_[other].running && !finished(other)) ready_.push_back(other);
  }
}

void ScheduleRunner::put_received(std::size_t lane) {
  const PlannedStep& now = step(lane);
  const std::byte* next = lanes_[lane].received.data();
  for (const Stretch& stretch : now.receive.stretches) {
    if (now.reduce) {
      reduce_into(options_.kind, options_.reduction, next, at(stretch), stretch.bytes / size_of(options_.kind));
    } else {
      std::memcpy(at(stretch), next, size(stretch.bytes));
    }
    next += stretch.bytes;
  }
}

void ScheduleRunner::move(const PlannedMove& move) {
  if (move.from == move.to && !move.add) return;
  if (move.add) {
    reduce_into(options_.kind, options_.reduction, at(move.from), at(move.to), move.to.bytes / size_of(options_.kind));
  } else {
    std::memmove(at(move.to), at(move.from), size(move.to.bytes));
  }
}

std::string ScheduleRunner::stall_text(double seconds) const {
  std::vector<std::string> lines;
  for (std::size_t lane = 0; lane < lanes_.size(); ++lane) {
    if (!lanes_[lane].running) continue;
    const PlannedStep& now = step(lane);
    const std::string who = plan_.step_name(lane, lanes_[lane].next);
    if (requests_.active(2 * lane + 1)) lines.push_back(who + " waits for the message of " + now.receive.other_end);
    if (requests_.active(2 * lane)) lines.push_back(who + " waits for " + now.send.other_end + " to take its message");
  }
  for (std::size_t lane = 0; lane < lanes_.size(); ++lane) {
    if (lanes_[lane].running || finished(lane)) continue;
    const PlannedStep& next = step(lane);
    for (std::uint8_t i = 0; i < next.num_after; ++i) {
      if (lanes_[next.after_lane[i]].next > next.after_step[i]) continue;
      lines.push_back(plan_.step_name(lane, lanes_[lane].next) + " waits for " +
                      plan_.step_name(next.after_lane[i], next.after_step[i]));
      break;
    }
  }
  std::string text = "nothing came through for " + std::to_string(static_cast<long>(seconds)) + " s: ";
  for (std::size_t i = 0; i < lines.size() && i < kMaxStallLines; ++i) text += (i == 0 ? "" : "; ") + lines[i];
  if (lines.size() > kMaxStallLines) text += "; and " + std::to_string(lines.size() - kMaxStallLines) + " more";
  return text;
}

}  // namespace polyplane::mpi
