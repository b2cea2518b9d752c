// Sends and receives: blocking, non-blocking, persistent, both at once.
#include "mpi/record/recorder.h"

namespace polyplane::record {
namespace {

namespace format = collectives::mpi_record;

/// How MPI_Xsend ends.
constexpr std::uint16_t kStandard = 0, kReady = 0, kBuffered = format::kBuffered, kSynchronous = format::kSynchronous;

struct Message {
  int count;
  MPI_Datatype type;
  int peer, tag;
  MPI_Comm comm;
};

/// The record of a message, without its time. False when nothing moves, or on an intercommunicator.
bool describe(Record& record, Kind kind, const Message& message, std::uint16_t flags) {
  record.kind = static_cast<std::uint16_t>(kind);
  if (message.peer == MPI_PROC_NULL) {
    record.kind = static_cast<std::uint16_t>(Kind::other);
    return false;
  }
  if (!set_communicator(record, message.comm)) return false;
  record.flags = flags;
  record.bytes = bytes_of(message.count, message.type);
  record.peer = message.peer == MPI_ANY_SOURCE ? -1 : message.peer;
  record.tag = message.tag == MPI_ANY_TAG ? -1 : message.tag;
  return true;
}

void resolve(Record& record, const MPI_Status& status) {
  record.flags |= format::kResolved;
  record.peer = status.MPI_SOURCE;
  record.tag = status.MPI_TAG;
}

void sent(const Timer& timer, const Message& message, std::uint16_t flags) {
  if (!timer.on) return;
  Record record = record_of(timer, Kind::send);
  static_cast<void>(describe(record, Kind::send, message, flags));
  recorder.append(record);
}

bool is_any(const Message& message) { return message.peer == MPI_ANY_SOURCE || message.tag == MPI_ANY_TAG; }

void begun(const Timer& timer, Kind kind, const Message& message, std::uint16_t flags, const MPI_Request* request) {
  if (!timer.on) return;
  Record record = record_of(timer, kind);
  if (describe(record, kind, message, static_cast<std::uint16_t>(flags | format::kNonBlocking))) {
    record.request = recorder.requests.add(*request, request, kind == Kind::receive && is_any(message));
  } else {
    recorder.requests.add_nothing(*request, request);
  }
  recorder.append(record);
}

void prepared(const Timer& timer, Kind kind, const Message& message, std::uint16_t flags, const MPI_Request* request) {
  if (!timer.on) return;
  Record start;
  static_cast<void>(describe(start, kind, message, static_cast<std::uint16_t>(flags | format::kNonBlocking)));
  recorder.requests.add_persistent(*request, request, start, kind == Kind::receive && is_any(message));
  record_other(timer);
}

void started(const Timer& timer, const MPI_Request* request) {
  Request* known = recorder.requests.find(*request, request);
  if (known == nullptr || !known->persistent) return;
  Record record = known->start;
  record.begin = timer.begin;
  record.end = now();
  const bool moves = (record.flags & format::kNonBlocking) != 0;
  known->id = moves ? recorder.requests.next_id() : 0;
  record.request = known->id;
  recorder.append(record);
}

/// The two of MPI_Sendrecv.
void exchanged(const Timer& timer, const Message& out, const Message& in, const MPI_Status& status) {
  if (!timer.on) return;
  Record sent = record_of(timer, Kind::send), received = sent;
  sent.end = sent.begin;
  static_cast<void>(describe(sent, Kind::send, out, format::kPaired));
  recorder.append(sent);
  if (describe(received, Kind::receive, in, 0)) resolve(received, status);
  recorder.append(received);
}

}  // namespace
}  // namespace polyplane::record

using polyplane::record::Kind;
using polyplane::record::recorder;
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
#define POLYPLANE_REQUEST(name, buffer, kind, does, flags)                                         \
  int MPI_##name(buffer buf, int count, MPI_Datatype datatype, int peer, int tag, MPI_Comm comm,   \
                 MPI_Request* request) {                                                           \
    const Timer timer;                                                                             \
    const int result = PMPI_##name(buf, count, datatype, peer, tag, comm, request);                \
    if (result == MPI_SUCCESS) {                                                                   \
      record::does(timer, Kind::kind, {count, datatype, peer, tag, comm}, record::flags, request); \
    }                                                                                              \
    return result;                                                                                 \
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
  if (timer.on && result == MPI_SUCCESS) {
    polyplane::record::Record received = record_of(timer, Kind::receive);
    if (record::describe(received, Kind::receive, {count, datatype, source, tag, comm}, 0)) {
      record::resolve(received, *seen);
    }
    recorder.append(received);
  }
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
