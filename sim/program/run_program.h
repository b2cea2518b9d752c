// Runs a Program (collectives/program.h) on a cluster: compute, messages and collectives of many actors on one clock.
//
//   flows   Every actor is one card. Messages are flows, collectives are schedules whose ranks start one by one, when
//           each gets there; all share one network, so everything contends with everything. Exact in the sense of the
//           model.
//   timed   Actors may be many cards. Every distinct call, with all its groups side by side, and every distinct set of
//           messages is simulated once, by itself, and then takes that long, counted from its last entry. For steps of
//           thousands of cards. What runs at the same time on one actor shares the ports of its cards:
//             - an activity (a call or a set of messages) demands of a port (into the scale-up domain or the scale-out
//               fabric, each way by itself) the most that any card of its actors keeps it busy while the activity is
//               alone: bytes / (rate x time), in whole millionths; of messages sender and receiver by themselves;
//             - where the demands of an actor's activities on a port sum to more than one, all that demand any of it
//               there run slower by that sum; an activity goes at the pace of its slowest actor and port;
//             - alone, or where the sum is at most one, an activity takes its memoised time to the picosecond.
//           Left out: contention in the fabric between different calls, and ranks of one call that start apart.
//
// Both: software costs of a message are launch + message + step of the stack's costs for rings, with the protocol that
// is quickest for it alone. Algorithms are chosen for each call as if it were alone (choose_algorithm.h). Left out:
// that communication takes compute units and memory bandwidth away from compute.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "base/units.h"
#include "collectives/program.h"
#include "sim/memory_estimate.h"
#include "sim/program/program_mode.h"
#include "sim/report.h"
#include "sim/router_pool.h"
#include "sim/stack.h"
#include "topology/topology.h"

namespace polyplane::sim {

class RunObserver;
class TraceSink;
struct TraceOptions;

/// Borrowed for the run.
struct ProgramInput {
  const topology::Topology& topology;
  RouterPool& routers;
  const Stack& stack;
  std::string model = "flow";
  ProgramMode mode = ProgramMode::flows;
  bool explain = false;     // split the time of calls and messages on the critical path by cause and tier
  std::size_t threads = 1;  // timed: distinct calls side by side; never changes a result
  bool symmetry = true;     // timed: short cuts of run_once; never changes a result
  Duration quantum;         // see NetworkSetup
  bool certify = false;     // see NetworkSetup
  MemoryBudget memory;
  std::function<bool()> stop;
  TraceSink* trace = nullptr;                   // told of operations and, in mode flows, of sends; may be null
  const TraceOptions* trace_options = nullptr;  // write a trace; may be null
  RunObserver* observer = nullptr;              // for run_observed(); may be null
};

/// When an operation held its stream: from its start to its end.
struct OperationTime {
  TimePoint begin, end;
};

/// What became of Program::calls[i].
struct CallOutcome {
  std::string algorithm, protocol;
  std::uint64_t instances = 0;  // times that it was entered
  Duration alone;               // of one instance by itself, all groups side by side, from the last entry on
  Way way;                      // of that run
};

/// Time during which no compute of an actor ran, by the label of what its next compute waited for at each moment: of
/// the chain of operations that let it start, the one that was under way.
struct Exposed {
  std::uint32_t label = 0;
  Duration moving;   // the awaited message was on its way, the awaited call complete in its entries
  Duration waiting;  // the awaited message was not yet sent, entries of the awaited call were missing
};

/// busy + sum of exposed + idle = makespan.
struct ActorTime {
  Duration busy;                 // some compute operation ran
  std::vector<Exposed> exposed;  // ascending by label; only labels with any
  Duration idle;                 // after its last operation
};

/// A piece of the critical path: the time of the makespan from `begin` to `end` went into this operation.
struct PathPiece {
  std::uint32_t actor = 0, operation = 0;
  TimePoint begin, end;
};

/// Sum over the pieces of the critical path under one label.
struct PathLabel {
  std::uint32_t label = 0;
  Duration compute;
  Duration communication;
};

struct ProgramOutcome {
  TimePoint makespan;
  std::vector<std::vector<OperationTime>> times;  // of each operation of each actor
  std::vector<ActorTime> actors;
  std::vector<CallOutcome> calls;
  /// The chain of causes back from the operation that ended last, in order of time, without gaps from zero to the
  /// makespan.
  std::vector<PathPiece> critical_path;
  std::vector<PathLabel> path_labels;  // ascending by label; compute and communication sum to the makespan
  /// Of the communication on the critical path; filled when explained. Its parts and `overlap` sum to that
  /// communication.
  Attribution communication;
  Duration overlap;  // timed: what sharing ports with other calls and messages added
  std::uint64_t operations = 0, messages = 0, events = 0;
  Bytes sent;                       // payload of messages between actors, all cards
  std::vector<double> trunk_bytes;  // flows: of the router's trunks
  ModelFacts model_facts;           // timed: of the runs alone; mean_put_off() is the largest of any
  std::uint64_t foretold_bytes = 0;
  std::uint64_t fingerprint = 0;  // over the times of all operations, the mode and the model
};

/// Throws InputError for a program that is none (collectives/program_check.h), for actors of several cards in mode
/// flows and for what the cluster or stack cannot do; LimitError before memory is taken; RunError for a stall (who
/// waits for whom); Interrupted.
[[nodiscard]] ProgramOutcome run_program(const collectives::Program& program, const ProgramInput& input);

/// run_program(), of which the observer of `input` is told; mode flows: with its loads, where it asks for them.
[[nodiscard]] ProgramOutcome run_observed(const collectives::Program& program, const ProgramInput& input);

}  // namespace polyplane::sim
