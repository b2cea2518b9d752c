// Records of collectives, for the wrappers of C and of Fortran.
#pragma once

#include <mpi.h>

#include <cstdint>

#include "mpi/record/recorder.h"

namespace polyplane::record {

/// `bytes` as collectives/import/mpi_record_format.h says of each kind.
struct Entry {
  Kind kind;
  std::int64_t bytes;
  int root = 0, element = 0;
};

/// `handle`: null when it waited; else kept by the program in `variable`.
void entered(const Timer& timer, const Entry& entry, MPI_Comm comm, const MPI_Request* handle, const void* variable);
/// `counts` elements to each rank, of `types[0]` or each of its own.
void entered_alltoallv(const Timer& timer, const int* counts, const MPI_Datatype* types, bool own_types, MPI_Comm comm,
                       const MPI_Request* request);

}  // namespace polyplane::record
