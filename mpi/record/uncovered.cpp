// Calls that move data and are not replayed: one-sided communication, files, neighbourhood collectives, processes that
// join later. Each is passed on, and its name and time are recorded.
#include "mpi/record/recorder.h"

namespace polyplane::record {
namespace {

class Uncovered {
 public:
  explicit Uncovered(std::uint32_t function) : function_(function) {}
  Uncovered(const Uncovered&) = delete;
  Uncovered& operator=(const Uncovered&) = delete;
  ~Uncovered() {
    if (timer_.on) record_uncovered(timer_, function_);
  }
  /// The request that the call made is to be known when it is waited for.
  void made(MPI_Request* request) const {
    if (timer_.on) recorder.requests.add_nothing(*request, request);
  }

 private:
  std::uint32_t function_;
  Timer timer_;
};

}  // namespace
}  // namespace polyplane::record

using polyplane::collectives::mpi_record::code_of;
using polyplane::record::Uncovered;

extern "C" {

#define POLYPLANE_PASS_ON(name, parameters, arguments) \
  int MPI_##name parameters {                          \
    const Uncovered call(code_of("MPI_" #name));       \
    return PMPI_##name arguments;                      \
  }
#define POLYPLANE_PASS_ON_REQUEST(name, parameters, arguments) \
  int MPI_##name parameters {                                  \
    const Uncovered call(code_of("MPI_" #name));               \
    const int result = PMPI_##name arguments;                  \
    if (result == MPI_SUCCESS) call.made(request);             \
    return result;                                             \
  }

POLYPLANE_PASS_ON(Accumulate,
                  (const void* origin_addr, int origin_count, MPI_Datatype origin_datatype, int target_rank,
                   MPI_Aint target_disp, int target_count, MPI_Datatype target_datatype, MPI_Op op, MPI_Win win),
                  (origin_addr, origin_count, origin_datatype, target_rank, target_disp, target_count, target_datatype,
                   op, win))
POLYPLANE_PASS_ON(Comm_accept, (const char* port_name, MPI_Info info, int root, MPI_Comm comm, MPI_Comm* newcomm),
                  (port_name, info, root, comm, newcomm))
POLYPLANE_PASS_ON(Comm_connect, (const char* port_name, MPI_Info info, int root, MPI_Comm comm, MPI_Comm* newcomm),
                  (port_name, info, root, comm, newcomm))
POLYPLANE_PASS_ON(Comm_join, (int fd, MPI_Comm* intercomm), (fd, intercomm))
POLYPLANE_PASS_ON(Comm_spawn,
                  (const char* command, char* argv[], int maxprocs, MPI_Info info, int root, MPI_Comm comm,
                   MPI_Comm* intercomm, int array_of_errcodes[]),
                  (command, argv, maxprocs, info, root, comm, intercomm, array_of_errcodes))
POLYPLANE_PASS_ON(Comm_spawn_multiple,
                  (int count, char* array_of_commands[], char** array_of_argv[], const int array_of_maxprocs[],
                   const MPI_Info array_of_info[], int root, MPI_Comm comm, MPI_Comm* intercomm,
                   int array_of_errcodes[]),
                  (count, array_of_commands, array_of_argv, array_of_maxprocs, array_of_info, root, comm, intercomm,
                   array_of_errcodes))
POLYPLANE_PASS_ON(Compare_and_swap,
                  (const void* origin_addr, const void* compare_addr, void* result_addr, MPI_Datatype datatype,
                   int target_rank, MPI_Aint target_disp, MPI_Win win),
                  (origin_addr, compare_addr, result_addr, datatype, target_rank, target_disp, win))
POLYPLANE_PASS_ON(Fetch_and_op,
                  (const void* origin_addr, void* result_addr, MPI_Datatype datatype, int target_rank,
                   MPI_Aint target_disp, MPI_Op op, MPI_Win win),
                  (origin_addr, result_addr, datatype, target_rank, target_disp, op, win))
POLYPLANE_PASS_ON_REQUEST(File_iread, (MPI_File fh, void* buf, int count, MPI_Datatype datatype, MPI_Request* request),
                          (fh, buf, count, datatype, request))
POLYPLANE_PASS_ON_REQUEST(File_iread_all,
                          (MPI_File fh, void* buf, int count, MPI_Datatype datatype, MPI_Request* request),
                          (fh, buf, count, datatype, request))
POLYPLANE_PASS_ON_REQUEST(File_iread_at,
                          (MPI_File fh, MPI_Offset offset, void* buf, int count, MPI_Datatype datatype,
                           MPI_Request* request),
                          (fh, offset, buf, count, datatype, request))
POLYPLANE_PASS_ON_REQUEST(File_iread_at_all,
                          (MPI_File fh, MPI_Offset offset, void* buf, int count, MPI_Datatype datatype,
                           MPI_Request* request),
                          (fh, offset, buf, count, datatype, request))
POLYPLANE_PASS_ON_REQUEST(File_iread_shared,
                          (MPI_File fh, void* buf, int count, MPI_Datatype datatype, MPI_Request* request),
                          (fh, buf, count, datatype, request))
POLYPLANE_PASS_ON_REQUEST(File_iwrite,
                          (MPI_File fh, const void* buf, int count, MPI_Datatype datatype, MPI_Request* request),
                          (fh, buf, count, datatype, request))
POLYPLANE_PASS_ON_REQUEST(File_iwrite_all,
                          (MPI_File fh, const void* buf, int count, MPI_Datatype datatype, MPI_Request* request),
                          (fh, buf, count, datatype, request))
POLYPLANE_PASS_ON_REQUEST(File_iwrite_at,
                          (MPI_File fh, MPI_Offset offset, const void* buf, int count, MPI_Datatype datatype,
                           MPI_Request* request),
                          (fh, offset, buf, count, datatype, request))
POLYPLANE_PASS_ON_REQUEST(File_iwrite_at_all,
                          (MPI_File fh, MPI_Offset offset, const void* buf, int count, MPI_Datatype datatype,
                           MPI_Request* request),
                          (fh, offset, buf, count, datatype, request))
POLYPLANE_PASS_ON_REQUEST(File_iwrite_shared,
                          (MPI_File fh, const void* buf, int count, MPI_Datatype datatype, MPI_Request* request),
                          (fh, buf, count, datatype, request))
POLYPLANE_PASS_ON(File_read, (MPI_File fh, void* buf, int count, MPI_Datatype datatype, MPI_Status* status),
                  (fh, buf, count, datatype, status))
POLYPLANE_PASS_ON(File_read_all, (MPI_File fh, void* buf, int count, MPI_Datatype datatype, MPI_Status* status),
                  (fh, buf, count, datatype, status))
POLYPLANE_PASS_ON(File_read_all_begin, (MPI_File fh, void* buf, int count, MPI_Datatype datatype),
                  (fh, buf, count, datatype))
POLYPLANE_PASS_ON(File_read_all_end, (MPI_File fh, void* buf, MPI_Status* status), (fh, buf, status))
POLYPLANE_PASS_ON(File_read_at,
                  (MPI_File fh, MPI_Offset offset, void* buf, int count, MPI_Datatype datatype, MPI_Status* status),
                  (fh, offset, buf, count, datatype, status))
POLYPLANE_PASS_ON(File_read_at_all,
                  (MPI_File fh, MPI_Offset offset, void* buf, int count, MPI_Datatype datatype, MPI_Status* status),
                  (fh, offset, buf, count, datatype, status))
POLYPLANE_PASS_ON(File_read_at_all_begin, (MPI_File fh, MPI_Offset offset, void* buf, int count, MPI_Datatype datatype),
                  (fh, offset, buf, count, datatype))
POLYPLANE_PASS_ON(File_read_at_all_end, (MPI_File fh, void* buf, MPI_Status* status), (fh, buf, status))
POLYPLANE_PASS_ON(File_read_ordered, (MPI_File fh, void* buf, int count, MPI_Datatype datatype, MPI_Status* status),
                  (fh, buf, count, datatype, status))
POLYPLANE_PASS_ON(File_read_ordered_begin, (MPI_File fh, void* buf, int count, MPI_Datatype datatype),
                  (fh, buf, count, datatype))
POLYPLANE_PASS_ON(File_read_ordered_end, (MPI_File fh, void* buf, MPI_Status* status), (fh, buf, status))
POLYPLANE_PASS_ON(File_read_shared, (MPI_File fh, void* buf, int count, MPI_Datatype datatype, MPI_Status* status),
                  (fh, buf, count, datatype, status))
POLYPLANE_PASS_ON(File_write, (MPI_File fh, const void* buf, int count, MPI_Datatype datatype, MPI_Status* status),
                  (fh, buf, count, datatype, status))
POLYPLANE_PASS_ON(File_write_all, (MPI_File fh, const void* buf, int count, MPI_Datatype datatype, MPI_Status* status),
                  (fh, buf, count, datatype, status))
POLYPLANE_PASS_ON(File_write_all_begin, (MPI_File fh, const void* buf, int count, MPI_Datatype datatype),
                  (fh, buf, count, datatype))
POLYPLANE_PASS_ON(File_write_all_end, (MPI_File fh, const void* buf, MPI_Status* status), (fh, buf, status))
POLYPLANE_PASS_ON(File_write_at,
                  (MPI_File fh, MPI_Offset offset, const void* buf, int count, MPI_Datatype datatype,
                   MPI_Status* status),
                  (fh, offset, buf, count, datatype, status))
POLYPLANE_PASS_ON(File_write_at_all,
                  (MPI_File fh, MPI_Offset offset, const void* buf, int count, MPI_Datatype datatype,
                   MPI_Status* status),
                  (fh, offset, buf, count, datatype, status))
POLYPLANE_PASS_ON(File_write_at_all_begin,
                  (MPI_File fh, MPI_Offset offset, const void* buf, int count, MPI_Datatype datatype),
                  (fh, offset, buf, count, datatype))
POLYPLANE_PASS_ON(File_write_at_all_end, (MPI_File fh, const void* buf, MPI_Status* status), (fh, buf, status))
POLYPLANE_PASS_ON(File_write_ordered,
                  (MPI_File fh, const void* buf, int count, MPI_Datatype datatype, MPI_Status* status),
                  (fh, buf, count, datatype, status))
POLYPLANE_PASS_ON(File_write_ordered_begin, (MPI_File fh, const void* buf, int count, MPI_Datatype datatype),
                  (fh, buf, count, datatype))
POLYPLANE_PASS_ON(File_write_ordered_end, (MPI_File fh, const void* buf, MPI_Status* status), (fh, buf, status))
POLYPLANE_PASS_ON(File_write_shared,
                  (MPI_File fh, const void* buf, int count, MPI_Datatype datatype, MPI_Status* status),
                  (fh, buf, count, datatype, status))
POLYPLANE_PASS_ON(Get,
                  (void* origin_addr, int origin_count, MPI_Datatype origin_datatype, int target_rank,
                   MPI_Aint target_disp, int target_count, MPI_Datatype target_datatype, MPI_Win win),
                  (origin_addr, origin_count, origin_datatype, target_rank, target_disp, target_count, target_datatype,
                   win))
POLYPLANE_PASS_ON(Get_accumulate,
                  (const void* origin_addr, int origin_count, MPI_Datatype origin_datatype, void* result_addr,
                   int result_count, MPI_Datatype result_datatype, int target_rank, MPI_Aint target_disp,
                   int target_count, MPI_Datatype target_datatype, MPI_Op op, MPI_Win win),
                  (origin_addr, origin_count, origin_datatype, result_addr, result_count, result_datatype, target_rank,
                   target_disp, target_count, target_datatype, op, win))
POLYPLANE_PASS_ON_REQUEST(Ineighbor_allgather,
                          (const void* sendbuf, int sendcount, MPI_Datatype sendtype, void* recvbuf, int recvcount,
                           MPI_Datatype recvtype, MPI_Comm comm, MPI_Request* request),
                          (sendbuf, sendcount, sendtype, recvbuf, recvcount, recvtype, comm, request))
POLYPLANE_PASS_ON_REQUEST(Ineighbor_allgatherv,
                          (const void* sendbuf, int sendcount, MPI_Datatype sendtype, void* recvbuf,
                           const int recvcounts[], const int displs[], MPI_Datatype recvtype, MPI_Comm comm,
                           MPI_Request* request),
                          (sendbuf, sendcount, sendtype, recvbuf, recvcounts, displs, recvtype, comm, request))
POLYPLANE_PASS_ON_REQUEST(Ineighbor_alltoall,
                          (const void* sendbuf, int sendcount, MPI_Datatype sendtype, void* recvbuf, int recvcount,
                           MPI_Datatype recvtype, MPI_Comm comm, MPI_Request* request),
                          (sendbuf, sendcount, sendtype, recvbuf, recvcount, recvtype, comm, request))
POLYPLANE_PASS_ON_REQUEST(Ineighbor_alltoallv,
                          (const void* sendbuf, const int sendcounts[], const int sdispls[], MPI_Datatype sendtype,
                           void* recvbuf, const int recvcounts[], const int rdispls[], MPI_Datatype recvtype,
                           MPI_Comm comm, MPI_Request* request),
                          (sendbuf, sendcounts, sdispls, sendtype, recvbuf, recvcounts, rdispls, recvtype, comm,
                           request))
POLYPLANE_PASS_ON_REQUEST(Ineighbor_alltoallw,
                          (const void* sendbuf, const int sendcounts[], const MPI_Aint sdispls[],
                           const MPI_Datatype sendtypes[], void* recvbuf, const int recvcounts[],
                           const MPI_Aint rdispls[], const MPI_Datatype recvtypes[], MPI_Comm comm,
                           MPI_Request* request),
                          (sendbuf, sendcounts, sdispls, sendtypes, recvbuf, recvcounts, rdispls, recvtypes, comm,
                           request))
POLYPLANE_PASS_ON(Neighbor_allgather,
                  (const void* sendbuf, int sendcount, MPI_Datatype sendtype, void* recvbuf, int recvcount,
                   MPI_Datatype recvtype, MPI_Comm comm),
                  (sendbuf, sendcount, sendtype, recvbuf, recvcount, recvtype, comm))
POLYPLANE_PASS_ON(Neighbor_allgatherv,
                  (const void* sendbuf, int sendcount, MPI_Datatype sendtype, void* recvbuf, const int recvcounts[],
                   const int displs[], MPI_Datatype recvtype, MPI_Comm comm),
                  (sendbuf, sendcount, sendtype, recvbuf, recvcounts, displs, recvtype, comm))
POLYPLANE_PASS_ON(Neighbor_alltoall,
                  (const void* sendbuf, int sendcount, MPI_Datatype sendtype, void* recvbuf, int recvcount,
                   MPI_Datatype recvtype, MPI_Comm comm),
                  (sendbuf, sendcount, sendtype, recvbuf, recvcount, recvtype, comm))
POLYPLANE_PASS_ON(Neighbor_alltoallv,
                  (const void* sendbuf, const int sendcounts[], const int sdispls[], MPI_Datatype sendtype,
                   void* recvbuf, const int recvcounts[], const int rdispls[], MPI_Datatype recvtype, MPI_Comm comm),
                  (sendbuf, sendcounts, sdispls, sendtype, recvbuf, recvcounts, rdispls, recvtype, comm))
POLYPLANE_PASS_ON(Neighbor_alltoallw,
                  (const void* sendbuf, const int sendcounts[], const MPI_Aint sdispls[],
                   const MPI_Datatype sendtypes[], void* recvbuf, const int recvcounts[], const MPI_Aint rdispls[],
                   const MPI_Datatype recvtypes[], MPI_Comm comm),
                  (sendbuf, sendcounts, sdispls, sendtypes, recvbuf, recvcounts, rdispls, recvtypes, comm))
POLYPLANE_PASS_ON(Put,
                  (const void* origin_addr, int origin_count, MPI_Datatype origin_datatype, int target_rank,
                   MPI_Aint target_disp, int target_count, MPI_Datatype target_datatype, MPI_Win win),
                  (origin_addr, origin_count, origin_datatype, target_rank, target_disp, target_count, target_datatype,
                   win))
POLYPLANE_PASS_ON_REQUEST(Raccumulate,
                          (const void* origin_addr, int origin_count, MPI_Datatype origin_datatype, int target_rank,
                           MPI_Aint target_disp, int target_count, MPI_Datatype target_datatype, MPI_Op op, MPI_Win win,
                           MPI_Request* request),
                          (origin_addr, origin_count, origin_datatype, target_rank, target_disp, target_count,
                           target_datatype, op, win, request))
POLYPLANE_PASS_ON_REQUEST(Rget,
                          (void* origin_addr, int origin_count, MPI_Datatype origin_datatype, int target_rank,
                           MPI_Aint target_disp, int target_count, MPI_Datatype target_datatype, MPI_Win win,
                           MPI_Request* request),
                          (origin_addr, origin_count, origin_datatype, target_rank, target_disp, target_count,
                           target_datatype, win, request))
POLYPLANE_PASS_ON_REQUEST(Rget_accumulate,
                          (const void* origin_addr, int origin_count, MPI_Datatype origin_datatype, void* result_addr,
                           int result_count, MPI_Datatype result_datatype, int target_rank, MPI_Aint target_disp,
                           int target_count, MPI_Datatype target_datatype, MPI_Op op, MPI_Win win,
                           MPI_Request* request),
                          (origin_addr, origin_count, origin_datatype, result_addr, result_count, result_datatype,
                           target_rank, target_disp, target_count, target_datatype, op, win, request))
POLYPLANE_PASS_ON_REQUEST(Rput,
                          (const void* origin_addr, int origin_count, MPI_Datatype origin_datatype, int target_rank,
                           MPI_Aint target_disp, int target_cout, MPI_Datatype target_datatype, MPI_Win win,
                           MPI_Request* request),
                          (origin_addr, origin_count, origin_datatype, target_rank, target_disp, target_cout,
                           target_datatype, win, request))
POLYPLANE_PASS_ON(Win_complete, (MPI_Win win), (win))
POLYPLANE_PASS_ON(Win_fence, (int assert, MPI_Win win), (assert, win))
POLYPLANE_PASS_ON(Win_flush, (int rank, MPI_Win win), (rank, win))
POLYPLANE_PASS_ON(Win_flush_all, (MPI_Win win), (win))
POLYPLANE_PASS_ON(Win_flush_local, (int rank, MPI_Win win), (rank, win))
POLYPLANE_PASS_ON(Win_flush_local_all, (MPI_Win win), (win))
POLYPLANE_PASS_ON(Win_unlock, (int rank, MPI_Win win), (rank, win))
POLYPLANE_PASS_ON(Win_unlock_all, (MPI_Win win), (win))
POLYPLANE_PASS_ON(Win_wait, (MPI_Win win), (win))

}  // extern "C"
