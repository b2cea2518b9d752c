#include "sim/program/exposed_time.h"

#include <algorithm>
#include <tuple>

#include "base/check.h"

namespace polyplane::sim {

using collectives::Operation;
using Kind = Operation::Kind;

namespace {

constexpr std::uint32_t kNone = OperationGraph::kNone;

class ActorSweep {
 public:
  ActorSweep(const OperationGraph& graph, const ProgramExecutor& executor, const CommunicationParts& parts)
      : graph_(graph), executor_(executor), parts_(parts), by_label_(graph.program().labels.size()) {}

  ActorTime sweep(std::uint32_t actor, TimePoint makespan) {
    std::ranges::fill(by_label_, Exposed());
    std::uint32_t last = kNone;
    computes_.clear();
    for (std::uint32_t i = graph_.first(actor); i < graph_.first(actor + 1); ++i) {
      if (last == kNone || executor_.end(i) > executor_.end(last)) last = i;
      const bool ran = graph_.operation(i).kind == Kind::compute && executor_.end(i) > executor_.begin(i);
      if (ran) computes_.push_back({executor_.begin(i), executor_.end(i), i});
    }
    std::ranges::sort(computes_);
    ActorTime time;
    TimePoint covered;
    for (const auto& [begin, end, operation] : computes_) {
      if (begin > covered) book_before_start(operation, covered);
      if (end > covered) time.busy += end - std::max(begin, covered);
      covered = std::max(covered, end);
    }
    const TimePoint actor_end = last == kNone ? TimePoint() : executor_.end(last);
    if (actor_end > covered) book_before_end(last, covered);
    time.idle = makespan - actor_end;
    Duration sum = time.busy + time.idle;
    for (std::uint32_t label = 0; label < by_label_.size(); ++label) {
      Exposed& exposed = by_label_[label];
      exposed.label = label;
      sum += exposed.moving + exposed.waiting;
      if (exposed.moving + exposed.waiting > Duration()) time.exposed.push_back(exposed);
    }
    CHECK(sum == makespan.since_start(), "the time of an actor does not sum to the makespan");
    return time;
  }

 private:
  /// Books [from, start of operation].
  void book_before_start(std::uint32_t operation, TimePoint from) {
    for (; operation != kNone && executor_.begin(operation) > from;) {
      const ProgramExecutor::Cause cause = executor_.cause(operation);
      operation = cause.operation;
      if (!cause.started && operation != kNone) book(operation, from);
    }
  }
  /// Books [from, end of operation].
  void book_before_end(std::uint32_t operation, TimePoint from) {
    book(operation, from);
    book_before_start(operation, from);
  }

  /// Books what of an operation lies after `from`.
  void book(std::uint32_t operation, TimePoint from) {
    const Operation& of = graph_.operation(operation);
    if (of.kind == Kind::compute || of.kind == Kind::join) return;
    std::uint32_t origin = operation;
    if (of.kind == Kind::receive) origin = executor_.partner(operation);
    if (of.kind == Kind::collective) origin = parts_.origin(operation);
    const TimePoint end = executor_.end(operation);
    const TimePoint begin = std::max(executor_.begin(operation), from);
    if (begin >= end) return;
    const TimePoint moves = std::clamp(executor_.begin(origin), begin, end);
    by_label_[of.label].moving += end - moves;
    by_label_[of.label].waiting += moves - begin;
  }

  const OperationGraph& graph_;
  const ProgramExecutor& executor_;
  const CommunicationParts& parts_;
  std::vector<Exposed> by_label_;
  std::vector<std::tuple<TimePoint, TimePoint, std::uint32_t>> computes_;
};

}  // namespace

std::vector<ActorTime> exposed_time(const OperationGraph& graph, const ProgramExecutor& executor,
                                    const CommunicationParts& parts, TimePoint makespan) {
  ActorSweep sweep(graph, executor, parts);
  std::vector<ActorTime> times;
  for (std::uint32_t a = 0; a < graph.num_actors(); ++a) times.push_back(sweep.sweep(a, makespan));
  return times;
}

}  // namespace polyplane::sim
