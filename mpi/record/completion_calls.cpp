#include "mpi/record/completion_calls.h"

#include <cstring>

namespace polyplane::record {
namespace format = collectives::mpi_record;

bool complete(const Timer& timer, std::uint64_t end, MPI_Request handle, const void* variable,
              const MPI_Status* status) {
  if (handle == MPI_REQUEST_NULL) return false;
  Request* known = recorder.requests.find(handle, variable);
  if (known == nullptr) return false;
  Record record;
  record.kind = static_cast<std::uint16_t>(Kind::wait);
  record.begin = timer.begin;
  record.end = end;
  record.request = known->id;
  if (known->cancelled && status != nullptr) {
    int cancelled = 0;
    PMPI_Test_cancelled(status, &cancelled);
    if (cancelled != 0) record.flags |= format::kCancelled;
  }
  if (known->any && status != nullptr && (record.flags & format::kCancelled) == 0) {
    record.flags |= format::kResolved;
    record.peer = status->MPI_SOURCE;
    record.tag = status->MPI_TAG;
  }
  if (known->persistent) {
    known->id = 0;
    known->cancelled = false;
  } else {
    recorder.requests.erase(handle, variable);
  }
  if (record.request == 0) return false;
  recorder.append(record);
  return true;
}

void completed_single(const Timer& timer, MPI_Request handle, const void* variable, const MPI_Status* status) {
  if (timer.on && !complete(timer, now(), handle, variable, status)) record_other(timer);
}

void found(const Timer& timer, Kind kind, MPI_Comm comm, const MPI_Status& status) {
  if (!timer.on) return;
  Record record = record_of(timer, kind);
  if (status.MPI_SOURCE == MPI_PROC_NULL) {
    record.kind = static_cast<std::uint16_t>(Kind::other);
  } else if (set_communicator(record, comm)) {
    record.flags = format::kResolved;
    record.peer = status.MPI_SOURCE;
    record.tag = status.MPI_TAG;
  }
  recorder.append(record);
}

}  // namespace polyplane::record
