// How a program communicates: the seam between its operations and the two modes of run_program.h.
#pragma once

#include <cstdint>

namespace polyplane::sim {

/// Operations are those of an OperationGraph. Answers come later, through the engine, never from within a call.
class Communication {
 public:
  virtual ~Communication() = default;
  /// The message of a send starts now. To be answered by ProgramExecutor::delivered(send).
  virtual void send(std::uint32_t operation) = 0;
  /// An actor enters its instance of a call now. To be answered by ProgramExecutor::completed(operation).
  virtual void enter(std::uint32_t operation) = 0;
};

}  // namespace polyplane::sim
