// Small programs, and their run on cards around one switch that never blocks: 400 Gbps and 1.42 us from card to card,
// software costs nothing. A megabyte takes 20 us.
#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "collectives/program.h"
#include "sim/program/run_program.h"
#include "tests/sim/small_runs.h"
#include "tests/topology/clusters.h"

namespace polyplane::sim {

using collectives::Actor;
using collectives::After;
using collectives::Call;
using collectives::Operation;
using collectives::Program;
using collectives::Stream;

inline Operation compute(std::uint32_t stream, Duration duration, std::uint32_t label = 0) {
  Operation operation;
  operation.kind = Operation::Kind::compute;
  operation.stream = stream;
  operation.duration = duration;
  operation.label = label;
  return operation;
}

inline Operation send(std::uint32_t stream, std::uint32_t to, Bytes bytes, std::uint32_t tag = 0,
                      std::uint32_t label = 0) {
  Operation operation;
  operation.kind = Operation::Kind::send;
  operation.stream = stream;
  operation.peer = to;
  operation.bytes = bytes;
  operation.tag = tag;
  operation.label = label;
  return operation;
}

inline Operation receive(std::uint32_t stream, std::uint32_t from, Bytes bytes, std::uint32_t tag = 0,
                         std::uint32_t label = 0) {
  Operation operation = send(stream, from, bytes, tag, label);
  operation.kind = Operation::Kind::receive;
  return operation;
}

inline Operation enter(std::uint32_t stream, std::uint32_t call, std::uint32_t label = 0) {
  Operation operation;
  operation.kind = Operation::Kind::collective;
  operation.stream = stream;
  operation.call = call;
  operation.label = label;
  return operation;
}

inline Operation join(std::uint32_t stream) {
  Operation operation;
  operation.stream = stream;
  return operation;
}

/// `actors` of `cards` each, card after card, with these streams each.
inline Program program_of(std::uint32_t actors, std::vector<Stream> streams, std::uint32_t cards = 1) {
  Program program;
  for (std::uint32_t a = 0; a < actors; ++a) {
    Actor& actor = program.actors.emplace_back();
    actor.name = "rank " + std::to_string(a);
    actor.streams = streams;
    for (std::uint32_t c = 0; c < cards; ++c) actor.cards.push_back(a * cards + c);
  }
  return program;
}

/// An all-reduce by one plain ring over all cards of some actors.
inline Call ring_call(const Program& program, const std::vector<std::uint32_t>& actors, Bytes size) {
  Call call;
  call.name = "ring";
  call.size = size;
  call.algorithm = "ring";
  call.protocol = "Simple";
  call.groups.emplace_back();
  for (const std::uint32_t actor : actors) {
    const std::vector<std::uint32_t>& cards = program.actors[actor].cards;
    call.groups.front().insert(call.groups.front().end(), cards.begin(), cards.end());
  }
  return call;
}

/// Everything that a run borrows.
class Bench {
 public:
  explicit Bench(topology::ClusterSpec spec, std::string routing = "spray", Stack stack = ideal_stack())
      : topology_(topology::build_cluster(spec)), routers_(topology_, {std::move(routing)}), stack_(std::move(stack)) {}
  /// So many cards around one switch.
  explicit Bench(std::int32_t cards) : Bench(topology::plain_cluster(cards, 64, "single_switch", {})) {}

  [[nodiscard]] ProgramInput input(ProgramMode mode, bool explain = true) {
    return {.topology = topology_, .routers = routers_, .stack = stack_, .mode = mode, .explain = explain};
  }
  [[nodiscard]] ProgramOutcome run(const Program& program, ProgramMode mode, bool explain = true) {
    return run_program(program, input(mode, explain));
  }
  [[nodiscard]] const topology::Topology& topology() const { return topology_; }

 private:
  topology::Topology topology_;
  RouterPool routers_;
  Stack stack_;
};

/// Ends of the operations of an actor.
inline std::vector<Duration> ends_of(const ProgramOutcome& outcome, std::uint32_t actor) {
  std::vector<Duration> ends;
  for (const OperationTime& time : outcome.times[actor]) ends.push_back(time.end.since_start());
  return ends;
}

inline std::vector<Duration> begins_of(const ProgramOutcome& outcome, std::uint32_t actor) {
  std::vector<Duration> begins;
  for (const OperationTime& time : outcome.times[actor]) begins.push_back(time.begin.since_start());
  return begins;
}

inline constexpr Stream::Kind kInOrder = Stream::Kind::in_order;
inline constexpr Stream::Kind kOneAtATime = Stream::Kind::one_at_a_time;
inline constexpr Stream::Kind kConcurrent = Stream::Kind::concurrent;

}  // namespace polyplane::sim
