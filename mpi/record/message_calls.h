// Records of sends and receives, for the wrappers of C and of Fortran.
#pragma once

#include <mpi.h>

#include <cstdint>

#include "mpi/record/recorder.h"

namespace polyplane::record {

/// How MPI_Xsend ends.
inline constexpr std::uint16_t kStandard = 0, kReady = 0;
inline constexpr std::uint16_t kBuffered = collectives::mpi_record::kBuffered;
inline constexpr std::uint16_t kSynchronous = collectives::mpi_record::kSynchronous;

struct Message {
  int count;
  MPI_Datatype type;
  int peer, tag;
  MPI_Comm comm;
};

void sent(const Timer& timer, const Message& message, std::uint16_t flags);
void received(const Timer& timer, const Message& message, const MPI_Status& status);
/// MPI_Sendrecv.
void exchanged(const Timer& timer, const Message& out, const Message& in, const MPI_Status& status);
/// Without waiting: `handle` is kept by the program in `variable`.
void begun(const Timer& timer, Kind kind, const Message& message, std::uint16_t flags, MPI_Request handle,
           const void* variable);
/// Persistent: MPI_Send_init and others; MPI_Start.
void prepared(const Timer& timer, Kind kind, const Message& message, std::uint16_t flags, MPI_Request handle,
              const void* variable);
void started(const Timer& timer, const MPI_Request* request);

}  // namespace polyplane::record
