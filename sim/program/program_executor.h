// Starts operations of a program when what they wait for is there and their stream lets them, and ends them. Order
// within an instant: whatever follows from what ended just now starts first; then streams that take one operation at a
// time choose, of those that became ready first the one listed first.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <queue>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "sim/engine/engine.h"
#include "sim/program/communication.h"
#include "sim/program/early_arrivals.h"
#include "sim/program/operation_graph.h"
#include "sim/trace/trace_sink.h"

namespace polyplane::sim {

class ProgramExecutor final : public EventHandler {
 public:
  static constexpr std::uint32_t kNone = OperationGraph::kNone;

  /// Attaches itself to operations. `trace` may be null.
  ProgramExecutor(Engine& engine, const OperationGraph& graph, TraceSink* trace);
  /// Starts what waits for nothing, now.
  void start(Communication& communication);

  void handle(EventKind kind, std::span<const Event> events) override;
  void settle() override;

  /// The message of a send is there.
  void delivered(std::uint32_t send);
  /// A collective is complete on the cards of the actor that entered it by `operation`.
  void completed(std::uint32_t operation);

  // What is known of operations; all of it once the engine ran dry and unfinished() is empty.
  [[nodiscard]] TimePoint begin(std::uint32_t operation) const { return TimePoint::from_ps(begin_ps_[operation]); }
  [[nodiscard]] TimePoint end(std::uint32_t operation) const { return TimePoint::from_ps(end_ps_[operation]); }
  /// Which operation let this one start: it ended, or (`started`) started, at that moment; kNone: it waited for
  /// nothing.
  struct Cause {
    std::uint32_t operation = kNone;
    bool started = false;
  };
  [[nodiscard]] Cause cause(std::uint32_t operation) const;
  /// The other end of a message.
  [[nodiscard]] std::uint32_t partner(std::uint32_t operation) const { return partner_[operation]; }
  /// Of an instance of a call: entries so far, and the operation that was the last of them (the lowest of those that
  /// tie).
  [[nodiscard]] std::uint32_t entries(std::uint32_t instance) const { return entries_[instance]; }
  [[nodiscard]] std::uint32_t last_entry(std::uint32_t instance) const { return last_entry_[instance]; }
  /// "" when all operations have ended; else who waits for whom, a few of them, each after a line break.
  [[nodiscard]] std::string unfinished() const;

 private:
  static constexpr std::int64_t kNever = -1;
  /// Of a stream that takes one at a time.
  struct Turn {
    using Ready = std::pair<std::int64_t, std::uint32_t>;  // since when, operation
    std::priority_queue<Ready, std::vector<Ready>, std::greater<>> ready;
    std::uint32_t last = kNone;  // operation that held it last
    bool held = false, marked = false;
  };
  void become_ready(std::uint32_t operation);
  void begin_operation(std::uint32_t operation);
  void end_operation(std::uint32_t operation);
  void release(std::span<const std::uint32_t> operations, std::uint32_t cause, bool started);
  void drain();
  void mark(std::uint32_t stream);
  void meet(std::uint32_t send, std::uint32_t receive);
  [[nodiscard]] std::string waits_for(std::uint32_t operation) const;
  [[nodiscard]] bool has_entered(std::uint32_t actor, std::uint32_t instance) const;

  Engine& engine_;
  const OperationGraph& graph_;
  TraceSink* trace_;
  Communication* communication_ = nullptr;
  std::vector<std::int64_t> begin_ps_, end_ps_;
  std::vector<std::uint32_t> waits_;         // operations that this one still waits for
  std::vector<std::uint32_t> cause_;         // let it start by ending,
  std::vector<std::uint8_t> cause_started_;  // or by starting
  std::vector<std::uint32_t> partner_;
  std::vector<std::uint8_t> arrived_;  // of a receive: its message is there
  std::vector<std::uint32_t> entries_, last_entry_;
  std::map<std::uint32_t, EarlyArrivals> arrivals_;  // by actor that takes any; looked up
  std::vector<std::uint32_t> turn_of_;               // by stream; kNone: it is of another kind
  std::vector<Turn> turns_;
  std::vector<std::uint32_t> marked_;  // streams that may choose at the end of this instant
  std::vector<std::uint32_t> ready_;
  bool draining_ = false;
};

}  // namespace polyplane::sim
