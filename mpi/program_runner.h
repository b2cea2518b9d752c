// Carries out a program of point-to-point operations (collectives/program.h; GOAL files) on real ranks: actor r is rank r.
//
// A program knows byte counts and no buffers: messages have the size that it says and no content. Operations start when what
// they come after has ended (or started) and their stream lets them. Compute is waited for by the clock, not computed, while
// messages go on; so a rank that shares its core loses no time by it that it would have lost by computing. Messages that the
// program matches by itself have a tag of their own; receives from anyone or with any tag take what fits, in the order in which
// it came. A send has ended when MPI has taken it. Left out: collectives of programs, actors of several cards.
#pragma once

#include <chrono>
#include <cstdint>
#include <deque>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "collectives/program.h"
#include "mpi/communicator.h"

namespace polyplane::mpi {

/// Throws InputError where the program has other actors than ranks, actors of several cards or collectives.
void check_runnable(const collectives::Program& program, int ranks);

class ProgramRunner {
 public:
  /// Collective. Keeps a reference to `program`. Throws InputError as check_runnable() does; LimitError for more messages of a
  /// pair than MPI has tags.
  /// REQUIRES: check_program().
  ProgramRunner(const Communicator& ranks, const collectives::Program& program, double patience_seconds);

  /// Collective. REQUIRES: a barrier between two runs. Throws StallError, which says what waits.
  void run();

 private:
  using Clock = std::chrono::steady_clock;

  struct Waiter {
    std::uint32_t operation = 0;
    bool started = false;  // waits for the start only
  };
  struct StreamState {
    std::vector<std::uint32_t> order;  // in_order: its operations
    std::size_t next = 0;
    bool busy = false;
    std::set<std::uint32_t> ready;
  };
  struct UnderWay {
    std::uint32_t operation = 0;
    std::unique_ptr<std::byte[]> buffer;  // of a receive
    Request request;
  };
  struct Arrived {
    int source = 0, tag = 0;
  };
  struct Timer {
    Clock::time_point end;
    std::uint32_t operation = 0;
  };

  [[nodiscard]] const collectives::Actor& actor() const { return program_.actors[me_]; }
  void plan_tags();
  void reset();
  void release(std::uint32_t operation);
  void settle();
  void try_stream(std::uint32_t stream);
  void start(std::uint32_t operation);
  void end(std::uint32_t operation);
  void notify(std::uint32_t operation, bool started);
  [[nodiscard]] bool take_arrived(std::uint32_t operation);
  [[nodiscard]] bool fits(const Arrived& message, std::uint32_t operation) const;
  [[nodiscard]] bool poll();
  [[nodiscard]] std::string stall_text(double seconds) const;

  Communicator ranks_;
  const collectives::Program& program_;
  std::uint32_t me_;
  double patience_seconds_;
  bool takes_any_ = false;
  std::vector<int> tag_;                      // by operation; kAny where any tag will do
  std::vector<std::vector<Waiter>> waiters_;  // by operation
  std::vector<std::byte> nothing_;            // what all sends send

  std::vector<std::uint32_t> missing_;  // by operation: what it still waits for
  std::vector<StreamState> streams_;
  std::vector<std::uint32_t> to_try_;  // streams on which something may start
  std::deque<UnderWay> under_way_;
  std::deque<Timer> timers_;
  std::deque<std::uint32_t> waiting_receives_;  // of an actor that takes from anyone
  std::deque<Arrived> arrived_;                 // before they were asked for
  std::size_t left_ = 0;                        // operations that have not ended
};

}  // namespace polyplane::mpi
