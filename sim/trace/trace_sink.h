// What a run tells while it goes, to whoever writes it down (perfetto_trace.h). Told in order of simulated time:
// messages and what ranks do within themselves by the executor, operations by the executor of programs, plain flows by run_once, loads of trunks by the
// flow model (the analytic model shares nothing and has none). All of them ask one pointer: null, and nothing is told
// and nothing paid. A traced run goes flow by flow, unfolded: what is told is every message of every rank. Whoever takes
// loads of trunks alone (RunInput::loads) may be told of a folded run.
#pragma once

#include <cstdint>

#include "base/ids.h"
#include "base/units.h"

namespace polyplane::sim {

class Folding;

/// A message of a schedule that starts now.
struct TracedMessage {
  FlowId flow;            // no other message has it until this one is delivered
  std::uint32_t job = 0;  // of RunInput::jobs
  DeviceId src, dst;
  RankId sender, receiver;
  std::uint32_t lane = 0, step = 0;  // of the sender
  std::uint32_t peer_lane = 0, peer_step = 0;
  TimePoint begin;             // of the step
  Duration software, latency;  // before the first bit leaves, until it arrives
  Bytes payload, wire;         // without and with what the protocol adds
};

/// What a step of a rank copies and adds within the rank, one after the other, from now on.
struct TracedWork {
  FlowId flow;            // no message and no other work has it until this is done
  std::uint32_t job = 0;  // of RunInput::jobs
  DeviceId card;
  RankId rank;
  std::uint32_t lane = 0, step = 0;
  TimePoint begin;
  Bytes copied, added;
};

/// An operation of a program that has ended.
struct TracedOperation {
  std::uint32_t actor = 0, operation = 0;  // indices into the program
  TimePoint begin, end;                    // begin: it holds its stream from then on
  /// Of a send or receive: the message, from 1, as the two ends of it say it; 0: none. The send is told before the
  /// receive.
  std::uint64_t message = 0;
};

class TraceSink {
 public:
  virtual ~TraceSink() = default;
  /// Before all else, of a run that is folded: loads are told of the trunk that stands for its orbit.
  virtual void folded(const Folding& /*folding*/) {}
  virtual void sent(const TracedMessage& message) = 0;
  virtual void works(const TracedWork& work) = 0;
  /// The message of that flow is there, or its work done.
  virtual void delivered(FlowId flow, TimePoint now) = 0;
  virtual void operation(const TracedOperation& operation) = 0;
  /// Of RunInput::flows: its last byte is there.
  virtual void flow_ended(std::uint32_t flow, TimePoint end) = 0;
  /// From `now` on flows take `used` of the capacity of a trunk (0 to 1, a trunk without capacity: 0), until it is told
  /// of again. Of several values at one instant the last counts.
  virtual void load(TrunkId trunk, double used, TimePoint now) = 0;
};

}  // namespace polyplane::sim
