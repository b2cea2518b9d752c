// A workload as a program: who takes part (actors), and per actor the operations it runs on its streams, with their
// dependencies. Training steps, GOAL files, Chakra traces and SimAI workloads all become one; sim/program runs it. Like a
// Schedule it knows cards by number only, no graph.
//
//   actor       one card, or many cards that do the same things at the same moments (all ranks of a pipeline stage)
//   stream      where operations of an actor wait for each other: a CUDA stream, a CPU, a NIC
//   operation   compute, send, receive, one entry into a collective, or a join of dependencies
//   call        a collective on some groups of cards side by side. The n-th entry of an actor into a call meets the n-th
//               entry of every other actor with cards in it, as on a communicator
//
// An operation may start when all that it comes `after` has ended (or started, where it says so) and its stream lets it. It
// holds its stream until it ends: compute after its duration, a send when its last byte is delivered, a receive when the
// message is there (it may be early), a collective when it is complete on the actor's cards, a join at once. Sends and
// receives of one pair of actors and one tag match in order. A send of an actor of several cards is one message from its
// i-th card to the i-th card of the peer, all at once.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/units.h"
#include "collectives/collective.h"

namespace polyplane::collectives {

struct Stream {
  enum class Kind : std::uint8_t {
    in_order,       // one at a time, in the order in which the operations are listed (CUDA stream)
    one_at_a_time,  // whichever is ready first; of several the lowest number (GOAL's cpu)
    concurrent      // any number
  };
  std::string name;  // "compute", "dp"
  Kind kind = Kind::in_order;
};

/// "`operation` of the same actor has ended", or only started (GOAL's irequires).
struct After {
  std::uint32_t operation = 0;  // index into Actor::operations; may be a later one
  bool started = false;
};

struct Operation {
  enum class Kind : std::uint8_t { compute, send, receive, collective, join };
  static constexpr std::uint32_t kAny = UINT32_MAX;  // receive: from any actor, with any tag

  Kind kind = Kind::join;
  std::uint32_t stream = 0;                      // index into Actor::streams
  std::uint32_t label = 0;                       // index into Program::labels: what its time is booked under
  Duration duration;                             // compute
  Bytes bytes;                                   // send, receive: of one message
  std::uint32_t peer = 0;                        // send, receive: actor
  std::uint32_t tag = 0;                         // send, receive
  std::uint32_t call = 0;                        // collective: index into Program::calls
  std::uint32_t first_after = 0, num_after = 0;  // into Actor::after
  std::uint32_t name = 0;  // index into Program::names, for traces and errors: "F3 layer 7 attention"
};

struct Actor {
  std::string name;                  // "stage 3", "rank 12"
  std::vector<std::uint32_t> cards;  // accelerators of the cluster by number; no card is in two actors
  std::vector<Stream> streams;
  std::vector<Operation> operations;
  std::vector<After> after;

  /// Appends; returns its index. `dependencies` become its `after`.
  std::uint32_t add(Operation operation, const std::vector<After>& dependencies = {});
};

/// A collective as its groups do it side by side, all of equal size. Groups hold cards by number; all cards of an actor that
/// has any in the call are in it.
struct Call {
  std::string name;  // "dispatch", "gradients of bucket 3"
  CollectiveKind kind = CollectiveKind::all_reduce;
  std::vector<std::vector<std::uint32_t>> groups;
  Bytes size;  // as Collective::sized() takes it
  std::int64_t element_bytes = 2;
  bool exact_shares = false;         // shares of ranks are size / ranks to the element, not rounded as nccl-tests does
  std::vector<std::int64_t> matrix;  // alltoallv: elements, as Collective::Shape
  /// dispatch, combine, or alltoallv without a matrix: the traffic; `size` is then of one token (Collective::of_tokens).
  std::optional<TokenRouting> tokens;
  std::string algorithm = "auto", protocol = "auto";
};

struct Program {
  std::string name;
  std::vector<Actor> actors;
  std::vector<Call> calls;
  std::vector<std::string> labels{"other"};  // "forward", "tp", "ep dispatch"; where exposed time is booked
  std::vector<std::string> names{""};
};

}  // namespace polyplane::collectives
