// The records of one rank, as mpi_record_format.h lays them out, checked one by one: what other ranks must agree with
// is not looked at here.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/text_source.h"
#include "collectives/import/importer.h"
#include "collectives/import/mpi_record_format.h"

namespace polyplane::collectives::mpi_record {

struct Event {
  Record record;
  std::uint32_t slot = 0;               // its place in the file, in records
  std::size_t number = 0, numbers = 0;  // of RankRecord::numbers: ranks of a communicator, bytes of an alltoallv
  std::uint32_t begun = UINT32_MAX;     // wait: the event that began its request
  bool waited = false;                  // non-blocking: a wait for it follows
  [[nodiscard]] Kind kind() const { return static_cast<Kind>(record.kind); }
  [[nodiscard]] bool has(std::uint16_t flag) const { return (record.flags & flag) != 0; }
};

struct RankRecord {
  std::string file;
  std::uint64_t first_byte = 0;  // of this rank in the file
  FileHeader header;
  std::string host;
  bool finished = false;  // came to MPI_Finalize
  std::vector<Event> events;
  std::vector<std::int64_t> numbers;
  /// By its number at this rank: the event that made a communicator; kNone: none.
  static constexpr std::uint32_t kNone = UINT32_MAX;
  std::vector<std::uint32_t> communicators;

  [[nodiscard]] std::uint32_t size_of(std::uint32_t communicator) const {
    return static_cast<std::uint32_t>(events[communicators[communicator]].numbers);
  }
  /// Throws InputError "FILE: byte N: problem" of an event.
  [[noreturn]] void fail(const Event& event, const std::string& problem) const;
};

/// "receive", "all_reduce".
[[nodiscard]] std::string_view to_string(Kind kind);
[[nodiscard]] constexpr bool is_collective(Kind kind) { return kind >= Kind::barrier; }

/// All ranks that are in the file, one after the other. Throws InputError for what is none, is cut off in a record, or
/// contradicts itself: unknown kinds and communicators, ranks that are not in a communicator, times that go back, waits
/// for what was not begun; LimitError past kMaxImportedOperations records.
[[nodiscard]] std::vector<RankRecord> read_rank_records(const ImportFile& file);

}  // namespace polyplane::collectives::mpi_record
