// Collectives of a recorded program: which entries of different ranks are one, and the Call that stands for it.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "base/import_notes.h"
#include "collectives/import/mpi_record_communicators.h"
#include "collectives/import/mpi_record_file.h"
#include "collectives/import/mpi_record_messages.h"
#include "collectives/import/mpi_record_scale.h"
#include "collectives/program.h"

namespace polyplane::collectives::mpi_record {

class Calls {
 public:
  static constexpr std::uint32_t kNone = UINT32_MAX;

  /// What one entry does. A scan is messages along the ranks; what moves nothing is neither.
  struct Entry {
    std::uint32_t call = kNone;                  // index into Program::calls
    std::uint32_t takes = kNone, gives = kNone;  // scan: messages from the rank before, to the one after
  };

  /// The n-th collective on a communicator is one for all its ranks. Throws InputError where ranks do not do the same and
  /// for what `scale` cannot stretch. Of collectives that not all ranks have entered, nothing is left, with a warning;
  /// `whole` makes it an InputError.
  Calls(const std::vector<RankRecord>& ranks, const SharedCommunicators& communicators, const Scale& scale, bool whole,
        Messages& messages, ImportNotes& notes);

  [[nodiscard]] Entry of(std::uint32_t rank, std::size_t event) const {
    const auto place = entries_[rank].find(event);
    return place == entries_[rank].end() ? Entry{} : place->second;
  }
  [[nodiscard]] std::vector<Call> take() && { return std::move(calls_); }

 private:
  struct Entrance {
    std::uint32_t rank;
    std::uint32_t event;
  };
  using Instance = std::vector<Entrance>;  // by place in the communicator
  using Key = std::tuple<std::uint32_t, CollectiveKind, std::int64_t, std::uint32_t, std::vector<std::int64_t>>;

  void add_all(std::uint32_t communicator, bool whole);
  void add(std::uint32_t communicator, const Instance& instance);
  void check_alike(const Instance& instance) const;
  void add_scan(const SharedCommunicator& communicator, const Instance& instance);
  [[nodiscard]] const Event& event(const Entrance& at) const { return ranks_[at.rank].events[at.event]; }
  [[nodiscard]] bool grows(std::uint32_t communicator) const;
  [[nodiscard]] std::uint32_t call(std::uint32_t communicator, CollectiveKind kind, std::int64_t size,
                                   std::uint32_t root, const std::vector<std::int64_t>& matrix);
  [[nodiscard]] std::vector<std::vector<std::uint32_t>> groups(std::uint32_t communicator, std::uint32_t root) const;
  /// What goes from place to place, in bytes, row = source. Empty: all alike.
  [[nodiscard]] std::vector<std::int64_t> matrix_of(const Instance& instance, Kind kind, std::uint32_t root) const;

  const std::vector<RankRecord>& ranks_;
  const SharedCommunicators& communicators_;
  const Scale& scale_;
  Messages& messages_;
  ImportNotes& notes_;
  std::vector<std::vector<std::vector<Entrance>>> entrances_;  // by communicator, place, number
  std::vector<std::map<std::size_t, Entry>> entries_;          // by rank and event
  std::map<Key, std::uint32_t> known_;
  std::vector<Call> calls_;
};

}  // namespace polyplane::collectives::mpi_record
