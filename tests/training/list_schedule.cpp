#include "training/list_schedule.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <optional>
#include <tuple>

namespace polyplane::collectives {
namespace {

using Kind = Operation::Kind;

class Scheduler {
 public:
  Scheduler(const Program& program, const std::function<Duration(const Call&)>& call_time)
      : program_(program), call_time_(call_time), began_(program.actors.size()), ended_(program.actors.size()) {
    for (std::size_t a = 0; a < program.actors.size(); ++a) {
      began_[a].resize(program.actors[a].operations.size());
      ended_[a].resize(program.actors[a].operations.size());
      number(a);
    }
    for (std::size_t c = 0; c < program.calls.size(); ++c)
      participants_.push_back(count_participants(program.calls[c]));
  }

  ListSchedule run() {
    std::size_t done = 0, all = 0;
    for (const Actor& actor : program_.actors) all += actor.operations.size();
    for (bool progress = true; progress;) {
      progress = false;
      for (std::size_t a = 0; a < program_.actors.size(); ++a) {
        for (std::size_t o = 0; o < program_.actors[a].operations.size(); ++o) {
          if (!ended_[a][o] && step(a, o)) {
            ++done;
            progress = true;
          }
        }
      }
    }
    EXPECT_EQ(done, all) << "the program stalls";
    ListSchedule schedule;
    schedule.begin.resize(program_.actors.size());
    schedule.end.resize(program_.actors.size());
    for (std::size_t a = 0; a < program_.actors.size(); ++a) {
      for (std::size_t o = 0; o < program_.actors[a].operations.size(); ++o) {
        schedule.begin[a].push_back(began_[a][o].value_or(Duration()));
        schedule.end[a].push_back(ended_[a][o].value_or(Duration()));
        schedule.makespan = std::max(schedule.makespan, schedule.end[a].back());
      }
    }
    return schedule;
  }

 private:
  using Match = std::tuple<std::size_t, std::size_t, std::uint32_t, std::uint64_t>;  // from, to, tag, which

  /// Which message of its pair and tag, or entry of its call, each operation is.
  void number(std::size_t a) {
    std::map<std::tuple<int, std::uint32_t, std::uint32_t>, std::uint64_t> counts;
    for (const Operation& operation : program_.actors[a].operations) {
      const bool collective = operation.kind == Kind::collective;
      const std::tuple key{static_cast<int>(operation.kind), collective ? operation.call : operation.peer,
                           operation.tag};
      which_[a].push_back(counts[key]++);
    }
  }

  std::size_t count_participants(const Call& call) const {
    std::size_t count = 0;
    for (const Actor& actor : program_.actors) {
      count += std::ranges::any_of(
          call.groups, [&](const auto& group) { return std::ranges::find(group, actor.cards.front()) != group.end(); });
    }
    return count;
  }

  std::optional<Duration> ready(std::size_t a, std::size_t o) const {
    const Actor& actor = program_.actors[a];
    const Operation& operation = actor.operations[o];
    Duration at;
    for (std::uint32_t i = 0; i < operation.num_after; ++i) {
      const After& after = actor.after[operation.first_after + i];
      const auto& moment = after.started ? began_[a][after.operation] : ended_[a][after.operation];
      if (!moment) return std::nullopt;
      at = std::max(at, *moment);
    }
    if (actor.streams[operation.stream].kind == Stream::Kind::concurrent) return at;
    for (std::size_t before = o; before-- > 0;) {
      if (actor.operations[before].stream != operation.stream) continue;
      if (!ended_[a][before]) return std::nullopt;
      return std::max(at, *ended_[a][before]);
    }
    return at;
  }

  bool step(std::size_t a, std::size_t o) {
    const Operation& operation = program_.actors[a].operations[o];
    if (!began_[a][o]) {
      began_[a][o] = ready(a, o);
      if (!began_[a][o]) return false;
      const auto to = static_cast<std::size_t>(operation.peer);
      if (operation.kind == Kind::send) sent_[{a, to, operation.tag, which_[a][o]}] = *began_[a][o];
      if (operation.kind == Kind::collective) entries_[{operation.call, which_[a][o]}].push_back(*began_[a][o]);
    }
    if (operation.kind == Kind::receive) {
      const auto found = sent_.find({operation.peer, a, operation.tag, which_[a][o]});
      if (found == sent_.end()) return false;
      ended_[a][o] = std::max(*began_[a][o], found->second);
    } else if (operation.kind == Kind::collective) {
      const std::vector<Duration>& entries = entries_[{operation.call, which_[a][o]}];
      if (entries.size() < participants_[operation.call]) return false;
      const Duration time = call_time_ ? call_time_(program_.calls[operation.call]) : Duration();
      ended_[a][o] = std::ranges::max(entries) + time;
    } else {
      ended_[a][o] = *began_[a][o] + (operation.kind == Kind::compute ? operation.duration : Duration());
    }
    return true;
  }

  const Program& program_;
  const std::function<Duration(const Call&)>& call_time_;
  std::vector<std::vector<std::optional<Duration>>> began_, ended_;
  std::map<std::size_t, std::vector<std::uint64_t>> which_;
  std::map<Match, Duration> sent_;
  std::map<std::pair<std::uint32_t, std::uint64_t>, std::vector<Duration>> entries_;
  std::vector<std::size_t> participants_;
};

}  // namespace

Duration ListSchedule::busy(const Actor& actor) {
  Duration sum;
  for (const Operation& operation : actor.operations) {
    if (operation.kind == Kind::compute) sum += operation.duration;
  }
  return sum;
}

ListSchedule list_schedule(const Program& program, const std::function<Duration(const Call&)>& call_time) {
  return Scheduler(program, call_time).run();
}

}  // namespace polyplane::collectives
