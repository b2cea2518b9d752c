#include "sim/program/operation_graph.h"

#include <algorithm>

namespace polyplane::sim {

namespace {
constexpr std::uint64_t kOperation = 160, kDependency = 4;  // tables of the graph, the executor and the outcome
}

using collectives::Actor;
using collectives::Operation;
using collectives::Stream;

OperationGraph::OperationGraph(const collectives::Program& program) : program_(program), matching_(program) {
  number_operations();
  list_members();
  number_instances();
  link_operations();
}

void OperationGraph::number_operations() {
  std::size_t total = 0;
  for (const Actor& actor : program_.actors) total += actor.operations.size();
  for (auto* table : {&actor_, &stream_, &partner_}) table->reserve(total);
  for (std::uint32_t a = 0; a < program_.actors.size(); ++a) {
    const Actor& actor = program_.actors[a];
    first_operation_.push_back(num_operations());
    const std::uint32_t first_stream = num_streams();
    for (const Stream& stream : actor.streams) kinds_.push_back(stream.kind);
    for (const Operation& operation : actor.operations) {
      actor_.push_back(a);
      stream_.push_back(first_stream + operation.stream);
    }
  }
  first_operation_.push_back(num_operations());
  for (std::uint32_t i = 0; i < num_operations(); ++i) {
    const std::uint32_t partner = matching_.partner(i);
    partner_.push_back(partner == kNone ? kNone : first(operation(i).peer) + partner);
  }
}

void OperationGraph::list_members() {
  std::vector<std::uint32_t> actor_of;  // by card
  for (std::uint32_t a = 0; a < program_.actors.size(); ++a) {
    for (const std::uint32_t card : program_.actors[a].cards) {
      if (card >= actor_of.size()) actor_of.resize(std::size_t{card} + 1, kNone);
      actor_of[card] = a;
    }
  }
  for (const collectives::Call& call : program_.calls) {
    std::vector<std::uint32_t>& members = members_.emplace_back();
    for (const auto& group : call.groups) {
      for (const std::uint32_t card : group) members.push_back(actor_of[card]);
    }
    std::ranges::sort(members);
    const auto rest = std::ranges::unique(members);
    members.erase(rest.begin(), rest.end());
  }
}

void OperationGraph::number_instances() {
  const std::size_t calls = program_.calls.size();
  std::vector<std::uint32_t> entries(calls, 0);  // of the actor at hand
  std::vector<std::uint32_t> most(calls, 0);
  instance_.assign(num_operations(), kNone);
  for (std::uint32_t i = 0; i < num_operations(); ++i) {
    if (i == first(actor(i))) std::ranges::fill(entries, 0);
    if (operation(i).kind != Operation::Kind::collective) continue;
    std::uint32_t& count = entries[operation(i).call];
    instance_[i] = count++;
    most[operation(i).call] = std::max(most[operation(i).call], count);
  }
  first_instance_.push_back(0);
  for (const std::uint32_t count : most) first_instance_.push_back(first_instance_.back() + count);
  for (std::uint32_t i = 0; i < num_operations(); ++i) {
    if (instance_[i] != kNone) instance_[i] += first_instance_[operation(i).call];
  }
}

/// edge(from, to, started) for all that operations wait for.
template <class Edge>
void OperationGraph::for_each_edge(Edge edge) const {
  std::vector<std::uint32_t> last(num_streams(), kNone);
  for (std::uint32_t i = 0; i < num_operations(); ++i) {
    if (kinds_[stream_[i]] == Stream::Kind::in_order) {
      std::uint32_t& before = last[stream_[i]];
      if (before != kNone) edge(before, i, false);
      before = i;
    }
    const Actor& of = program_.actors[actor_[i]];
    const Operation& waiting = operation(i);
    for (std::uint32_t k = 0; k < waiting.num_after; ++k) {
      const collectives::After& after = of.after[waiting.first_after + k];
      edge(first(actor_[i]) + after.operation, i, after.started);
    }
  }
}

void OperationGraph::link_operations() {
  const std::size_t count = num_operations();
  waits_.assign(count, 0);
  std::vector<std::uint64_t> cursor(2 * count + 1, 0);
  for_each_edge([&](std::uint32_t from, std::uint32_t to, bool started) {
    cursor[2 * std::size_t{from} + (started ? 1U : 0U)] += 1;
    waits_[to] += 1;
  });
  std::uint64_t total = 0;
  for (std::uint64_t& place : cursor) {
    const std::uint64_t own = place;
    place = total;
    total += own;
  }
  first_successor_ = cursor;
  successors_.resize(total);
  for_each_edge([&](std::uint32_t from, std::uint32_t to, bool started) {
    successors_[cursor[2 * std::size_t{from} + (started ? 1U : 0U)]++] = to;
  });
}

std::uint64_t foretell_program(const collectives::Program& program) {
  std::uint64_t bytes = 0;
  for (const Actor& actor : program.actors) {
    bytes += actor.operations.size() * (kOperation + kDependency) + actor.after.size() * kDependency;
  }
  return bytes;
}

}  // namespace polyplane::sim
