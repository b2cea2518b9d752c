// Collectives, blocking and not: what this rank puts in or gets, as collectives/import/mpi_record_format.h says.
#include "mpi/record/collective_calls.h"

namespace polyplane::record {
namespace {

int element_of(MPI_Datatype type) { return static_cast<int>(bytes_of(1, type)); }

int rank_in(MPI_Comm comm) {
  int rank = 0;
  PMPI_Comm_rank(comm, &rank);
  return rank;
}

/// Arguments of a rank of a collective with two buffers; those that do not count at this rank are not looked at.
struct Buffers {
  const void* send;
  int send_count;
  MPI_Datatype send_type;
  const void* receive;
  int receive_count;
  MPI_Datatype receive_type;
};

Entry gather(const Buffers& of, int root) {
  const bool in_place = of.send == MPI_IN_PLACE;
  return {Kind::gather, in_place ? bytes_of(of.receive_count, of.receive_type) : bytes_of(of.send_count, of.send_type),
          root};
}

Entry all_gather(const Buffers& of) {
  const bool in_place = of.send == MPI_IN_PLACE;
  return {Kind::all_gather,
          in_place ? bytes_of(of.receive_count, of.receive_type) : bytes_of(of.send_count, of.send_type)};
}

Entry scatter(const Buffers& of, int root) {
  const bool in_place = of.receive == MPI_IN_PLACE;
  return {Kind::scatter, in_place ? bytes_of(of.send_count, of.send_type) : bytes_of(of.receive_count, of.receive_type),
          root};
}

Entry alltoall(const Buffers& of) {
  const bool in_place = of.send == MPI_IN_PLACE;
  return {Kind::alltoall,
          in_place ? bytes_of(of.receive_count, of.receive_type) : bytes_of(of.send_count, of.send_type)};
}

}  // namespace
}  // namespace polyplane::record

using polyplane::record::Buffers;
using polyplane::record::bytes_of;
using polyplane::record::Kind;
using polyplane::record::Timer;
namespace record = polyplane::record;

// The last argument of each is what both forms record.
#define POLYPLANE_LIST(...) __VA_ARGS__
#define POLYPLANE_COLLECTIVE(name, without_waiting, parameters, arguments, ...)                         \
  int MPI_##name(POLYPLANE_LIST parameters) {                                                           \
    const Timer timer;                                                                                  \
    const int result = PMPI_##name(POLYPLANE_LIST arguments);                                           \
    if (timer.on && result == MPI_SUCCESS) record::entered(timer, __VA_ARGS__, comm, nullptr, nullptr); \
    return result;                                                                                      \
  }                                                                                                     \
  int MPI_##without_waiting(POLYPLANE_LIST parameters, MPI_Request* request) {                          \
    const Timer timer;                                                                                  \
    const int result = PMPI_##without_waiting(POLYPLANE_LIST arguments, request);                       \
    if (timer.on && result == MPI_SUCCESS) record::entered(timer, __VA_ARGS__, comm, request, request); \
    return result;                                                                                      \
  }
#define POLYPLANE_ALLTOALLV(name, without_waiting, parameters, arguments, in_place, own_types, send, receive)          \
  int MPI_##name(POLYPLANE_LIST parameters) {                                                                          \
    const Timer timer;                                                                                                 \
    const int result = PMPI_##name(POLYPLANE_LIST arguments);                                                          \
    if (timer.on && result == MPI_SUCCESS) {                                                                           \
      record::entered_alltoallv(timer, in_place ? recvcounts : sendcounts, in_place ? receive : send, own_types, comm, \
                                nullptr);                                                                              \
    }                                                                                                                  \
    return result;                                                                                                     \
  }                                                                                                                    \
  int MPI_##without_waiting(POLYPLANE_LIST parameters, MPI_Request* request) {                                         \
    const Timer timer;                                                                                                 \
    const int result = PMPI_##without_waiting(POLYPLANE_LIST arguments, request);                                      \
    if (timer.on && result == MPI_SUCCESS) {                                                                           \
      record::entered_alltoallv(timer, in_place ? recvcounts : sendcounts, in_place ? receive : send, own_types, comm, \
                                request);                                                                              \
    }                                                                                                                  \
    return result;                                                                                                     \
  }

