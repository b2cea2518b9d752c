// What the wrapped calls of libpolyplane_record.so share: one recorder a process. A wrapper takes the time, passes the
// call on to PMPI, and appends a record: no lock, no allocation, no message of its own. Calls of threads other than the
// one that initialised MPI are counted only when MPI_THREAD_MULTIPLE lets them come at any time.
#pragma once

#include <mpi.h>
#include <time.h>

#include <cstddef>
#include <cstdint>

#include "collectives/import/mpi_record_format.h"
#include "collectives/import/mpi_record_functions.h"
#include "mpi/record/communicator_table.h"
#include "mpi/record/polls.h"
#include "mpi/record/record_file.h"
#include "mpi/record/request_table.h"

namespace polyplane::record {

using collectives::mpi_record::Kind;

/// ns; of this process alone.
[[nodiscard]] inline std::uint64_t now() {
  timespec time{};
  clock_gettime(CLOCK_MONOTONIC, &time);
  return static_cast<std::uint64_t>(time.tv_sec) * 1'000'000'000U + static_cast<std::uint64_t>(time.tv_nsec);
}

class Recorder {
 public:
  CommunicatorTable communicators;
  RequestTable requests;
  PageArray<MPI_Request> handles;  // scratch: of requests that a call is about to give back
  PageArray<MPI_Status> statuses;  // scratch: where the program asks for none
  PageArray<std::int64_t> counts;  // scratch: of an alltoallv

  /// After MPI_Init: chooses the directory and opens the file. Says on stderr where, or why there is no record.
  void start(int thread_level);
  /// Before MPI_Finalize.
  void finish();
  /// The record ends here, the program goes on; says so on stderr.
  void stop(const char* why);

  /// Is this call to be recorded? Counts it when it is not.
  [[nodiscard]] bool records() {
    if (!on_) return false;
    if (!main_thread_only_ || this_thread_) return true;
    file_.count_call_of_other_thread();
    return false;
  }
  void append(const Record& record) {
    if (polls_.count > 0) flush_polls(record.begin);
    if (on_ && !file_.append(record)) stop_for_room();
  }
  void append(const Record& record, const void* data, std::size_t bytes) {
    if (polls_.count > 0) flush_polls(record.begin);
    if (on_ && !file_.append(record, data, bytes)) stop_for_room();
  }
  void polled(std::uint64_t begin, std::uint64_t end) { polls_.add(begin, end); }

 private:
  void flush_polls(std::uint64_t begin);
  void stop_for_room();

  RecordFile file_;
  Polls polls_;
  bool on_ = false, main_thread_only_ = false;
  int rank_ = 0;
  static thread_local bool this_thread_;  // called MPI_Init
};

extern Recorder recorder;

/// Of one call, from before it is passed on.
struct Timer {
  Timer() : on(recorder.records()), begin(on ? now() : 0) {}
  bool on;
  std::uint64_t begin;
};

/// A record of the call that `timer` began and that ends now.
[[nodiscard]] inline Record record_of(const Timer& timer, Kind kind) {
  Record record;
  record.kind = static_cast<std::uint16_t>(kind);
  record.begin = timer.begin;
  record.end = now();
  return record;
}

/// Bytes of `count` elements.
[[nodiscard]] inline std::int64_t bytes_of(std::int64_t count, MPI_Datatype type) {
  MPI_Count size = 0;
  PMPI_Type_size_x(type, &size);
  return size < 0 ? 0 : count * size;
}

inline void record_other(const Timer& timer) { recorder.append(record_of(timer, Kind::other)); }
inline void record_uncovered(const Timer& timer, std::uint32_t function) {
  Record record = record_of(timer, Kind::uncovered);
  record.extra = function;
  recorder.append(record);
}

/// Fills in the communicator. False for one whose calls are not replayed: the record then says that instead.
[[nodiscard]] inline bool set_communicator(Record& record, MPI_Comm handle) {
  const Communicator& communicator = recorder.communicators.at(handle);
  record.communicator = communicator.id;
  if (!communicator.between_groups) return true;
  record.kind = static_cast<std::uint16_t>(Kind::uncovered);
  record.communicator = 0;
  record.extra = collectives::mpi_record::kOnIntercommunicator;
  return false;
}

}  // namespace polyplane::record
