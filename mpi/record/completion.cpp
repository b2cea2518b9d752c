// Waits, tests and probes. A request is matched by its handle when it is complete; of a receive from anyone, the status
// says whose message it took.
#include <cstring>

#include "mpi/record/recorder.h"

namespace polyplane::record {
namespace {

namespace format = collectives::mpi_record;

/// One request is complete. Appends nothing, and returns false, for one of which nothing is recorded.
bool complete(const Timer& timer, std::uint64_t end, MPI_Request handle, const MPI_Request* variable,
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

void completed_single(const Timer& timer, MPI_Request handle, const MPI_Request* variable, const MPI_Status* status) {
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

}  // namespace
}  // namespace polyplane::record

using polyplane::record::Batch;
using polyplane::record::Kind;
using polyplane::record::recorder;
using polyplane::record::Timer;
namespace record = polyplane::record;

extern "C" {

int MPI_Wait(MPI_Request* request, MPI_Status* status) {
  const Timer timer;
  const MPI_Request handle = *request;
  MPI_Status own;
  MPI_Status* const seen = status == MPI_STATUS_IGNORE ? &own : status;
  const int result = PMPI_Wait(request, seen);
  if (result == MPI_SUCCESS) record::completed_single(timer, handle, request, seen);
  return result;
}

int MPI_Test(MPI_Request* request, int* flag, MPI_Status* status) {
  const Timer timer;
  const MPI_Request handle = *request;
  MPI_Status own;
  MPI_Status* const seen = status == MPI_STATUS_IGNORE ? &own : status;
  const int result = PMPI_Test(request, flag, seen);
  if (result != MPI_SUCCESS) return result;
  if (*flag != 0) {
    record::completed_single(timer, handle, request, seen);
  } else if (timer.on) {
    recorder.polled(timer.begin, record::now());
  }
  return result;
}

int MPI_Request_get_status(MPI_Request request, int* flag, MPI_Status* status) {
  const Timer timer;
  const int result = PMPI_Request_get_status(request, flag, status);
  if (timer.on && result == MPI_SUCCESS && *flag == 0) recorder.polled(timer.begin, record::now());
  return result;
}

int MPI_Waitall(int count, MPI_Request requests[], MPI_Status* statuses) {
  Batch batch(count, requests, statuses);
  const int result = PMPI_Waitall(count, requests, batch.statuses());
  if (result == MPI_SUCCESS) batch.completed_all(count);
  return result;
}

int MPI_Testall(int count, MPI_Request requests[], int* flag, MPI_Status statuses[]) {
  Batch batch(count, requests, statuses);
  const int result = PMPI_Testall(count, requests, flag, batch.statuses());
  if (result != MPI_SUCCESS) return result;
  if (*flag != 0) {
    batch.completed_all(count);
  } else {
    batch.not_yet();
  }
  return result;
}

int MPI_Waitany(int count, MPI_Request requests[], int* index, MPI_Status* status) {
  MPI_Status own;
  MPI_Status* const seen = status == MPI_STATUS_IGNORE ? &own : status;
  Batch batch(count, requests, seen);
  const int result = PMPI_Waitany(count, requests, index, seen);
  if (result == MPI_SUCCESS) batch.completed_one(*index, seen);
  return result;
}

int MPI_Testany(int count, MPI_Request requests[], int* index, int* flag, MPI_Status* status) {
  MPI_Status own;
  MPI_Status* const seen = status == MPI_STATUS_IGNORE ? &own : status;
  Batch batch(count, requests, seen);
  const int result = PMPI_Testany(count, requests, index, flag, seen);
  if (result != MPI_SUCCESS) return result;
  if (*flag != 0) {
    batch.completed_one(*index, seen);
  } else {
    batch.not_yet();
  }
  return result;
}

int MPI_Waitsome(int count, MPI_Request requests[], int* done, int indices[], MPI_Status statuses[]) {
  Batch batch(count, requests, statuses);
  const int result = PMPI_Waitsome(count, requests, done, indices, batch.statuses());
  if (result == MPI_SUCCESS) batch.completed(*done == MPI_UNDEFINED ? 0 : *done, indices);
  return result;
}

int MPI_Testsome(int count, MPI_Request requests[], int* done, int indices[], MPI_Status statuses[]) {
  Batch batch(count, requests, statuses);
  const int result = PMPI_Testsome(count, requests, done, indices, batch.statuses());
  if (result != MPI_SUCCESS) return result;
  if (*done == 0) {
    batch.not_yet();
  } else {
    batch.completed(*done == MPI_UNDEFINED ? 0 : *done, indices);
  }
  return result;
}

int MPI_Cancel(MPI_Request* request) {
  const Timer timer;
  if (timer.on) {
    record::Request* known = recorder.requests.find(*request, request);
    if (known != nullptr) known->cancelled = true;
  }
  return PMPI_Cancel(request);
}

int MPI_Request_free(MPI_Request* request) {
  const Timer timer;
  const MPI_Request handle = *request;
  const int result = PMPI_Request_free(request);
  if (timer.on && result == MPI_SUCCESS) recorder.requests.erase(handle, request);
  return result;
}

int MPI_Probe(int source, int tag, MPI_Comm comm, MPI_Status* status) {
  const Timer timer;
  MPI_Status own;
  MPI_Status* const seen = status == MPI_STATUS_IGNORE ? &own : status;
  const int result = PMPI_Probe(source, tag, comm, seen);
  if (result == MPI_SUCCESS) record::found(timer, Kind::probe, comm, *seen);
  return result;
}

int MPI_Iprobe(int source, int tag, MPI_Comm comm, int* flag, MPI_Status* status) {
  const Timer timer;
  MPI_Status own;
  MPI_Status* const seen = status == MPI_STATUS_IGNORE ? &own : status;
  const int result = PMPI_Iprobe(source, tag, comm, flag, seen);
  if (result != MPI_SUCCESS) return result;
  if (*flag != 0) {
    record::found(timer, Kind::probe, comm, *seen);
  } else if (timer.on) {
    recorder.polled(timer.begin, record::now());
  }
  return result;
}

// A matched probe takes the message: it is the receive, and what comes after it only copies.
int MPI_Mprobe(int source, int tag, MPI_Comm comm, MPI_Message* message, MPI_Status* status) {
  const Timer timer;
  MPI_Status own;
  MPI_Status* const seen = status == MPI_STATUS_IGNORE ? &own : status;
  const int result = PMPI_Mprobe(source, tag, comm, message, seen);
  if (result == MPI_SUCCESS) record::found(timer, Kind::receive, comm, *seen);
  return result;
}

int MPI_Improbe(int source, int tag, MPI_Comm comm, int* flag, MPI_Message* message, MPI_Status* status) {
  const Timer timer;
  MPI_Status own;
  MPI_Status* const seen = status == MPI_STATUS_IGNORE ? &own : status;
  const int result = PMPI_Improbe(source, tag, comm, flag, message, seen);
  if (result != MPI_SUCCESS) return result;
  if (*flag != 0) {
    record::found(timer, Kind::receive, comm, *seen);
  } else if (timer.on) {
    recorder.polled(timer.begin, record::now());
  }
  return result;
}

int MPI_Mrecv(void* buf, int count, MPI_Datatype type, MPI_Message* message, MPI_Status* status) {
  const Timer timer;
  const int result = PMPI_Mrecv(buf, count, type, message, status);
  if (timer.on && result == MPI_SUCCESS) record::record_other(timer);
  return result;
}

int MPI_Imrecv(void* buf, int count, MPI_Datatype type, MPI_Message* message, MPI_Request* request) {
  const Timer timer;
  const int result = PMPI_Imrecv(buf, count, type, message, request);
  if (timer.on && result == MPI_SUCCESS) {
    recorder.requests.add_nothing(*request, request);
    record::record_other(timer);
  }
  return result;
}

}  // extern "C"
