// Waits, tests and probes.
#include "mpi/record/completion_calls.h"

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
