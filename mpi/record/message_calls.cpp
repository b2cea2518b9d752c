#include "mpi/record/message_calls.h"

namespace polyplane::record {

namespace format = collectives::mpi_record;

namespace {

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

bool is_any(const Message& message) { return message.peer == MPI_ANY_SOURCE || message.tag == MPI_ANY_TAG; }

void resolve(Record& record, const MPI_Status& status) {
  record.flags |= format::kResolved;
  record.peer = status.MPI_SOURCE;
  record.tag = status.MPI_TAG;
}

}  // namespace

void sent(const Timer& timer, const Message& message, std::uint16_t flags) {
  if (!timer.on) return;
  Record record = record_of(timer, Kind::send);
  static_cast<void>(describe(record, Kind::send, message, flags));
  recorder.append(record);
}

void begun(const Timer& timer, Kind kind, const Message& message, std::uint16_t flags, MPI_Request handle,
           const void* variable) {
  if (!timer.on) return;
  Record record = record_of(timer, kind);
  if (describe(record, kind, message, static_cast<std::uint16_t>(flags | format::kNonBlocking))) {
    record.request = recorder.requests.add(handle, variable, kind == Kind::receive && is_any(message));
  } else {
    recorder.requests.add_nothing(handle, variable);
  }
  recorder.append(record);
}

void prepared(const Timer& timer, Kind kind, const Message& message, std::uint16_t flags, MPI_Request handle,
              const void* variable) {
  if (!timer.on) return;
  Record start;
  static_cast<void>(describe(start, kind, message, static_cast<std::uint16_t>(flags | format::kNonBlocking)));
  recorder.requests.add_persistent(handle, variable, start, kind == Kind::receive && is_any(message));
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

void exchanged(const Timer& timer, const Message& out, const Message& in, const MPI_Status& status) {
  if (!timer.on) return;
  Record send = record_of(timer, Kind::send), receive = send;
  send.end = send.begin;
  static_cast<void>(describe(send, Kind::send, out, format::kPaired));
  recorder.append(send);
  if (describe(receive, Kind::receive, in, 0)) resolve(receive, status);
  recorder.append(receive);
}

void received(const Timer& timer, const Message& message, const MPI_Status& status) {
  if (!timer.on) return;
  Record record = record_of(timer, Kind::receive);
  if (describe(record, Kind::receive, message, 0)) resolve(record, status);
  recorder.append(record);
}

}  // namespace polyplane::record
