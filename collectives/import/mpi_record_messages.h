// Messages of a recorded program: which send met which receive. MPI keeps messages of one sender, receiver,
// communicator and tag in order, and takes them in the order in which receives were posted; of a receive from anyone the record
// says whose message it got, so that each is met by its number.
#pragma once

#include <cstdint>
#include <map>
#include <tuple>
#include <utility>
#include <vector>

#include "base/import_notes.h"
#include "base/units.h"
#include "collectives/import/mpi_record_communicators.h"
#include "collectives/import/mpi_record_file.h"

namespace polyplane::collectives::mpi_record {

struct Message {
  std::uint32_t from = 0, to = 0;  // ranks
  std::int64_t bytes = 0;
  std::uint32_t tag = 0;     // of the data; the next one is of the notice that the receive is posted
  bool synchronous = false;  // ends when it is received, however small
  bool buffered = false;     // its sender never waits
};

class Messages {
 public:
  static constexpr std::uint32_t kNone = UINT32_MAX;

  /// `whole`: all ranks came to the end and all calls are known. Throws InputError, when `whole`, for a receive that
  /// got a message which nobody sent. What has no other end and needs none is left out, with a warning.
  Messages(const std::vector<RankRecord>& ranks, const SharedCommunicators& communicators, bool whole,
           ImportNotes& notes);

  [[nodiscard]] const Message& operator[](std::uint32_t index) const { return messages_[index]; }
  /// Of a send or receive; kNone: it is left out, or is a message to oneself.
  [[nodiscard]] std::uint32_t of(std::uint32_t rank, std::size_t event) const { return of_event_[rank][event]; }
  /// The probe that first saw the message of this receive; kNone: none.
  [[nodiscard]] std::uint32_t probed(std::uint32_t rank, std::size_t event) const { return probe_[rank][event]; }
  /// The receive whose message this probe was the first to see; kNone: none.
  [[nodiscard]] std::uint32_t seen(std::uint32_t rank, std::size_t probe) const { return probe_[rank][probe]; }

  /// One more, between ranks that are not the same.
  std::uint32_t add(std::uint32_t from, std::uint32_t to, std::int64_t bytes);

 private:
  struct End {
    std::uint32_t communicator, from, to;  // ranks
    std::int32_t tag;
    std::uint32_t event;
    [[nodiscard]] auto meeting() const { return std::tie(communicator, from, to, tag); }
  };
  void find_ends(const std::vector<RankRecord>& ranks, const SharedCommunicators& communicators, ImportNotes& notes);
  void see_probes(const std::vector<RankRecord>& ranks, const SharedCommunicators& communicators);

  std::vector<End> sends_, receives_;
  std::vector<Message> messages_;
  std::vector<std::vector<std::uint32_t>> of_event_, probe_;
  std::map<std::pair<std::uint32_t, std::uint32_t>, std::uint32_t> tags_;  // next one, by sender and receiver
};

}  // namespace polyplane::collectives::mpi_record
