// Where the places of a participant (collectives/schedule.h) are in real memory: in the buffers of its user
// (mpi/user_buffers.h) wherever that can be, else in memory of its own, `work`. No MPI.
//
// Out of place `in` is only read: blocks that are held and required, and blocks that are held and written on the way, are
// copied first. In place what is held is copied only where another block will be. Agents have `work` alone.
#pragma once

#include <cstdint>
#include <vector>

#include "collectives/schedule.h"
#include "mpi/user_buffers.h"

namespace polyplane::mpi {

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
  /// `work` is shared by participants: this one takes it from `work_start` on. `buffers`: of the user of this rank; of an
  /// agent none.
  PlaceMemory(const collectives::Schedule& schedule, const UserBuffers& buffers, const PlaceUse& use,
              std::int64_t work_start);

  /// Empty (0 bytes) for places that no step touches and the contract does not name.
  [[nodiscard]] const Stretch& place(ChunkId place) const { return places_[place.index()]; }
  [[nodiscard]] std::int64_t work_end() const { return work_end_; }
  /// Before the first step, in this order.
  [[nodiscard]] const std::vector<StretchCopy>& copies() const { return copies_; }
  /// Before the first step: places of a contract that adds in any order, at which the first addition finds a zero.
  [[nodiscard]] const std::vector<Stretch>& zeros() const { return zeros_; }

 private:
  std::vector<Stretch> places_;
  std::int64_t work_end_ = 0;
  std::vector<StretchCopy> copies_;
  std::vector<Stretch> zeros_;
};

}  // namespace polyplane::mpi
