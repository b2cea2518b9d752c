// Where the places of a participant (collectives/schedule.h) are in real memory. No MPI.
//
// A rank has two buffers of its user, `in` (what it holds before: the blocks that it has, ascending) and `out` (what it must
// hold after: those blocks, ascending), and `work` of its own for all else. Out of place `in` is only read: blocks that are
// held and required, and blocks that are held and written on the way, are copied first. In place there is one buffer:
//   alltoall, alltoallv, sendrecv  as with MPI_IN_PLACE: the i-th block held stands where the i-th block required will be
//                                  (they have equal sizes, else this is refused); what is held is copied first
//   all others                     the blocks that are held or required, ascending; those not required are undefined after
// For all_reduce, all_gather and alltoall these are the buffers of MPI, byte by byte. Agents have `work` alone.
#pragma once

#include <cstdint>
#include <vector>

#include "collectives/schedule.h"

namespace polyplane::mpi {

enum class Memory : std::uint8_t { in, out, work };

/// Bytes in a row. In place the one buffer is `out`.
struct Stretch {
  Memory memory = Memory::work;
  std::int64_t offset = 0, bytes = 0;
  [[nodiscard]] bool overlaps(const Stretch& other) const {
    return memory == other.memory && offset < other.offset + other.bytes && other.offset < offset + bytes;
  }
  friend bool operator==(const Stretch&, const Stretch&) = default;
};
/// Adds a stretch, as part of the last one where it follows it; empty ones are left out.
void append(std::vector<Stretch>& stretches, const Stretch& next);

struct StretchCopy {
  Stretch from, to;
};

/// What the steps of one participant do to its places.
struct PlaceUse {
  std::vector<char> touched, written;       // by place: chunks, then scratch
  std::vector<std::int64_t> scratch_bytes;  // by scratch place: the largest content
};

class PlaceMemory {
 public:
  /// `work` is shared by participants: this one takes it from `work_start` on. Throws InputError where in place cannot be.
  PlaceMemory(const collectives::Schedule& schedule, RankId participant, bool in_place, const PlaceUse& use,
              std::int64_t work_start);

  /// Empty (0 bytes) for places that no step touches and the contract does not name.
  [[nodiscard]] const Stretch& place(ChunkId place) const { return places_[place.index()]; }
  [[nodiscard]] std::int64_t in_bytes() const { return in_bytes_; }
  [[nodiscard]] std::int64_t out_bytes() const { return out_bytes_; }
  [[nodiscard]] std::int64_t work_end() const { return work_end_; }
  /// Before the first step, in this order.
  [[nodiscard]] const std::vector<StretchCopy>& copies() const { return copies_; }
  /// Before the first step: places of a contract that adds in any order, at which the first addition finds a zero.
  [[nodiscard]] const std::vector<Stretch>& zeros() const { return zeros_; }

 private:
  std::vector<Stretch> places_;
  std::int64_t in_bytes_ = 0, out_bytes_ = 0, work_end_ = 0;
  std::vector<StretchCopy> copies_;
  std::vector<Stretch> zeros_;
};

/// Bytes of a block, and where one of its pieces begins in it.
[[nodiscard]] std::int64_t block_bytes(const collectives::Collective& collective, std::uint64_t block);
[[nodiscard]] std::int64_t piece_offset(const collectives::Collective& collective, std::uint64_t block,
                                        std::uint32_t piece, std::uint32_t pieces);
/// The blocks that a rank holds before, or must hold after; ascending.
[[nodiscard]] std::vector<std::uint64_t> blocks_before(const collectives::Collective& collective, RankId rank);
[[nodiscard]] std::vector<std::uint64_t> blocks_after(const collectives::Collective& collective, RankId rank);

}  // namespace polyplane::mpi
