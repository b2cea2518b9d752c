// Sends and receives: blocking, non-blocking, persistent, both at once.
#include "mpi/record/message_calls.h"

using polyplane::record::Kind;
using polyplane::record::Timer;
namespace record = polyplane::record;

extern "C" {

#define POLYPLANE_SEND(name, flags)                                                                     \
  int MPI_##name(const void* buf, int count, MPI_Datatype datatype, int dest, int tag, MPI_Comm comm) { \
    const Timer timer;                                                                                  \
    const int result = PMPI_##name(buf, count, datatype, dest, tag, comm);                              \
    if (result == MPI_SUCCESS) record::sent(timer, {count, datatype, dest, tag, comm}, record::flags);  \
    return result;                                                                                      \
  }
#define POLYPLANE_REQUEST(name, buffer, kind, does, flags)                                                   \
  int MPI_##name(buffer buf, int count, MPI_Datatype datatype, int peer, int tag, MPI_Comm comm,             \
                 MPI_Request* request) {                                                                     \
    const Timer timer;                                                                                       \
    const int result = PMPI_##name(buf, count, datatype, peer, tag, comm, request);                          \
    if (result == MPI_SUCCESS) {                                                                             \
      record::does(timer, Kind::kind, {count, datatype, peer, tag, comm}, record::flags, *request, request); \
    }                                                                                                        \
    return result;                                                                                           \
  }

POLYPLANE_SEND(Send, kStandard)
POLYPLANE_SEND(Bsend, kBuffered)
POLYPLANE_SEND(Ssend, kSynchronous)
POLYPLANE_SEND(Rsend, kReady)
POLYPLANE_REQUEST(Isend, const void*, send, begun, kStandard)
POLYPLANE_REQUEST(Ibsend, const void*, send, begun, kBuffered)
POLYPLANE_REQUEST(Issend, const void*, send, begun, kSynchronous)
POLYPLANE_REQUEST(Irsend, const void*, send, begun, kReady)
POLYPLANE_REQUEST(Irecv, void*, receive, begun, kStandard)
POLYPLANE_REQUEST(Send_init, const void*, send, prepared, kStandard)
POLYPLANE_REQUEST(Bsend_init, const void*, send, prepared, kBuffered)
POLYPLANE_REQUEST(Ssend_init, const void*, send, prepared, kSynchronous)
POLYPLANE_REQUEST(Rsend_init, const void*, send, prepared, kReady)
POLYPLANE_REQUEST(Recv_init, void*, receive, prepared, kStandard)

int MPI_Recv(void* buf, int count, MPI_Datatype datatype, int source, int tag, MPI_Comm comm, MPI_Status* status) {
  const Timer timer;
  MPI_Status own;
  MPI_Status* const seen = status == MPI_STATUS_IGNORE ? &own : status;
  const int result = PMPI_Recv(buf, count, datatype, source, tag, comm, seen);
  if (result == MPI_SUCCESS) record::received(timer, {count, datatype, source, tag, comm}, *seen);
  return result;
}

int MPI_Start(MPI_Request* request) {
  const Timer timer;
  const int result = PMPI_Start(request);
  if (timer.on && result == MPI_SUCCESS) record::started(timer, request);
  return result;
}

int MPI_Startall(int count, MPI_Request requests[]) {
  const Timer timer;
  const int result = PMPI_Startall(count, requests);
  for (int i = 0; timer.on && result == MPI_SUCCESS && i < count; ++i) record::started(timer, &requests[i]);
  return result;
}

int MPI_Sendrecv(const void* sendbuf, int sendcount, MPI_Datatype sendtype, int dest, int sendtag, void* recvbuf,
                 int recvcount, MPI_Datatype recvtype, int source, int recvtag, MPI_Comm comm, MPI_Status* status) {
  const Timer timer;
  MPI_Status own;
  MPI_Status* const seen = status == MPI_STATUS_IGNORE ? &own : status;
  const int result = PMPI_Sendrecv(sendbuf, sendcount, sendtype, dest, sendtag, recvbuf, recvcount, recvtype, source,
                                   recvtag, comm, seen);
  if (result == MPI_SUCCESS) {
    record::exchanged(timer, {sendcount, sendtype, dest, sendtag, comm}, {recvcount, recvtype, source, recvtag, comm},
                      *seen);
  }
  return result;
}

int MPI_Sendrecv_replace(void* buf, int count, MPI_Datatype datatype, int dest, int sendtag, int source, int recvtag,
                         MPI_Comm comm, MPI_Status* status) {
  const Timer timer;
  MPI_Status own;
  MPI_Status* const seen = status == MPI_STATUS_IGNORE ? &own : status;
  const int result = PMPI_Sendrecv_replace(buf, count, datatype, dest, sendtag, source, recvtag, comm, seen);
  if (result == MPI_SUCCESS) {
    record::exchanged(timer, {count, datatype, dest, sendtag, comm}, {count, datatype, source, recvtag, comm}, *seen);
  }
  return result;
}

}  // extern "C"
