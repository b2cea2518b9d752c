// Communication of mode timed (run_program.h): calls and messages take the time that they took alone, longer where
// ports of an actor are shared.
#pragma once

#include <array>
#include <cstdint>
#include <deque>
#include <span>
#include <vector>

#include "sim/engine/engine.h"
#include "sim/program/activities.h"
#include "sim/program/communication.h"
#include "sim/program/communication_parts.h"
#include "sim/program/operation_graph.h"
#include "sim/program/program_executor.h"
#include "sim/program/shared_ports.h"

namespace polyplane::sim {

/// Ends of activities are events of kind flow_end, numbered by operation: the send, or the last entry into the call.
class TimedCommunication final : public Communication, public EventHandler {
 public:
  /// Attaches itself to `engine`, which is to happen after the executor of the program did. Keeps references to its
  /// arguments.
  TimedCommunication(Engine& engine, const OperationGraph& graph, const Activities& activities,
                     ProgramExecutor& program, std::size_t width);

  void send(std::uint32_t operation) override;
  void enter(std::uint32_t operation) override;
  void handle(EventKind kind, std::span<const Event> events) override;
  void settle() override;
  [[nodiscard]] bool is_meant(EventKind kind, const Event& event) const override;

  [[nodiscard]] const CommunicationParts& parts() const { return parts_; }

 private:
  static constexpr std::uint32_t kNone = OperationGraph::kNone;
  struct Slot {
    std::uint32_t operation = kNone;
    std::uint32_t stamp = 0;
  };
  std::uint32_t take_slot(std::uint32_t operation);
  void begin(std::uint32_t operation, std::span<const std::uint32_t> actors);

  Engine& engine_;
  const OperationGraph& graph_;
  const Activities& activities_;
  ProgramExecutor& program_;
  SharedPorts ports_;
  CommunicationParts parts_;
  std::vector<std::uint32_t> row_;                   // of parts_, by number of the activity
  std::vector<std::vector<std::uint32_t>> entered_;  // by instance: entries, while it is under way
  std::deque<std::array<std::uint32_t, 2>> pair_;    // by slot: sender and receiver; references to them are kept
  std::vector<Slot> slots_;
  std::vector<std::uint32_t> free_slots_;
  std::vector<std::uint32_t> slot_of_;  // by operation, while it is under way
};

}  // namespace polyplane::sim
