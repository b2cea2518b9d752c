/* Nearly every MPI call that is recorded, once, on two or more ranks; tests/mpi/record/recording_test.cpp knows what must
 * come of it. */
#include <mpi.h>
#include <stdlib.h>

enum { kTag = 7, kManyTag = 8, kProbeTag = 9, kMatchTag = 10, kFreeTag = 11, kMost = 64 };

static int rank, ranks, next, before;

static void messages(MPI_Comm comm) {
  int out[1000] = {0}, in[1000];
  MPI_Status status;
  MPI_Request requests[4];
  if (rank == 0) {
    static char buffer[4000 + MPI_BSEND_OVERHEAD];
    int size;
    void* attached;
    MPI_Send(out, 1, MPI_INT, 1, kTag, comm);
    MPI_Ssend(out, 2, MPI_INT, 1, kTag, comm);
    MPI_Buffer_attach(buffer, sizeof(buffer));
    MPI_Bsend(out, 3, MPI_INT, 1, kTag, comm);
    MPI_Buffer_detach(&attached, &size);
    MPI_Barrier(comm);
    MPI_Rsend(out, 4, MPI_INT, 1, kTag, comm);
    MPI_Send(out, 5, MPI_INT, 1, kProbeTag, comm);
    MPI_Send(out, 6, MPI_INT, 1, kMatchTag, comm);
  } else {
    if (rank == 1) {
      MPI_Recv(in, 1000, MPI_INT, 0, kTag, comm, MPI_STATUS_IGNORE);
      MPI_Recv(in, 1000, MPI_INT, MPI_ANY_SOURCE, kTag, comm, MPI_STATUS_IGNORE);
      MPI_Recv(in, 1000, MPI_INT, MPI_ANY_SOURCE, MPI_ANY_TAG, comm, &status);
      MPI_Irecv(in, 1000, MPI_INT, MPI_ANY_SOURCE, MPI_ANY_TAG, comm, &requests[0]);
    }
    MPI_Barrier(comm);
    if (rank == 1) {
      MPI_Message message;
      MPI_Wait(&requests[0], MPI_STATUS_IGNORE);
      MPI_Probe(MPI_ANY_SOURCE, kProbeTag, comm, &status);
      MPI_Recv(in, 5, MPI_INT, status.MPI_SOURCE, status.MPI_TAG, comm, &status);
      MPI_Mprobe(0, MPI_ANY_TAG, comm, &message, &status);
      MPI_Mrecv(in, 6, MPI_INT, &message, MPI_STATUS_IGNORE);
    }
  }
  /* Small sends that an MPI may give one and the same request. */
  for (int i = 0; i < 2; ++i) MPI_Irecv(&in[100 * i], 100, MPI_INT, before, kManyTag, comm, &requests[i]);
  for (int i = 0; i < 2; ++i) MPI_Isend(out, 10 + i, MPI_INT, next, kManyTag, comm, &requests[2 + i]);
  int index, done, indices[4], flag = 0;
  MPI_Waitany(4, requests, &index, MPI_STATUS_IGNORE);
  MPI_Waitsome(4, requests, &done, indices, MPI_STATUSES_IGNORE);
  while (flag == 0) MPI_Testall(4, requests, &flag, MPI_STATUSES_IGNORE);
  MPI_Waitall(4, requests, MPI_STATUSES_IGNORE);
  /* Persistent, started twice. */
  MPI_Send_init(out, 20, MPI_INT, next, kTag, comm, &requests[0]);
  MPI_Recv_init(in, 20, MPI_INT, MPI_ANY_SOURCE, kTag, comm, &requests[1]);
  for (int i = 0; i < 2; ++i) {
    MPI_Startall(2, requests);
    MPI_Waitall(2, requests, MPI_STATUSES_IGNORE);
    MPI_Barrier(comm);
  }
  MPI_Request_free(&requests[0]);
  MPI_Request_free(&requests[1]);
  /* Nobody waits for this one; nobody sends that one. */
  MPI_Irecv(in, 30, MPI_INT, before, kFreeTag, comm, &requests[0]);
  MPI_Isend(out, 30, MPI_INT, next, kFreeTag, comm, &requests[1]);
  MPI_Request_free(&requests[1]);
  for (flag = 0; flag == 0;) MPI_Test(&requests[0], &flag, &status);
  MPI_Irecv(in, 1, MPI_INT, before, kFreeTag, comm, &requests[0]);
  MPI_Cancel(&requests[0]);
  MPI_Wait(&requests[0], &status);
  MPI_Sendrecv_replace(in, 40, MPI_INT, next, kTag, before, kTag, comm, &status);
  MPI_Send(out, 1, MPI_INT, MPI_PROC_NULL, kTag, comm);
}

