#include "sim/program/timed_communication.h"

#include <algorithm>
#include <utility>

namespace polyplane::sim {

using collectives::Operation;

TimedCommunication::TimedCommunication(Engine& engine, const OperationGraph& graph, const Activities& activities,
                                       ProgramExecutor& program, std::size_t width)
    : engine_(engine),
      graph_(graph),
      activities_(activities),
      program_(program),
      ports_(graph.num_actors()),
      parts_(graph.num_operations(), width),
      row_(activities.count(), kNone),
      entered_(graph.num_instances()),
      slot_of_(graph.num_operations(), kNone) {
  for (std::uint32_t i = 0; i < activities.count(); ++i) {
    if (!activities.parts(i).empty()) row_[i] = parts_.add(activities.parts(i));
  }
  engine_.attach(EventKind::flow_end, *this);
}

void TimedCommunication::begin(std::uint32_t operation, std::span<const std::uint32_t> actors) {
  ports_.begin(slot_of_[operation], activities_.of(operation), actors, engine_.now());
}

void TimedCommunication::send(std::uint32_t operation) {
  const std::uint32_t slot = take_slot(operation);
  pair_[slot] = {graph_.actor(operation), graph_.operation(operation).peer};
  parts_.explain(operation, operation, row_[activities_.number(operation)]);
  begin(operation, pair_[slot]);
}

void TimedCommunication::enter(std::uint32_t operation) {
  const std::uint32_t instance = graph_.instance(operation);
  const auto members = graph_.members(graph_.operation(operation).call);
  std::vector<std::uint32_t>& entered = entered_[instance];
  entered.push_back(operation);
  if (entered.size() < members.size()) return;
  const std::uint32_t last = program_.last_entry(instance);
  std::ranges::sort(entered);
  for (const std::uint32_t entry : entered) parts_.explain(entry, last, row_[activities_.number(operation)]);
  take_slot(last);
  begin(last, members);
}

std::uint32_t TimedCommunication::take_slot(std::uint32_t operation) {
  if (free_slots_.empty()) {
    free_slots_.push_back(static_cast<std::uint32_t>(slots_.size()));
    slots_.emplace_back();
    pair_.emplace_back();
  }
  const std::uint32_t slot = free_slots_.back();
  free_slots_.pop_back();
  slots_[slot].operation = operation;
  slot_of_[operation] = slot;
  return slot;
}

bool TimedCommunication::is_meant(EventKind, const Event& event) const {
  const std::uint32_t slot = slot_of_[event.id];
  return slot != kNone && slots_[slot].stamp == event.stamp;
}

void TimedCommunication::handle(EventKind kind, std::span<const Event> events) {
  for (const Event& event : events) {
    if (!is_meant(kind, event)) continue;
    const std::uint32_t operation = event.id;
    const std::uint32_t slot = std::exchange(slot_of_[operation], kNone);
    slots_[slot].stamp += 1;
    ports_.end(slot);
    free_slots_.push_back(slot);
    if (graph_.operation(operation).kind == Operation::Kind::send) {
      program_.delivered(operation);
      continue;
    }
    for (const std::uint32_t entry : std::exchange(entered_[graph_.instance(operation)], {})) program_.completed(entry);
  }
}

void TimedCommunication::settle() {
  for (const SharedPorts::Ending& ending : ports_.settle(engine_.now())) {
    Slot& slot = slots_[ending.number];
    slot.stamp += 1;
    engine_.schedule(ending.end, EventKind::flow_end, slot.operation, slot.stamp);
  }
}

}  // namespace polyplane::sim
