#include "mpi/record/collective_calls.h"

#include <cstddef>

namespace polyplane::record {

namespace format = collectives::mpi_record;

namespace {

/// False when the record says something else instead.
bool describe(Record& record, const Entry& entry, MPI_Comm comm, const MPI_Request* handle, const void* variable) {
  const bool replayed = set_communicator(record, comm);
  if (handle != nullptr) {
    record.flags = replayed ? format::kNonBlocking : 0;
    if (replayed) record.request = recorder.requests.add(*handle, variable, false);
    if (!replayed) recorder.requests.add_nothing(*handle, variable);
  }
  if (!replayed) return false;
  record.bytes = entry.bytes;
  record.peer = entry.root;
  record.tag = entry.element;
  return true;
}

int size_of(MPI_Comm comm) {
  int size = 0;
  PMPI_Comm_size(comm, &size);
  return size;
}

}  // namespace

void entered(const Timer& timer, const Entry& entry, MPI_Comm comm, const MPI_Request* handle, const void* variable) {
  Record record = record_of(timer, entry.kind);
  static_cast<void>(describe(record, entry, comm, handle, variable));
  recorder.append(record);
}

void entered_alltoallv(const Timer& timer, const int* counts, const MPI_Datatype* types, bool own_types, MPI_Comm comm,
                       const MPI_Request* request) {
  Record record = record_of(timer, Kind::alltoallv);
  if (!describe(record, {Kind::alltoallv, 0}, comm, request, request)) return recorder.append(record);
  const auto ranks = static_cast<std::size_t>(size_of(comm));
  if (!recorder.counts.reserve(ranks)) return recorder.stop("there is no memory");
  for (std::size_t i = 0; i < ranks; ++i) recorder.counts[i] = bytes_of(counts[i], types[own_types ? i : 0]);
  recorder.append(record, recorder.counts.data(), ranks * sizeof(std::int64_t));
}

}  // namespace polyplane::record
