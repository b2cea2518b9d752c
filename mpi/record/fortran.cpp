// Fortran, as gfortran and its like call it (mpif.h, `use mpi`): Open MPI passes such calls on without the C names. What
// programs use most is recorded as in C; other calls that move data are counted by name. Programs of `use mpi_f08` are told
// that they are not recorded. Elsewhere than under such an MPI nothing here is ever called.
#include <cstdio>
#include <cstdlib>

#include "mpi/record/collective_calls.h"
#include "mpi/record/completion_calls.h"
#include "mpi/record/message_calls.h"

namespace polyplane::record {
namespace {

using collectives::mpi_record::code_of;
using Int = MPI_Fint;

/// A status of Fortran that the program may not have asked for.
class Status {
 public:
  explicit Status(Int* asked) : asked_(asked == MPI_F_STATUS_IGNORE ? own_ : asked) {}
  [[nodiscard]] Int* place() const { return asked_; }
  [[nodiscard]] MPI_Status in_c() const {
    MPI_Status status;
    PMPI_Status_f2c(asked_, &status);
    return status;
  }

 private:
  Int own_[sizeof(MPI_Status) / sizeof(Int)] = {};
  Int* asked_;
};
constexpr std::size_t kStatusInts = sizeof(MPI_Status) / sizeof(Int);

[[nodiscard]] Message message(const Int* count, const Int* type, const Int* peer, const Int* tag, const Int* comm) {
  return {*count, PMPI_Type_f2c(*type), *peer, *tag, PMPI_Comm_f2c(*comm)};
}

[[nodiscard]] std::int64_t bytes(const Int* count, const Int* type) { return bytes_of(*count, PMPI_Type_f2c(*type)); }

[[nodiscard]] int element(const Int* type) { return static_cast<int>(bytes_of(1, PMPI_Type_f2c(*type))); }

/// Handles of an array of requests, before a call gives them back.
bool keep_handles(Timer& timer, const Int* count, const Int* requests) {
  if (!timer.on) return false;
  const auto n = static_cast<std::size_t>(*count < 0 ? 0 : *count);
  if (!recorder.handles.reserve(n) || !recorder.statuses.reserve(n)) {
    recorder.stop("there is no memory");
    return timer.on = false;
  }
  for (std::size_t i = 0; i < n; ++i) recorder.handles[i] = PMPI_Request_f2c(requests[i]);
  return true;
}

void completed_all(const Timer& timer, Int count, const Int* requests, const Int* statuses) {
  const std::uint64_t end = now();
  bool any = false;
  for (std::size_t i = 0; i < static_cast<std::size_t>(count); ++i) {
    MPI_Status status;
    PMPI_Status_f2c(&statuses[i * kStatusInts], &status);
    any = complete(timer, end, recorder.handles[i], &requests[i], &status) || any;
  }
  if (!any) record_other(timer);
}

/// Where the statuses of a call on many requests go.
[[nodiscard]] Int* places(const Timer& timer, Int* asked) {
  return timer.on && asked == MPI_F_STATUSES_IGNORE ? reinterpret_cast<Int*>(recorder.statuses.data()) : asked;
}

}  // namespace
}  // namespace polyplane::record

using polyplane::record::Kind;
using polyplane::record::recorder;
using polyplane::record::Timer;
namespace record = polyplane::record;
using Int = MPI_Fint;

extern "C" {

// Of the MPI's Fortran library; null in programs that do not have it.
#define POLYPLANE_WEAK __attribute__((weak))
extern int mpi_fortran_in_place_ POLYPLANE_WEAK;

#define POLYPLANE_SENDS(name, flags)                                                                              \
  POLYPLANE_WEAK void pmpi_##name##_(void*, Int*, Int*, Int*, Int*, Int*, Int*);                                  \
  void mpi_##name##_(void* buf, Int* count, Int* type, Int* dest, Int* tag, Int* comm, Int* error) {              \
    const Timer timer;                                                                                            \
    pmpi_##name##_(buf, count, type, dest, tag, comm, error);                                                     \
    if (*error == MPI_SUCCESS) record::sent(timer, record::message(count, type, dest, tag, comm), record::flags); \
  }
