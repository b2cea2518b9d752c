#include "sim/program/program_executor.h"

#include <algorithm>

#include "base/check.h"
#include "collectives/operation_words.h"

namespace polyplane::sim {

using collectives::Operation;
using collectives::Stream;
using Kind = Operation::Kind;

namespace {
constexpr std::size_t kShown = 8;
}

ProgramExecutor::ProgramExecutor(Engine& engine, const OperationGraph& graph, TraceSink* trace)
    : engine_(engine),
      graph_(graph),
      trace_(trace),
      begin_ps_(graph.num_operations(), kNever),
      end_ps_(graph.num_operations(), kNever),
      waits_(graph.num_operations()),
      cause_(graph.num_operations(), kNone),
      cause_started_(graph.num_operations(), 0),
      partner_(graph.num_operations()),
      arrived_(graph.num_operations(), 0),
      entries_(graph.num_instances(), 0),
      last_entry_(graph.num_instances(), kNone),
      turn_of_(graph.num_streams(), kNone) {
  for (std::uint32_t s = 0; s < graph.num_streams(); ++s) {
    if (graph.kind(s) != Stream::Kind::one_at_a_time) continue;
    turn_of_[s] = static_cast<std::uint32_t>(turns_.size());
    turns_.emplace_back();
  }
  for (std::uint32_t i = 0; i < graph.num_operations(); ++i) {
    waits_[i] = graph.waits(i);
    partner_[i] = graph.partner(i);
    const Operation& operation = graph.operation(i);
    if (operation.kind == Kind::send && graph.takes_any(operation.peer)) {
      arrivals_[operation.peer].expect(graph.actor(i), operation.tag, i);
    }
  }
  engine_.attach(EventKind::operation, *this);
}

void ProgramExecutor::start(Communication& communication) {
  communication_ = &communication;
  for (std::uint32_t i = 0; i < graph_.num_operations(); ++i) {
    if (waits_[i] == 0) ready_.push_back(i);
  }
  drain();
}

void ProgramExecutor::handle(EventKind, std::span<const Event> events) {
  for (const Event& event : events) end_operation(event.id);
  drain();
}

void ProgramExecutor::delivered(std::uint32_t send) {
  end_operation(send);
  if (partner_[send] != kNone) {
    meet(send, partner_[send]);
  } else {
    const Operation& operation = graph_.operation(send);
    const auto meetings = arrivals_.at(operation.peer).arrive(graph_.actor(send), operation.tag, send);
    for (const EarlyArrivals::Meeting& meeting : meetings) meet(meeting.send, meeting.receive);
  }
  drain();
}

void ProgramExecutor::meet(std::uint32_t send, std::uint32_t receive) {
  partner_[send] = receive;
  partner_[receive] = send;
  arrived_[receive] = 1;
  if (begin_ps_[receive] != kNever) end_operation(receive);
}

void ProgramExecutor::completed(std::uint32_t operation) {
  end_operation(operation);
  drain();
}

void ProgramExecutor::become_ready(std::uint32_t operation) {
  const std::uint32_t stream = graph_.stream(operation);
  if (turn_of_[stream] == kNone) return begin_operation(operation);
  turns_[turn_of_[stream]].ready.emplace(engine_.now().ps(), operation);
  mark(stream);
}

void ProgramExecutor::mark(std::uint32_t stream) {
  Turn& turn = turns_[turn_of_[stream]];
  if (turn.held || turn.marked || turn.ready.empty()) return;
  turn.marked = true;
  marked_.push_back(stream);
}

void ProgramExecutor::settle() {
  while (!marked_.empty()) {
    std::vector<std::uint32_t> choosing = std::exchange(marked_, {});
    std::ranges::sort(choosing);
    for (const std::uint32_t stream : choosing) {
      Turn& turn = turns_[turn_of_[stream]];
      turn.marked = false;
      const auto [since, operation] = turn.ready.top();
      turn.ready.pop();
      turn.held = true;
      if (since < engine_.now().ps()) {
        cause_[operation] = turn.last;
        cause_started_[operation] = 0;
      }
      begin_operation(operation);
    }
    drain();
  }
}

void ProgramExecutor::begin_operation(std::uint32_t operation) {
  const Operation& of = graph_.operation(operation);
  begin_ps_[operation] = engine_.now().ps();
  release(graph_.after_start(operation), operation, true);
  switch (of.kind) {
    case Kind::join:
      return end_operation(operation);
    case Kind::compute:
      if (of.duration == Duration()) return end_operation(operation);
      return engine_.schedule(engine_.now() + of.duration, EventKind::operation, operation);
    case Kind::send:
      return communication_->send(operation);
    case Kind::receive:
      if (const auto any = arrivals_.find(graph_.actor(operation)); any != arrivals_.end()) {
        if (const auto send = any->second.ask(of.peer, of.tag, operation)) meet(*send, operation);
      } else if (arrived_[operation] != 0) {
        end_operation(operation);
      }
      return;
    case Kind::collective: {
      const std::uint32_t instance = graph_.instance(operation);
      const std::uint32_t last = last_entry_[instance];
      entries_[instance] += 1;
      if (last == kNone || begin_ps_[last] < begin_ps_[operation] || operation < last) {
        last_entry_[instance] = operation;
      }
      return communication_->enter(operation);
    }
  }
}

void ProgramExecutor::end_operation(std::uint32_t operation) {
  CHECK(begin_ps_[operation] != kNever && end_ps_[operation] == kNever, "an operation ends once, after it began");
  end_ps_[operation] = engine_.now().ps();
  if (trace_ != nullptr) {
    const Kind kind = graph_.operation(operation).kind;
    const std::uint32_t actor = graph_.actor(operation);
    const std::uint32_t send = kind == Kind::send ? operation : kind == Kind::receive ? partner_[operation] : kNone;
    trace_->operation({actor, operation - graph_.first(actor), begin(operation), end(operation),
                       send == kNone ? 0 : std::uint64_t{send} + 1});
  }
  release(graph_.after_end(operation), operation, false);
  const std::uint32_t stream = graph_.stream(operation);
  if (turn_of_[stream] == kNone) return;
  turns_[turn_of_[stream]].held = false;
  turns_[turn_of_[stream]].last = operation;
  mark(stream);
}

void ProgramExecutor::release(std::span<const std::uint32_t> operations, std::uint32_t cause, bool started) {
  for (const std::uint32_t operation : operations) {
    if (--waits_[operation] > 0) continue;
    cause_[operation] = cause;
    cause_started_[operation] = started ? 1 : 0;
    ready_.push_back(operation);
  }
}

void ProgramExecutor::drain() {
  if (draining_) return;
  draining_ = true;
  for (std::size_t i = 0; i < ready_.size(); ++i) become_ready(ready_[i]);
  ready_.clear();
  draining_ = false;
}

ProgramExecutor::Cause ProgramExecutor::cause(std::uint32_t operation) const {
  return {cause_[operation], cause_started_[operation] != 0};
}

std::string ProgramExecutor::unfinished() const {
  std::string text;
  std::size_t waiting = 0, not_begun = 0;
  for (std::uint32_t i = 0; i < graph_.num_operations(); ++i) {
    if (end_ps_[i] != kNever) continue;
    if (begin_ps_[i] == kNever) {
      not_begun += 1;
    } else if (waiting++ < kShown) {
      text += "\n  " + waits_for(i);
    }
  }
  if (waiting > kShown) text += "\n  and " + std::to_string(waiting - kShown) + " more";
  if (not_begun > 0) text += "\n  " + std::to_string(not_begun) + " operations have not begun, behind these";
  return text;
}

std::string ProgramExecutor::waits_for(std::uint32_t operation) const {
  const collectives::Program& program = graph_.program();
  const auto words = [&](std::uint32_t i) {
    return words_of(program, graph_.actor(i), i - graph_.first(graph_.actor(i)));
  };
  const Operation& of = graph_.operation(operation);
  switch (of.kind) {
    case Kind::send:
      return words(operation) + " waits for its own message to " + words_of(program, of.peer) +
             ", whose route has no capacity left";
    case Kind::receive: {
      if (partner_[operation] == kNone) return words(operation) + " waits for a message that nobody has sent";
      const std::uint32_t send = partner_[operation];
      return words(operation) + " waits for " + words(send) +
             (begin_ps_[send] == kNever ? ", which has not begun" : ", which is not delivered");
    }
    case Kind::collective: {
      const std::uint32_t instance = graph_.instance(operation);
      const auto members = graph_.members(of.call);
      std::string text = words(operation) + " waits in call " + words_of_call(program, of.call);
      if (entries_[instance] == members.size()) return text + ", which all have entered";
      for (const std::uint32_t member : members) {
        if (!has_entered(member, instance)) {
          return text + " for " + words_of(program, member) + " (" + std::to_string(entries_[instance]) + " of " +
                 std::to_string(members.size()) + " have entered)";
        }
      }
      return text;
    }
    default:
      return words(operation) + " has not ended";
  }
}

bool ProgramExecutor::has_entered(std::uint32_t actor, std::uint32_t instance) const {
  for (std::uint32_t i = graph_.first(actor); i < graph_.first(actor + 1); ++i) {
    if (graph_.instance(i) == instance) return begin_ps_[i] != kNever;
  }
  return false;
}

}  // namespace polyplane::sim