extern "C" {

POLYPLANE_COLLECTIVE(Barrier, Ibarrier, (MPI_Comm comm), (comm), {Kind::barrier, 0})
POLYPLANE_COLLECTIVE(Bcast, Ibcast, (void* buffer, int count, MPI_Datatype datatype, int root, MPI_Comm comm),
                     (buffer, count, datatype, root, comm), {Kind::broadcast, bytes_of(count, datatype), root})
POLYPLANE_COLLECTIVE(Reduce, Ireduce,
                     (const void* sendbuf, void* recvbuf, int count, MPI_Datatype datatype, MPI_Op op, int root,
                      MPI_Comm comm),
                     (sendbuf, recvbuf, count, datatype, op, root, comm),
                     {Kind::reduce, bytes_of(count, datatype), root, record::element_of(datatype)})
POLYPLANE_COLLECTIVE(Allreduce, Iallreduce,
                     (const void* sendbuf, void* recvbuf, int count, MPI_Datatype datatype, MPI_Op op, MPI_Comm comm),
                     (sendbuf, recvbuf, count, datatype, op, comm),
                     {Kind::all_reduce, bytes_of(count, datatype), 0, record::element_of(datatype)})
POLYPLANE_COLLECTIVE(Scan, Iscan,
                     (const void* sendbuf, void* recvbuf, int count, MPI_Datatype datatype, MPI_Op op, MPI_Comm comm),
                     (sendbuf, recvbuf, count, datatype, op, comm),
                     {Kind::scan, bytes_of(count, datatype), 0, record::element_of(datatype)})
POLYPLANE_COLLECTIVE(Exscan, Iexscan,
                     (const void* sendbuf, void* recvbuf, int count, MPI_Datatype datatype, MPI_Op op, MPI_Comm comm),
                     (sendbuf, recvbuf, count, datatype, op, comm),
                     {Kind::exclusive_scan, bytes_of(count, datatype), 0, record::element_of(datatype)})
POLYPLANE_COLLECTIVE(Reduce_scatter_block, Ireduce_scatter_block,
                     (const void* sendbuf, void* recvbuf, int recvcount, MPI_Datatype datatype, MPI_Op op,
                      MPI_Comm comm),
                     (sendbuf, recvbuf, recvcount, datatype, op, comm),
                     {Kind::reduce_scatter, bytes_of(recvcount, datatype), 0, record::element_of(datatype)})
POLYPLANE_COLLECTIVE(Reduce_scatter, Ireduce_scatter,
                     (const void* sendbuf, void* recvbuf, const int recvcounts[], MPI_Datatype datatype, MPI_Op op,
                      MPI_Comm comm),
                     (sendbuf, recvbuf, recvcounts, datatype, op, comm),
                     {Kind::reduce_scatter, bytes_of(recvcounts[record::rank_in(comm)], datatype), 0,
                      record::element_of(datatype)})
POLYPLANE_COLLECTIVE(Gather, Igather,
                     (const void* sendbuf, int sendcount, MPI_Datatype sendtype, void* recvbuf, int recvcount,
                      MPI_Datatype recvtype, int root, MPI_Comm comm),
                     (sendbuf, sendcount, sendtype, recvbuf, recvcount, recvtype, root, comm),
                     record::gather({sendbuf, sendcount, sendtype, recvbuf, recvcount, recvtype}, root))
POLYPLANE_COLLECTIVE(Gatherv, Igatherv,
                     (const void* sendbuf, int sendcount, MPI_Datatype sendtype, void* recvbuf, const int recvcounts[],
                      const int displs[], MPI_Datatype recvtype, int root, MPI_Comm comm),
                     (sendbuf, sendcount, sendtype, recvbuf, recvcounts, displs, recvtype, root, comm),
                     record::gather({sendbuf, sendcount, sendtype, recvbuf,
                                     sendbuf == MPI_IN_PLACE ? recvcounts[record::rank_in(comm)] : 0, recvtype},
                                    root))
POLYPLANE_COLLECTIVE(Allgather, Iallgather,
                     (const void* sendbuf, int sendcount, MPI_Datatype sendtype, void* recvbuf, int recvcount,
                      MPI_Datatype recvtype, MPI_Comm comm),
                     (sendbuf, sendcount, sendtype, recvbuf, recvcount, recvtype, comm),
                     record::all_gather({sendbuf, sendcount, sendtype, recvbuf, recvcount, recvtype}))
POLYPLANE_COLLECTIVE(Allgatherv, Iallgatherv,
                     (const void* sendbuf, int sendcount, MPI_Datatype sendtype, void* recvbuf, const int recvcounts[],
                      const int displs[], MPI_Datatype recvtype, MPI_Comm comm),
                     (sendbuf, sendcount, sendtype, recvbuf, recvcounts, displs, recvtype, comm),
                     record::all_gather({sendbuf, sendcount, sendtype, recvbuf,
                                         sendbuf == MPI_IN_PLACE ? recvcounts[record::rank_in(comm)] : 0, recvtype}))
POLYPLANE_COLLECTIVE(Scatter, Iscatter,
                     (const void* sendbuf, int sendcount, MPI_Datatype sendtype, void* recvbuf, int recvcount,
                      MPI_Datatype recvtype, int root, MPI_Comm comm),
                     (sendbuf, sendcount, sendtype, recvbuf, recvcount, recvtype, root, comm),
                     record::scatter({sendbuf, sendcount, sendtype, recvbuf, recvcount, recvtype}, root))
POLYPLANE_COLLECTIVE(Scatterv, Iscatterv,
                     (const void* sendbuf, const int sendcounts[], const int displs[], MPI_Datatype sendtype,
                      void* recvbuf, int recvcount, MPI_Datatype recvtype, int root, MPI_Comm comm),
                     (sendbuf, sendcounts, displs, sendtype, recvbuf, recvcount, recvtype, root, comm),
                     record::scatter({sendbuf, recvbuf == MPI_IN_PLACE ? sendcounts[record::rank_in(comm)] : 0,
                                      sendtype, recvbuf, recvcount, recvtype},
                                     root))
POLYPLANE_COLLECTIVE(Alltoall, Ialltoall,
                     (const void* sendbuf, int sendcount, MPI_Datatype sendtype, void* recvbuf, int recvcount,
                      MPI_Datatype recvtype, MPI_Comm comm),
                     (sendbuf, sendcount, sendtype, recvbuf, recvcount, recvtype, comm),
                     record::alltoall({sendbuf, sendcount, sendtype, recvbuf, recvcount, recvtype}))
POLYPLANE_ALLTOALLV(Alltoallv, Ialltoallv,
                    (const void* sendbuf, const int sendcounts[], const int sdispls[], MPI_Datatype sendtype,
                     void* recvbuf, const int recvcounts[], const int rdispls[], MPI_Datatype recvtype, MPI_Comm comm),
                    (sendbuf, sendcounts, sdispls, sendtype, recvbuf, recvcounts, rdispls, recvtype, comm),
                    (sendbuf == MPI_IN_PLACE), false, &sendtype, &recvtype)
POLYPLANE_ALLTOALLV(Alltoallw, Ialltoallw,
                    (const void* sendbuf, const int sendcounts[], const int sdispls[], const MPI_Datatype sendtypes[],
                     void* recvbuf, const int recvcounts[], const int rdispls[], const MPI_Datatype recvtypes[],
                     MPI_Comm comm),
                    (sendbuf, sendcounts, sdispls, sendtypes, recvbuf, recvcounts, rdispls, recvtypes, comm),
                    (sendbuf == MPI_IN_PLACE), true, sendtypes, recvtypes)

}  // extern "C"
