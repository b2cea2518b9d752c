// How a collective is done: per rank some *lanes* (a channel, a direction of a tree, a peer), each a list of *steps*.
//
// Step k of a lane starts when step k-1 of the lane is complete and every step in `after` (other lanes of the same
// rank) is complete. Started, it sends its message if it has one. It is complete when that message is delivered (or kept
// in a buffer of the stack, sim/stack.h) and the message it receives, if any, is there, and what is copied and added within
// the rank after both is done. Nothing else orders anything: no global barrier, no rendezvous (early messages wait at the
// receiver). Within one step the send reads its data before the receive writes (as MPI_Sendrecv with a temporary). A step
// with neither send nor receive joins dependencies when four are not enough. MSCCL thread blocks map one to one onto lanes,
// GOAL operations onto lanes of one step.
//
// *Agents* take part beside the ranks: switches that reduce and multicast (NVLink SHARP, InfiniBand SHARP). They are
// participants too, numbered after the ranks, and a RankId names either. An agent holds nothing before, owes nothing after,
// and its sends cost no software; else its lanes and steps are like those of a rank.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/ids.h"
#include "base/units.h"
#include "collectives/collective.h"

namespace polyplane::collectives {

/// "Step `step` of lane `lane` of the same rank is complete".
struct Dependency {
  std::uint32_t lane = 0;
  std::uint32_t step = 0;
  friend bool operator==(const Dependency&, const Dependency&) = default;
};

struct Step {
  RankId send_to;               // none: no send
  std::uint32_t peer_lane = 0;  // the step of `send_to` that receives it
  std::uint32_t peer_step = 0;
  Bytes send_bytes;     // sum of its chunks; 0 is a message too: it synchronises
  RankId receive_from;  // none: no receive
  bool reduce = false;  // received chunks are added to what is there (else they replace it)
  std::uint8_t num_after = 0;
  std::array<Dependency, 4> after{};
};

/// Within one rank: the content of place `from` goes to place `to`, instead of what is there or, with `add`, onto it.
struct LocalMove {
  ChunkId from, to;
  bool add = false;
  bool is_naming =
      false;  // of an importer: what lies in one buffer is from now on named after its place; nothing is copied
  friend bool operator==(const LocalMove&, const LocalMove&) = default;
};

/// A copy, or an addition, within a rank.
struct LocalWork {
  Bytes bytes;
  bool add = false;
  friend bool operator==(const LocalWork&, const LocalWork&) = default;
};

/// A group of permutations of n ranks. Its members: rotation, r -> (r + m) mod n; exclusive_or, r -> r xor m; for every
/// multiple m < n of `stride`. The stride divides n; exclusive_or: both are powers of two. Each orbit has one rank below
/// the stride: r mod stride.
struct RankSymmetry {
  enum class Kind : std::uint8_t { rotation, exclusive_or };
  Kind kind = Kind::rotation;
  std::uint32_t stride = 1;
  friend bool operator==(const RankSymmetry&, const RankSymmetry&) = default;
};

/// Channels that do the same thing on the next rail. The lanes come channel by channel, as many in each, and stay among
/// themselves. What lane l of rank r does at step k, the lane of the next channel (cyclically) in the same place does on rank
/// next[r], with its ranks mapped by `next`, its lanes moved on by one channel, and all else equal, bytes included. `next`
/// permutes the ranks of each domain; applied `channels` times it is the identity, and fewer times it leaves no rank alone.
struct ChannelSymmetry {
  std::uint32_t channels = 1;
  std::vector<RankId> next;  // by rank
};

/// Every rank of [first_source, end_source) sends `bytes` to every rank of [first_destination, end_destination) but itself.
struct Block {
  std::uint32_t first_source = 0, end_source = 0;
  std::uint32_t first_destination = 0, end_destination = 0;
  Bytes bytes;
};

/// One lane number of all ranks together, when it is nothing but a walk around a ring: in each of `steps` steps every rank
/// sends to the next of `order` (cyclically), whose same step of the same lane receives it, and nothing waits for another
/// lane. In step k position i sends part (i - k - lag) mod n; parts below `longer_parts` have `longer_bytes`, others `bytes`.
struct RingLane {
  std::span<const RankId> order;  // of the schedule, each rank once
  std::uint32_t steps = 0;
  std::uint32_t lag = 0;
  std::uint32_t longer_parts = 0;
  Bytes bytes, longer_bytes;
};

/// Immutable and thread-safe. Generated schedules compute their steps (memory O(ranks) or less); imported ones store
/// them.
class Schedule {
 public:
  virtual ~Schedule() = default;
  [[nodiscard]] virtual const Collective& collective() const = 0;
  /// Pieces per block (collective.h): chunk = block * pieces + piece.
  [[nodiscard]] virtual std::uint32_t pieces() const = 0;
  /// Agent a is participant collective().ranks() + a, and agent a of the layout (collectives/reducers.h). None are like ranks
  /// in symmetries(), channel_symmetry(), blocks() or ring_lane(): a schedule with agents declares none of these.
  [[nodiscard]] virtual std::uint32_t num_agents() const { return 0; }
  [[nodiscard]] std::uint32_t num_participants() const { return collective().ranks() + num_agents(); }
  [[nodiscard]] virtual std::uint32_t num_lanes() const = 0;  // of every participant; lanes may be empty
  [[nodiscard]] virtual std::uint32_t num_steps(RankId rank, std::uint32_t lane) const = 0;
  /// REQUIRES: lane < num_lanes(), step < num_steps(rank, lane). The hot path: no allocation.
  [[nodiscard]] virtual Step step(RankId rank, std::uint32_t lane, std::uint32_t step) const = 0;
  /// The chunks that the send of this step carries (replaces `chunks`), ascending; with scratch, places in any order, none
  /// twice. Not for hot paths.
  virtual void payload(RankId rank, std::uint32_t lane, std::uint32_t step, std::vector<ChunkId>& chunks) const = 0;
  /// Places of every rank beside those of its chunks, numbered after them and empty at first, where steps may keep any
  /// chunk: scratch buffers of imported schedules.
  [[nodiscard]] virtual std::uint32_t scratch() const { return 0; }
  /// The places into which what this step receives goes, in the order of the sender's payload (replaces `places`); none:
  /// each chunk to its own place.
  virtual void landing(RankId, std::uint32_t, std::uint32_t, std::vector<ChunkId>& places) const { places.clear(); }
  /// True when some step copies or adds within its rank.
  [[nodiscard]] virtual bool has_local_moves() const { return false; }
  /// What this step copies and adds within its rank when its messages are through, one after the other (replaces `moves`).
  virtual void local_moves(RankId, std::uint32_t, std::uint32_t, std::vector<LocalMove>& moves) const { moves.clear(); }
  /// How much that is, move by move, namings left out (replaces `work`): of places by the chunk that they are named after; from
  /// scratch to scratch, as the first piece.
  virtual void local_work(RankId rank, std::uint32_t lane, std::uint32_t step, std::vector<LocalWork>& work) const;
  /// The plane of the fabric that messages of this lane keep to, between cards that have ports on several; none: any. A
  /// schedule with such lanes declares no symmetry: moving ranks may move planes.
  [[nodiscard]] virtual std::optional<std::int32_t> plane(std::uint32_t /*lane*/) const { return std::nullopt; }
  /// True when some step uses `after`.
  [[nodiscard]] virtual bool has_cross_lane_dependencies() const = 0;
  /// Groups under which the schedule stays what it is: for each member g, num_steps(g(r), l) is num_steps(r, l) and
  /// step(g(r), l, k) is step(r, l, k) with its ranks mapped by g and all else equal, bytes included. The finest stride of
  /// each kind, at most one of a kind, strides below the number of ranks. Empty: none is known. Tested for all algorithms.
  [[nodiscard]] virtual std::vector<RankSymmetry> symmetries() const { return {}; }
  /// None: its channels, if there are several, are not known to be alike. Tested for all algorithms.
  [[nodiscard]] virtual std::optional<ChannelSymmetry> channel_symmetry() const { return std::nullopt; }
  /// Not empty: the schedule is these messages, all of them free to start at once, each in a lane of its own. No pair of
  /// ranks is in two blocks.
  [[nodiscard]] virtual std::vector<Block> blocks() const { return {}; }
  /// What num_steps() and step() say of this lane number of all ranks, in short; none: it is no ring. Tested for all
  /// algorithms. REQUIRES: lane < num_lanes().
  [[nodiscard]] virtual std::optional<RingLane> ring_lane(std::uint32_t) const { return std::nullopt; }
};

}  // namespace polyplane::collectives