static void collectives(MPI_Comm comm) {
  int size, own;
  MPI_Comm_size(comm, &size);
  MPI_Comm_rank(comm, &own);
  static int out[100 * kMost], in[100 * kMost];
  int counts[kMost], places[kMost];
  MPI_Datatype types[kMost];
  MPI_Request requests[2];
  for (int i = 0; i < size; ++i) {
    counts[i] = i + 1;
    places[i] = 100 * i;
    types[i] = MPI_INT;
  }
  MPI_Barrier(comm);
  MPI_Bcast(out, 10, MPI_INT, size - 1, comm);
  MPI_Reduce(out, in, 11, MPI_INT, MPI_SUM, size - 1, comm);
  MPI_Allreduce(MPI_IN_PLACE, in, 12, MPI_INT, MPI_SUM, comm);
  MPI_Scan(out, in, 13, MPI_INT, MPI_SUM, comm);
  MPI_Exscan(out, in, 14, MPI_INT, MPI_SUM, comm);
  MPI_Gather(own == 0 ? MPI_IN_PLACE : out, 15, MPI_INT, in, 15, MPI_INT, 0, comm);
  MPI_Gatherv(out, own + 1, MPI_INT, in, counts, places, MPI_INT, 0, comm);
  MPI_Allgather(out, 16, MPI_INT, in, 16, MPI_INT, comm);
  MPI_Allgatherv(MPI_IN_PLACE, 0, MPI_DATATYPE_NULL, in, counts, places, MPI_INT, comm);
  MPI_Scatter(out, 17, MPI_INT, own == 0 ? MPI_IN_PLACE : in, 17, MPI_INT, 0, comm);
  MPI_Scatterv(out, counts, places, MPI_INT, in, own + 1, MPI_INT, 0, comm);
  MPI_Reduce_scatter_block(out, in, 18, MPI_INT, MPI_SUM, comm);
  MPI_Reduce_scatter(out, in, counts, MPI_INT, MPI_SUM, comm);
  MPI_Alltoall(out, 19, MPI_INT, in, 19, MPI_INT, comm);
  /* To rank i go i + 1 elements, so own + 1 come from each. */
  int from[kMost];
  for (int i = 0; i < size; ++i) from[i] = own + 1;
  MPI_Alltoallv(out, counts, places, MPI_INT, in, from, places, MPI_INT, comm);
  int byte_places[kMost];
  for (int i = 0; i < size; ++i) byte_places[i] = (int)sizeof(int) * places[i];
  MPI_Alltoallw(out, counts, byte_places, types, in, from, byte_places, types, comm);
  MPI_Iallreduce(out, in, 20, MPI_INT, MPI_SUM, comm, &requests[0]);
  MPI_Ibarrier(comm, &requests[1]);
  MPI_Waitall(2, requests, MPI_STATUSES_IGNORE);
}

int main(int argc, char** argv) {
  int level;
  MPI_Init_thread(&argc, &argv, MPI_THREAD_FUNNELED, &level);
  MPI_Comm_rank(MPI_COMM_WORLD, &rank);
  MPI_Comm_size(MPI_COMM_WORLD, &ranks);
  if (ranks < 2 || ranks > kMost) MPI_Abort(MPI_COMM_WORLD, 1);
  next = (rank + 1) % ranks;
  before = (rank + ranks - 1) % ranks;
  messages(MPI_COMM_WORLD);
  collectives(MPI_COMM_WORLD);

  MPI_Comm reversed, first, again, half;
  MPI_Request request;
  MPI_Comm_split(MPI_COMM_WORLD, 0, -rank, &reversed);
  collectives(reversed);
  MPI_Comm_split(MPI_COMM_WORLD, rank % 2, rank, &half);
  MPI_Comm_dup(MPI_COMM_WORLD, &first);
  MPI_Comm_idup(MPI_COMM_WORLD, &again, &request);
  MPI_Wait(&request, MPI_STATUS_IGNORE);
  /* Odd ranks use the later one first. */
  int in, out = rank;
  if (rank % 2 == 0) MPI_Allreduce(&out, &in, 1, MPI_INT, MPI_SUM, half);
  MPI_Request both[2];
  MPI_Iallreduce(&out, &in, 1, MPI_INT, MPI_SUM, rank % 2 == 0 ? first : again, &both[0]);
  int other;
  MPI_Iallreduce(&out, &other, 1, MPI_INT, MPI_SUM, rank % 2 == 0 ? again : first, &both[1]);
  MPI_Waitall(2, both, MPI_STATUSES_IGNORE);
  if (rank % 2 == 1) MPI_Allreduce(&out, &in, 1, MPI_INT, MPI_SUM, half);

  /* Not replayed, but counted by name: one value to and from each neighbour of a ring. */
  MPI_Comm ring;
  int periodic = 1, both_values[2];
  MPI_Cart_create(MPI_COMM_WORLD, 1, &ranks, &periodic, 0, &ring);
  MPI_Neighbor_allgather(&out, 1, MPI_INT, both_values, 1, MPI_INT, ring);
  MPI_Ineighbor_allgather(&out, 1, MPI_INT, both_values, 1, MPI_INT, ring, &request);
  MPI_Wait(&request, MPI_STATUS_IGNORE);

  MPI_Comm_free(&ring);
  MPI_Comm_free(&first);
  MPI_Comm_free(&again);
  MPI_Comm_free(&half);
  MPI_Comm_free(&reversed);
  MPI_Finalize();
  return 0;
}
