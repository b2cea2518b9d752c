#include "mpi/program_runner.h"

#include <algorithm>
#include <map>
#include <thread>
#include <utility>

#include "base/error.h"
#include "collectives/message_matching.h"
#include "collectives/operation_words.h"
#include "mpi/mpi_error.h"

namespace polyplane::mpi {
namespace {

using collectives::Actor;
using collectives::Operation;
using collectives::Stream;
using enum collectives::Operation::Kind;

constexpr unsigned kLooksUntilAbsorb = 16, kLooksUntilYield = 64;
constexpr std::size_t kMaxStallLines = 8;

}  // namespace

void check_runnable(const collectives::Program& program, int ranks) {
  if (program.actors.size() != static_cast<std::size_t>(ranks)) {
    throw InputError(program.name + " is for " + std::to_string(program.actors.size()) + " ranks, not for " +
                     std::to_string(ranks) + ": mpirun -n " + std::to_string(program.actors.size()));
  }
  if (!program.calls.empty()) {
    throw InputError(program.name + " has collectives; real ranks run sends, receives and compute of programs");
  }
  for (const Actor& actor : program.actors) {
    if (actor.cards.size() > 1) throw InputError(program.name + ": " + actor.name + " is several cards, not one rank");
  }
}

ProgramRunner::ProgramRunner(const Communicator& ranks, const collectives::Program& program, double patience_seconds)
    : ranks_(ranks.duplicate()),
      program_(program),
      me_(static_cast<std::uint32_t>(ranks.rank())),
      patience_seconds_(patience_seconds) {
  check_runnable(program, ranks.size());
  plan_tags();
  const Actor& mine = actor();
  waiters_.resize(mine.operations.size());
  std::int64_t longest = 0;
  for (std::uint32_t i = 0; i < mine.operations.size(); ++i) {
    const Operation& operation = mine.operations[i];
    if (operation.kind == send) longest = std::max(longest, operation.bytes.count());
    for (std::uint32_t k = 0; k < operation.num_after; ++k) {
      const collectives::After& after = mine.after[operation.first_after + k];
      waiters_[after.operation].push_back({i, after.started});
    }
  }
  nothing_.resize(static_cast<std::size_t>(longest));
}

/// Of a receiver whose messages are matched beforehand each message of a pair has its own tag, in the order of the receives;
/// of one that takes from anyone each tag of the program has one.
void ProgramRunner::plan_tags() {
  const collectives::MessageMatching matching(program_);
  std::vector<std::size_t> first;
  std::size_t total = 0;
  for (const Actor& each : program_.actors) {
    first.push_back(total);
    total += each.operations.size();
  }
  std::map<std::pair<std::uint32_t, std::uint32_t>, int> tags_of_pair;  // sender, receiver: how many
  std::map<std::uint32_t, int> tags_of_program;
  std::vector<int> tag(total, Communicator::kAny);
  const auto number = [&](int count) {
    if (count <= ranks_.max_tag()) return count;
    throw LimitError(program_.name + ": more messages or tags than the " + std::to_string(ranks_.max_tag()) +
                     " tags of this MPI");
  };
  const auto of_program = [&](std::uint32_t wanted) {
    return number(tags_of_program.emplace(wanted, static_cast<int>(tags_of_program.size())).first->second);
  };
  for (std::uint32_t a = 0; a < program_.actors.size(); ++a) {
    const std::vector<Operation>& operations = program_.actors[a].operations;
    for (std::uint32_t i = 0; i < operations.size(); ++i) {
      const Operation& operation = operations[i];
      if (operation.kind == send && matching.takes_any(operation.peer)) tag[first[a] + i] = of_program(operation.tag);
      if (operation.kind != receive) continue;
      if (matching.takes_any(a)) {
        if (operation.tag != Operation::kAny) tag[first[a] + i] = of_program(operation.tag);
        continue;
      }
      const int own = number(tags_of_pair[{operation.peer, a}]++);
      tag[first[a] + i] = own;
      tag[first[operation.peer] + matching.partner(first[a] + i)] = own;
    }
  }
  takes_any_ = matching.takes_any(me_);
  const auto mine = tag.begin() + static_cast<std::ptrdiff_t>(first[me_]);
  tag_.assign(mine, mine + static_cast<std::ptrdiff_t>(actor().operations.size()));
}

void ProgramRunner::reset() {
  const Actor& mine = actor();
  missing_.assign(mine.operations.size(), 0);
  streams_.assign(mine.streams.size(), {});
  left_ = mine.operations.size();
  for (std::uint32_t i = 0; i < mine.operations.size(); ++i) {
    const std::uint32_t stream = mine.operations[i].stream;
    missing_[i] = mine.operations[i].num_after;
    if (mine.streams[stream].kind == Stream::Kind::in_order) streams_[stream].order.push_back(i);
  }
  for (std::uint32_t i = 0; i < mine.operations.size(); ++i) {
    if (missing_[i] == 0) release(i);
  }
}

void ProgramRunner::release(std::uint32_t operation) {
  const std::uint32_t stream = actor().operations[operation].stream;
  streams_[stream].ready.insert(operation);
  to_try_.push_back(stream);
}

void ProgramRunner::settle() {
  while (!to_try_.empty()) {
    const std::uint32_t stream = to_try_.back();
    to_try_.pop_back();
    try_stream(stream);
  }
}

void ProgramRunner::try_stream(std::uint32_t number) {
  StreamState& stream = streams_[number];
  if (actor().streams[number].kind == Stream::Kind::concurrent) {
    for (const std::uint32_t operation : std::exchange(stream.ready, {})) start(operation);
    return;
  }
  if (stream.busy || stream.ready.empty()) return;
  std::uint32_t next = *stream.ready.begin();
  if (actor().streams[number].kind == Stream::Kind::in_order) {
    if (!stream.ready.contains(stream.order[stream.next])) return;
    next = stream.order[stream.next++];
  }
  stream.ready.erase(next);
  stream.busy = true;
  start(next);
}

void ProgramRunner::notify(std::uint32_t operation, bool started) {
  for (const Waiter& waiter : waiters_[operation]) {
    if (waiter.started == started && --missing_[waiter.operation] == 0) release(waiter.operation);
  }
}

void ProgramRunner::start(std::uint32_t number) {
  const Operation& operation = actor().operations[number];
  notify(number, true);
  switch (operation.kind) {
    case compute: {
      if (operation.duration == Duration()) return end(number);
      const auto duration = std::chrono::nanoseconds((operation.duration.ps() + 999) / 1000);
      timers_.push_back({Clock::now() + duration, number});
      return;
    }
    case send: {
      const auto data = std::span(std::as_const(nothing_)).first(static_cast<std::size_t>(operation.bytes.count()));
      under_way_.push_back({number, nullptr, ranks_.start_send(data, static_cast<int>(operation.peer), tag_[number])});
      return;
    }
    case receive: {
      if (take_arrived(number)) return end(number);
      if (takes_any_) {
        waiting_receives_.push_back(number);
        return;
      }
      const auto bytes = static_cast<std::size_t>(operation.bytes.count());
      auto buffer = std::make_unique_for_overwrite<std::byte[]>(bytes);
      const std::span<std::byte> target(buffer.get(), bytes);
      Request request = ranks_.start_receive(target, static_cast<int>(operation.peer), tag_[number]);
      under_way_.push_back({number, std::move(buffer), std::move(request)});
      return;
    }
    case collective:
    case join:
      return end(number);
  }
}

void ProgramRunner::end(std::uint32_t operation) {
  --left_;
  const std::uint32_t stream = actor().operations[operation].stream;
  streams_[stream].busy = false;
  to_try_.push_back(stream);
  notify(operation, false);
}

bool ProgramRunner::fits(const Arrived& message, std::uint32_t number) const {
  const Operation& operation = actor().operations[number];
  const bool from = operation.peer == Operation::kAny || message.source == static_cast<int>(operation.peer);
  return from && (tag_[number] == Communicator::kAny || message.tag == tag_[number]);
}

bool ProgramRunner::take_arrived(std::uint32_t number) {
  const auto found = std::ranges::find_if(arrived_, [&](const Arrived& message) { return fits(message, number); });
  if (found == arrived_.end()) return false;
  arrived_.erase(found);
  return true;
}

/// True when something came through.
bool ProgramRunner::poll() {
  bool moved = false;
  for (std::size_t i = 0; i < under_way_.size();) {
    if (!under_way_[i].request.test()) {
      ++i;
      continue;
    }
    const std::uint32_t operation = under_way_[i].operation;
    under_way_.erase(under_way_.begin() + static_cast<std::ptrdiff_t>(i));
    end(operation);
    moved = true;
  }
  const Clock::time_point now = timers_.empty() ? Clock::time_point() : Clock::now();
  for (std::size_t i = 0; i < timers_.size();) {
    if (timers_[i].end > now) {
      ++i;
      continue;
    }
    const std::uint32_t operation = timers_[i].operation;
    timers_.erase(timers_.begin() + static_cast<std::ptrdiff_t>(i));
    end(operation);
    moved = true;
  }
  return moved;
}

void ProgramRunner::run() {
  reset();
  settle();
  unsigned looks = 0;
  Clock::time_point last = Clock::now();
  while (left_ > 0) {
    bool moved = poll();
    if (takes_any_ || looks % kLooksUntilAbsorb == kLooksUntilAbsorb - 1) {
      if (const auto taken = ranks_.take_unexpected()) {
        const Arrived message{taken->first.source, taken->first.tag};
        const auto wants =
            std::ranges::find_if(waiting_receives_, [&](std::uint32_t operation) { return fits(message, operation); });
        moved = true;
        if (wants == waiting_receives_.end()) {
          arrived_.push_back(message);
        } else {
          const std::uint32_t operation = *wants;
          waiting_receives_.erase(wants);
          end(operation);
        }
      }
    }
    settle();
    if (moved || !timers_.empty()) {
      looks = 0;
      last = Clock::now();
      continue;
    }
    if (++looks % kLooksUntilYield != 0) continue;
    std::this_thread::yield();
    const double waited = std::chrono::duration<double>(Clock::now() - last).count();
    if (waited > patience_seconds_) throw StallError(stall_text(waited));
  }
}

std::string ProgramRunner::stall_text(double seconds) const {
  std::string text = "nothing came through for " + std::to_string(static_cast<long>(seconds)) + " s: ";
  std::size_t lines = 0;
  const auto add = [&](std::uint32_t operation) {
    if (++lines > kMaxStallLines) return;
    text += (lines == 1 ? "" : "; ") + collectives::words_of(program_, me_, operation);
  };
  for (const UnderWay& each : under_way_) add(each.operation);
  for (const std::uint32_t operation : waiting_receives_) add(operation);
  if (lines == 0) text += std::to_string(left_) + " operations wait for each other";
  return text + (lines > kMaxStallLines ? " and " + std::to_string(lines - kMaxStallLines) + " more" : "") +
         (lines > 0 ? " under way" : "");
}

}  // namespace polyplane::mpi
