// What libpolyplane_record.so (mpi/record) writes and the reader "mpi_record" reads: one file a rank, a header and then
// records of one size, in order of time. Little endian, as the machine that records; plain data, so that the recorder
// needs no library. Version 1; kinds, flags and functions are only ever appended.
//
// A record stands for a call that has returned: a rank that is killed leaves all but the one it was in. `kind` is
// written last, so that 0 ends a file of a rank that did not come to MPI_Finalize; the pages behind are zeros.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

namespace polyplane::collectives::mpi_record {

inline constexpr std::array<char, 8> kMagic{'P', 'P', 'M', 'P', 'I', 'R', 'E', 'C'};
inline constexpr std::uint32_t kVersion = 1;

struct FileHeader {
  std::array<char, 8> magic = kMagic;
  std::uint32_t version = kVersion;
  std::uint32_t record_bytes = 48;
  std::uint32_t rank = 0, ranks = 0;         // in MPI_COMM_WORLD
  std::uint64_t run = 0;                     // the same in all files of one run
  std::uint64_t calls_of_other_threads = 0;  // under MPI_THREAD_MULTIPLE: counted, not recorded
  std::array<char, 48> host{};               // ends with a zero
  std::array<char, 8> reserved{};
};
static_assert(sizeof(FileHeader) == 96);

enum class Kind : std::uint16_t {
  none,          // the end
  finalize,      // MPI_Finalize begins
  communicator,  // `communicator` was made from `peer` (kNoParent: not known) and has `bytes` ranks, as numbered in
                 // MPI_COMM_WORLD: int32 in `extra` data records that follow
  data,          // 40 bytes behind `kind` and `flags` and four bytes of nothing
  uncovered,     // a call that moves data and is not replayed: `extra` is its code (mpi_record_functions.h)
  other,         // time in MPI that moves nothing: `extra` is 0
  polls,         // `extra` tests or probes without success; `bytes`: ns of the time between begin and end that waited
  send,          // `bytes` to `peer` with `tag`
  receive,       // from `peer` with `tag`, each -1 for any unless kResolved
  probe,         // found a message: peer and tag are its own
  wait,          // `request` is complete; of a receive from any or with any tag kResolved and whose it was
  barrier,       // collectives: `peer` is the root. `bytes`:
  broadcast,     //   of the array
  reduce,        //   of the array; `tag`: of an element
  all_reduce,
  scan,
  exclusive_scan,
  gather,          //   of what this rank puts in
  all_gather,      //   of what this rank puts in
  scatter,         //   of what this rank gets
  reduce_scatter,  //   of what this rank gets; `tag`: of an element
  alltoall,        //   to each rank
  alltoallv        //   int64 to each rank, in `extra` data records
};
inline constexpr std::uint16_t kKinds = 23;

/// Bits of `flags`.
inline constexpr std::uint16_t kNonBlocking = 1;  // `request` is to be waited for
inline constexpr std::uint16_t kResolved = 2;     // peer and tag are the message's own
inline constexpr std::uint16_t kBuffered = 4;     // send: has ended when it returns
inline constexpr std::uint16_t kSynchronous = 8;  // send: ends when it is received, however small
inline constexpr std::uint16_t kPaired = 16;      // send: goes with the receive that follows (MPI_Sendrecv)
inline constexpr std::uint16_t kCancelled = 32;   // wait: the request was cancelled and did nothing
inline constexpr std::uint16_t kPredefined = 64;  // communicator: MPI_COMM_WORLD or MPI_COMM_SELF
inline constexpr std::uint16_t kFlags = 127;

inline constexpr std::int32_t kNoParent = -1;
inline constexpr std::uint32_t kWorld = 0, kSelf = 1;  // communicators of every rank

struct Record {
  std::uint16_t kind = 0, flags = 0;
  std::uint32_t communicator = 0;    // as this rank numbers its own
  std::uint64_t begin = 0, end = 0;  // of the call; ns on the rank's own clock
  std::int64_t bytes = 0;
  std::int32_t peer = 0;  // rank in the communicator
  std::int32_t tag = 0;
  std::uint32_t request = 0;  // from 1; 0: none
  std::uint32_t extra = 0;
};
static_assert(sizeof(Record) == 48);
inline constexpr std::size_t kDataOffset = 8, kDataBytes = 40;  // of a data record

}  // namespace polyplane::collectives::mpi_record