#define POLYPLANE_BEGINS(name, kind, flags)                                                                        \
  POLYPLANE_WEAK void pmpi_##name##_(void*, Int*, Int*, Int*, Int*, Int*, Int*, Int*);                             \
  void mpi_##name##_(void* buf, Int* count, Int* type, Int* peer, Int* tag, Int* comm, Int* request, Int* error) { \
    const Timer timer;                                                                                             \
    pmpi_##name##_(buf, count, type, peer, tag, comm, request, error);                                             \
    if (!timer.on || *error != MPI_SUCCESS) return;                                                                \
    record::begun(timer, Kind::kind, record::message(count, type, peer, tag, comm), record::flags,                 \
                  PMPI_Request_f2c(*request), request);                                                            \
  }
#define POLYPLANE_ENTERS(name, parameters, arguments, ...)                       \
  POLYPLANE_WEAK void pmpi_##name##_ parameters;                                 \
  void mpi_##name##_ parameters {                                                \
    const Timer timer;                                                           \
    pmpi_##name##_ arguments;                                                    \
    if (!timer.on || *error != MPI_SUCCESS) return;                              \
    record::entered(timer, __VA_ARGS__, PMPI_Comm_f2c(*comm), nullptr, nullptr); \
  }
// Any arguments: there are never more than these, all are addresses or lengths, and what is too much is not looked at.
#define POLYPLANE_COUNTS(name)                                                                                    \
  POLYPLANE_WEAK void pmpi_##name##_(void*, void*, void*, void*, void*, void*, void*, void*, void*, void*, void*, \
                                     void*, void*, void*);                                                        \
  void mpi_##name##_(void* a, void* b, void* c, void* d, void* e, void* f, void* g, void* h, void* i, void* j,    \
                     void* k, void* l, void* m, void* n) {                                                        \
    const Timer timer;                                                                                            \
    pmpi_##name##_(a, b, c, d, e, f, g, h, i, j, k, l, m, n);                                                     \
    if (timer.on) record::record_uncovered(timer, record::code_of("mpi_" #name " of Fortran"));                   \
  }

POLYPLANE_WEAK void pmpi_init_(Int*);
void mpi_init_(Int* error) {
  pmpi_init_(error);
  if (*error == MPI_SUCCESS) recorder.start(MPI_THREAD_SINGLE);
}

POLYPLANE_WEAK void pmpi_init_thread_(Int*, Int*, Int*);
void mpi_init_thread_(Int* required, Int* provided, Int* error) {
  pmpi_init_thread_(required, provided, error);
  if (*error == MPI_SUCCESS) recorder.start(*provided);
}

POLYPLANE_WEAK void pmpi_finalize_(Int*);
void mpi_finalize_(Int* error) {
  recorder.finish();
  pmpi_finalize_(error);
}

POLYPLANE_WEAK void pmpi_init_f08_(Int*);
void mpi_init_f08_(Int* error) {
  std::fputs("polyplane: nothing is recorded: this program calls MPI through Fortran's mpi_f08\n", stderr);
  pmpi_init_f08_(error);
}

POLYPLANE_SENDS(send, kStandard)
POLYPLANE_SENDS(ssend, kSynchronous)
POLYPLANE_SENDS(bsend, kBuffered)
POLYPLANE_SENDS(rsend, kReady)
POLYPLANE_BEGINS(isend, send, kStandard)
POLYPLANE_BEGINS(issend, send, kSynchronous)
POLYPLANE_BEGINS(ibsend, send, kBuffered)
POLYPLANE_BEGINS(irsend, send, kReady)
POLYPLANE_BEGINS(irecv, receive, kStandard)

POLYPLANE_WEAK void pmpi_recv_(void*, Int*, Int*, Int*, Int*, Int*, Int*, Int*);
void mpi_recv_(void* buf, Int* count, Int* type, Int* source, Int* tag, Int* comm, Int* status, Int* error) {
  const Timer timer;
  const record::Status seen(status);
  pmpi_recv_(buf, count, type, source, tag, comm, seen.place(), error);
  if (!timer.on || *error != MPI_SUCCESS) return;
  record::received(timer, record::message(count, type, source, tag, comm), seen.in_c());
}

POLYPLANE_WEAK void pmpi_sendrecv_(void*, Int*, Int*, Int*, Int*, void*, Int*, Int*, Int*, Int*, Int*, Int*, Int*);
void mpi_sendrecv_(void* out, Int* out_count, Int* out_type, Int* dest, Int* out_tag, void* in, Int* in_count,
                   Int* in_type, Int* source, Int* in_tag, Int* comm, Int* status, Int* error) {
  const Timer timer;
  const record::Status seen(status);
  pmpi_sendrecv_(out, out_count, out_type, dest, out_tag, in, in_count, in_type, source, in_tag, comm, seen.place(),
                 error);
  if (!timer.on || *error != MPI_SUCCESS) return;
  record::exchanged(timer, record::message(out_count, out_type, dest, out_tag, comm),
                    record::message(in_count, in_type, source, in_tag, comm), seen.in_c());
}

POLYPLANE_WEAK void pmpi_wait_(Int*, Int*, Int*);
void mpi_wait_(Int* request, Int* status, Int* error) {
  const Timer timer;
  const record::Status seen(status);
  const MPI_Request handle = PMPI_Request_f2c(*request);
  pmpi_wait_(request, seen.place(), error);
  if (!timer.on || *error != MPI_SUCCESS) return;
  const MPI_Status in_c = seen.in_c();
  record::completed_single(timer, handle, request, &in_c);
}

POLYPLANE_WEAK void pmpi_test_(Int*, Int*, Int*, Int*);
void mpi_test_(Int* request, Int* flag, Int* status, Int* error) {
  const Timer timer;
  const record::Status seen(status);
  const MPI_Request handle = PMPI_Request_f2c(*request);
  pmpi_test_(request, flag, seen.place(), error);
  if (!timer.on || *error != MPI_SUCCESS) return;
  if (*flag == 0) return recorder.polled(timer.begin, record::now());
  const MPI_Status in_c = seen.in_c();
  record::completed_single(timer, handle, request, &in_c);
}

POLYPLANE_WEAK void pmpi_waitall_(Int*, Int*, Int*, Int*);
void mpi_waitall_(Int* count, Int* requests, Int* statuses, Int* error) {
  Timer timer;
  record::keep_handles(timer, count, requests);
  Int* const seen = record::places(timer, statuses);
  pmpi_waitall_(count, requests, seen, error);
  if (timer.on && *error == MPI_SUCCESS) record::completed_all(timer, *count, requests, seen);
}

POLYPLANE_WEAK void pmpi_testall_(Int*, Int*, Int*, Int*, Int*);
void mpi_testall_(Int* count, Int* requests, Int* flag, Int* statuses, Int* error) {
  Timer timer;
  record::keep_handles(timer, count, requests);
  Int* const seen = record::places(timer, statuses);
  pmpi_testall_(count, requests, flag, seen, error);
  if (!timer.on || *error != MPI_SUCCESS) return;
  if (*flag == 0) return recorder.polled(timer.begin, record::now());
  record::completed_all(timer, *count, requests, seen);
}

POLYPLANE_WEAK void pmpi_waitany_(Int*, Int*, Int*, Int*, Int*);
void mpi_waitany_(Int* count, Int* requests, Int* index, Int* status, Int* error) {
  Timer timer;
  const record::Status seen(status);
  record::keep_handles(timer, count, requests);
  pmpi_waitany_(count, requests, index, seen.place(), error);
  if (!timer.on || *error != MPI_SUCCESS) return;
  if (*index == MPI_UNDEFINED) return record::record_other(timer);
  const auto place = static_cast<std::size_t>(*index - 1);  // Fortran counts from 1
  const MPI_Status in_c = seen.in_c();
  record::completed_single(timer, recorder.handles[place], &requests[place], &in_c);
}

POLYPLANE_ENTERS(barrier, (Int * comm, Int* error), (comm, error), {Kind::barrier, 0})
POLYPLANE_ENTERS(bcast, (void* buf, Int* count, Int* type, Int* root, Int* comm, Int* error),
                 (buf, count, type, root, comm, error), {Kind::broadcast, record::bytes(count, type), *root})
POLYPLANE_ENTERS(reduce, (void* send, void* receive, Int* count, Int* type, Int* op, Int* root, Int* comm, Int* error),
                 (send, receive, count, type, op, root, comm, error),
                 {Kind::reduce, record::bytes(count, type), *root, record::element(type)})
POLYPLANE_ENTERS(allreduce, (void* send, void* receive, Int* count, Int* type, Int* op, Int* comm, Int* error),
                 (send, receive, count, type, op, comm, error),
                 {Kind::all_reduce, record::bytes(count, type), 0, record::element(type)})
POLYPLANE_ENTERS(reduce_scatter_block,
                 (void* send, void* receive, Int* count, Int* type, Int* op, Int* comm, Int* error),
                 (send, receive, count, type, op, comm, error),
                 {Kind::reduce_scatter, record::bytes(count, type), 0, record::element(type)})
POLYPLANE_ENTERS(gather,
                 (void* send, Int* send_count, Int* send_type, void* receive, Int* count, Int* type, Int* root,
                  Int* comm, Int* error),
                 (send, send_count, send_type, receive, count, type, root, comm, error),
                 {Kind::gather,
                  send == &mpi_fortran_in_place_ ? record::bytes(count, type) : record::bytes(send_count, send_type),
                  *root})
POLYPLANE_ENTERS(allgather,
                 (void* send, Int* send_count, Int* send_type, void* receive, Int* count, Int* type, Int* comm,
                  Int* error),
                 (send, send_count, send_type, receive, count, type, comm, error),
                 {Kind::all_gather,
                  send == &mpi_fortran_in_place_ ? record::bytes(count, type) : record::bytes(send_count, send_type)})
POLYPLANE_ENTERS(scatter,
                 (void* send, Int* send_count, Int* send_type, void* receive, Int* count, Int* type, Int* root,
                  Int* comm, Int* error),
                 (send, send_count, send_type, receive, count, type, root, comm, error),
                 {Kind::scatter,
                  receive == &mpi_fortran_in_place_ ? record::bytes(send_count, send_type) : record::bytes(count, type),
                  *root})
POLYPLANE_ENTERS(alltoall,
                 (void* send, Int* send_count, Int* send_type, void* receive, Int* count, Int* type, Int* comm,
                  Int* error),
                 (send, send_count, send_type, receive, count, type, comm, error),
                 {Kind::alltoall,
                  send == &mpi_fortran_in_place_ ? record::bytes(count, type) : record::bytes(send_count, send_type)})

#define POLYPLANE_FREES(name)                                          \
  POLYPLANE_WEAK void pmpi_##name##_(Int*, Int*);                      \
  void mpi_##name##_(Int* comm, Int* error) {                          \
    const Timer timer;                                                 \
    if (timer.on) recorder.communicators.forget(PMPI_Comm_f2c(*comm)); \
    pmpi_##name##_(comm, error);                                       \
    if (timer.on) record::record_other(timer);                         \
  }
#define POLYPLANE_MAKES(name, parameters, arguments)                        \
  POLYPLANE_WEAK void pmpi_##name##_ parameters;                            \
  void mpi_##name##_ parameters {                                           \
    const Timer timer;                                                      \
    pmpi_##name##_ arguments;                                               \
    if (!timer.on || *error != MPI_SUCCESS) return;                         \
    record::record_other(timer);                                            \
    recorder.communicators.add(PMPI_Comm_f2c(*made), PMPI_Comm_f2c(*comm)); \
  }
