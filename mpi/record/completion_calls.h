// Records of what is complete, for the wrappers of C and of Fortran. A request is matched by its handle when it is
// complete; of a receive from anyone, the status says whose message it took.
#pragma once

#include <mpi.h>

#include <cstddef>
#include <cstdint>
#include <cstring>

#include "mpi/record/recorder.h"

namespace polyplane::record {

/// One request is complete that the program kept in `variable`. Appends nothing, and returns false, for one of which
/// nothing is recorded.
bool complete(const Timer& timer, std::uint64_t end, MPI_Request handle, const void* variable,
              const MPI_Status* status);
/// The same, as all that the call has done.
void completed_single(const Timer& timer, MPI_Request handle, const void* variable, const MPI_Status* status);
/// A probe has found a message, or a matched probe (a receive) taken one.
void found(const Timer& timer, Kind kind, MPI_Comm comm, const MPI_Status& status);

/// Many requests at a time: their handles as they are before the call, and statuses where the program wants none.
class Batch {
 public:
  Batch(int count, const MPI_Request* requests, MPI_Status* statuses) : requests_(requests), statuses_(statuses) {
    const auto n = static_cast<std::size_t>(count < 0 ? 0 : count);
    if (!timer_.on) return;
    if (!recorder.handles.reserve(n) || (statuses == MPI_STATUSES_IGNORE && !recorder.statuses.reserve(n))) {
      recorder.stop("there is no memory");
      timer_.on = false;
      return;
    }
    if (n > 0) std::memcpy(recorder.handles.data(), requests, n * sizeof(MPI_Request));
    if (statuses == MPI_STATUSES_IGNORE) statuses_ = recorder.statuses.data();
  }

  [[nodiscard]] const Timer& timer() const { return timer_; }
  [[nodiscard]] MPI_Status* statuses() const { return statuses_; }

  /// All of them.
  void completed_all(int count) {
    if (!timer_.on) return;
    const std::uint64_t end = now();
    bool any = false;
    for (int i = 0; i < count; ++i) any = one(end, i, &statuses_[i]) || any;
    if (!any) record_other(timer_);
  }
  /// Those at `indices`; their statuses come in that order.
  void completed(int count, const int* indices) {
    if (!timer_.on) return;
    const std::uint64_t end = now();
    bool any = false;
    for (int i = 0; i < count; ++i) any = one(end, indices[i], &statuses_[i]) || any;
    if (!any) record_other(timer_);
  }
  void completed_one(int index, const MPI_Status* status) {
    if (!timer_.on) return;
    if (index == MPI_UNDEFINED || !one(now(), index, status)) record_other(timer_);
  }
  void not_yet() const {
    if (timer_.on) recorder.polled(timer_.begin, now());
  }

 private:
  bool one(std::uint64_t end, int index, const MPI_Status* status) {
    return complete(timer_, end, recorder.handles[static_cast<std::size_t>(index)], &requests_[index], status);
  }

  Timer timer_;
  const MPI_Request* requests_;
  MPI_Status* statuses_;
};

}  // namespace polyplane::record
