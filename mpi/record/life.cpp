// MPI_Init and MPI_Finalize, where a record begins and ends, and what makes and frees communicators.
#include "mpi/record/recorder.h"

namespace polyplane::record {
namespace {

/// Of a call that made a communicator out of `parent`.
void made(const Timer& timer, const MPI_Comm* communicator, MPI_Comm parent) {
  if (!timer.on) return;
  record_other(timer);
  recorder.communicators.add(*communicator, parent);
}

}  // namespace
}  // namespace polyplane::record

using polyplane::record::made;
using polyplane::record::recorder;
using polyplane::record::Timer;

extern "C" {

int MPI_Init(int* argc, char*** argv) {
  const int result = PMPI_Init(argc, argv);
  if (result == MPI_SUCCESS) recorder.start(MPI_THREAD_SINGLE);
  return result;
}

int MPI_Init_thread(int* argc, char*** argv, int required, int* provided) {
  const int result = PMPI_Init_thread(argc, argv, required, provided);
  if (result == MPI_SUCCESS) recorder.start(*provided);
  return result;
}

int MPI_Finalize(void) {
  recorder.finish();
  return PMPI_Finalize();
}

#define POLYPLANE_MAKES(name, parameters, arguments, parent, communicator) \
  int MPI_##name parameters {                                              \
    const Timer timer;                                                     \
    const int result = PMPI_##name arguments;                              \
    if (result == MPI_SUCCESS) made(timer, communicator, parent);          \
    return result;                                                         \
  }

POLYPLANE_MAKES(Comm_dup, (MPI_Comm comm, MPI_Comm* newcomm), (comm, newcomm), comm, newcomm)
POLYPLANE_MAKES(Comm_dup_with_info, (MPI_Comm comm, MPI_Info info, MPI_Comm* newcomm), (comm, info, newcomm), comm,
                newcomm)
POLYPLANE_MAKES(Comm_split, (MPI_Comm comm, int color, int key, MPI_Comm* newcomm), (comm, color, key, newcomm), comm,
                newcomm)
POLYPLANE_MAKES(Comm_split_type, (MPI_Comm comm, int split_type, int key, MPI_Info info, MPI_Comm* newcomm),
                (comm, split_type, key, info, newcomm), comm, newcomm)
POLYPLANE_MAKES(Comm_create, (MPI_Comm comm, MPI_Group group, MPI_Comm* newcomm), (comm, group, newcomm), comm, newcomm)
POLYPLANE_MAKES(Comm_create_group, (MPI_Comm comm, MPI_Group group, int tag, MPI_Comm* newcomm),
                (comm, group, tag, newcomm), comm, newcomm)
POLYPLANE_MAKES(Cart_create,
                (MPI_Comm comm, int ndims, const int dims[], const int periods[], int reorder, MPI_Comm* newcomm),
                (comm, ndims, dims, periods, reorder, newcomm), comm, newcomm)
POLYPLANE_MAKES(Cart_sub, (MPI_Comm comm, const int remain_dims[], MPI_Comm* newcomm), (comm, remain_dims, newcomm),
                comm, newcomm)
POLYPLANE_MAKES(Graph_create,
                (MPI_Comm comm, int nnodes, const int index[], const int edges[], int reorder, MPI_Comm* newcomm),
                (comm, nnodes, index, edges, reorder, newcomm), comm, newcomm)
POLYPLANE_MAKES(Dist_graph_create,
                (MPI_Comm comm, int n, const int nodes[], const int degrees[], const int targets[], const int weights[],
                 MPI_Info info, int reorder, MPI_Comm* newcomm),
                (comm, n, nodes, degrees, targets, weights, info, reorder, newcomm), comm, newcomm)
POLYPLANE_MAKES(Dist_graph_create_adjacent,
                (MPI_Comm comm, int indegree, const int sources[], const int sourceweights[], int outdegree,
                 const int destinations[], const int destweights[], MPI_Info info, int reorder, MPI_Comm* newcomm),
                (comm, indegree, sources, sourceweights, outdegree, destinations, destweights, info, reorder, newcomm),
                comm, newcomm)
POLYPLANE_MAKES(Intercomm_merge, (MPI_Comm comm, int high, MPI_Comm* newcomm), (comm, high, newcomm), MPI_COMM_NULL,
                newcomm)
POLYPLANE_MAKES(Intercomm_create,
                (MPI_Comm comm, int local_leader, MPI_Comm bridge_comm, int remote_leader, int tag, MPI_Comm* newcomm),
                (comm, local_leader, bridge_comm, remote_leader, tag, newcomm), comm, newcomm)

int MPI_Comm_idup(MPI_Comm comm, MPI_Comm* newcomm, MPI_Request* request) {
  const Timer timer;
  const int result = PMPI_Comm_idup(comm, newcomm, request);
  if (timer.on && result == MPI_SUCCESS) {
    recorder.requests.add_nothing(*request, request);
    // The group of the new one is that of the old: it is known before the new one may be used.
    polyplane::record::record_other(timer);
    recorder.communicators.add_duplicate(*newcomm, comm);
  }
  return result;
}

int MPI_Comm_free(MPI_Comm* comm) {
  const Timer timer;
  if (timer.on) recorder.communicators.forget(*comm);
  const int result = PMPI_Comm_free(comm);
  if (timer.on) polyplane::record::record_other(timer);
  return result;
}

int MPI_Comm_disconnect(MPI_Comm* comm) {
  const Timer timer;
  if (timer.on) recorder.communicators.forget(*comm);
  const int result = PMPI_Comm_disconnect(comm);
  if (timer.on) polyplane::record::record_other(timer);
  return result;
}

}  // extern "C"