POLYPLANE_FREES(comm_free)
POLYPLANE_FREES(comm_disconnect)
POLYPLANE_MAKES(comm_dup, (Int * comm, Int* made, Int* error), (comm, made, error))
POLYPLANE_MAKES(comm_split, (Int * comm, Int* color, Int* key, Int* made, Int* error), (comm, color, key, made, error))
POLYPLANE_MAKES(comm_split_type, (Int * comm, Int* type, Int* key, Int* info, Int* made, Int* error),
                (comm, type, key, info, made, error))
POLYPLANE_MAKES(comm_create, (Int * comm, Int* group, Int* made, Int* error), (comm, group, made, error))
POLYPLANE_MAKES(comm_create_group, (Int * comm, Int* group, Int* tag, Int* made, Int* error),
                (comm, group, tag, made, error))
POLYPLANE_MAKES(cart_create, (Int * comm, Int* n, Int* dims, Int* periods, Int* reorder, Int* made, Int* error),
                (comm, n, dims, periods, reorder, made, error))
POLYPLANE_MAKES(cart_sub, (Int * comm, Int* remain, Int* made, Int* error), (comm, remain, made, error))

POLYPLANE_COUNTS(scan)
POLYPLANE_COUNTS(exscan)
POLYPLANE_COUNTS(gatherv)
POLYPLANE_COUNTS(allgatherv)
POLYPLANE_COUNTS(scatterv)
POLYPLANE_COUNTS(reduce_scatter)
POLYPLANE_COUNTS(alltoallv)
POLYPLANE_COUNTS(alltoallw)
POLYPLANE_COUNTS(ibarrier)
POLYPLANE_COUNTS(ibcast)
POLYPLANE_COUNTS(ireduce)
POLYPLANE_COUNTS(iallreduce)
POLYPLANE_COUNTS(iscan)
POLYPLANE_COUNTS(iexscan)
POLYPLANE_COUNTS(igather)
POLYPLANE_COUNTS(igatherv)
POLYPLANE_COUNTS(iallgather)
POLYPLANE_COUNTS(iallgatherv)
POLYPLANE_COUNTS(iscatter)
POLYPLANE_COUNTS(iscatterv)
POLYPLANE_COUNTS(ireduce_scatter)
POLYPLANE_COUNTS(ireduce_scatter_block)
POLYPLANE_COUNTS(ialltoall)
POLYPLANE_COUNTS(ialltoallv)
POLYPLANE_COUNTS(ialltoallw)
POLYPLANE_COUNTS(send_init)
POLYPLANE_COUNTS(ssend_init)
POLYPLANE_COUNTS(bsend_init)
POLYPLANE_COUNTS(rsend_init)
POLYPLANE_COUNTS(recv_init)
POLYPLANE_COUNTS(start)
POLYPLANE_COUNTS(startall)
POLYPLANE_COUNTS(sendrecv_replace)
POLYPLANE_COUNTS(waitsome)
POLYPLANE_COUNTS(testany)
POLYPLANE_COUNTS(testsome)
POLYPLANE_COUNTS(probe)
POLYPLANE_COUNTS(iprobe)
POLYPLANE_COUNTS(mprobe)
POLYPLANE_COUNTS(improbe)
POLYPLANE_COUNTS(mrecv)
POLYPLANE_COUNTS(imrecv)
POLYPLANE_COUNTS(neighbor_allgather)
POLYPLANE_COUNTS(neighbor_allgatherv)
POLYPLANE_COUNTS(neighbor_alltoall)
POLYPLANE_COUNTS(neighbor_alltoallv)
POLYPLANE_COUNTS(neighbor_alltoallw)
POLYPLANE_COUNTS(ineighbor_allgather)
POLYPLANE_COUNTS(ineighbor_allgatherv)
POLYPLANE_COUNTS(ineighbor_alltoall)
POLYPLANE_COUNTS(ineighbor_alltoallv)
POLYPLANE_COUNTS(ineighbor_alltoallw)
POLYPLANE_COUNTS(put)
POLYPLANE_COUNTS(get)
POLYPLANE_COUNTS(accumulate)
POLYPLANE_COUNTS(get_accumulate)
POLYPLANE_COUNTS(rput)
POLYPLANE_COUNTS(rget)
POLYPLANE_COUNTS(raccumulate)
POLYPLANE_COUNTS(rget_accumulate)
POLYPLANE_COUNTS(fetch_and_op)
POLYPLANE_COUNTS(compare_and_swap)
POLYPLANE_COUNTS(win_fence)
POLYPLANE_COUNTS(win_complete)
POLYPLANE_COUNTS(win_wait)
POLYPLANE_COUNTS(win_unlock)
POLYPLANE_COUNTS(win_unlock_all)
POLYPLANE_COUNTS(win_flush)
POLYPLANE_COUNTS(win_flush_all)
POLYPLANE_COUNTS(file_read)
POLYPLANE_COUNTS(file_write)
POLYPLANE_COUNTS(file_read_all)
POLYPLANE_COUNTS(file_write_all)
POLYPLANE_COUNTS(file_read_at)
POLYPLANE_COUNTS(file_write_at)
POLYPLANE_COUNTS(file_read_at_all)
POLYPLANE_COUNTS(file_write_at_all)

}  // extern "C"
