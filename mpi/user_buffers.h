// The buffers that the user of a collective has: what a rank holds before and what it must hold after. No MPI.
//
// Out of place there are two: `in`, the blocks held, and `out`, the blocks required, ascending. In place there is one, `out`:
//   alltoall, alltoallv, sendrecv  as with MPI_IN_PLACE: the i-th block held stands where the i-th block required will be
//                                  (they have equal sizes, else this is refused)
//   all others                     the blocks that are held or required, ascending; those not required are undefined after
// For all_reduce, all_gather, broadcast and alltoall these are the buffers of MPI, byte by byte.
#pragma once

#include <cstdint>
#include <vector>

#include "base/ids.h"
#include "collectives/collective.h"

namespace polyplane::mpi {

/// `work` is of whoever carries out a schedule (mpi/place_memory.h).
enum class Memory : std::uint8_t { in, out, work };

/// Bytes in a row.
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

struct BlockPlace {
  std::uint64_t block = 0;
  Stretch where;
};
struct UserBuffers {
  std::int64_t in_bytes = 0, out_bytes = 0;
  std::vector<BlockPlace> held, required;  // ascending by block
};

/// Throws InputError where in place cannot be.
[[nodiscard]] UserBuffers user_buffers(const collectives::Collective& collective, RankId rank, bool in_place);

[[nodiscard]] std::int64_t block_bytes(const collectives::Collective& collective, std::uint64_t block);
/// Where a piece begins in its block.
[[nodiscard]] std::int64_t piece_offset(const collectives::Collective& collective, std::uint64_t block,
                                        std::uint32_t piece, std::uint32_t pieces);

}  // namespace polyplane::mpi
