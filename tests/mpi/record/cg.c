/* A solver like conjugate gradients on a tridiagonal matrix, cut into rows: what libpolyplane_record.so is tested on. It
 * knows nothing of polyplane.
 *   cg [ROWS] [ITERATIONS]     defaults 100000 50
 * ROWS a rank. An iteration: one value from each neighbour (MPI_Sendrecv), a product, two MPI_Allreduce of one double,
 * updates; the vector is put together on rank 0 at the end (MPI_Gather). Rank 0 prints the seconds between two
 * barriers. */
#include <mpi.h>
#include <stdio.h>
#include <stdlib.h>

static double dot(const double* a, const double* b, int rows, MPI_Comm comm) {
  double own = 0, sum = 0;
  for (int i = 0; i < rows; ++i) own += a[i] * b[i];
  MPI_Allreduce(&own, &sum, 1, MPI_DOUBLE, MPI_SUM, comm);
  return sum;
}

int main(int argc, char** argv) {
  MPI_Init(&argc, &argv);
  const int rows = argc > 1 ? atoi(argv[1]) : 100000, iterations = argc > 2 ? atoi(argv[2]) : 50;
  MPI_Comm comm;
  MPI_Comm_dup(MPI_COMM_WORLD, &comm);
  int ranks, rank;
  MPI_Comm_size(comm, &ranks);
  MPI_Comm_rank(comm, &rank);
  const int before = rank > 0 ? rank - 1 : MPI_PROC_NULL, after = rank + 1 < ranks ? rank + 1 : MPI_PROC_NULL;

  const size_t bytes = ((size_t)rows + 2) * sizeof(double);
  double *x = calloc(1, bytes), *r = calloc(1, bytes), *p = calloc(1, bytes), *q = calloc(1, bytes);
  double* all = rank == 0 ? malloc((size_t)ranks * (size_t)rows * sizeof(double)) : NULL;
  if (x == NULL || r == NULL || p == NULL || q == NULL || (rank == 0 && all == NULL)) MPI_Abort(MPI_COMM_WORLD, 1);
  for (int i = 1; i <= rows; ++i) r[i] = p[i] = 1.0 + (double)((i + rank) % 7);

  MPI_Barrier(comm);
  const double start = MPI_Wtime();
  double rho = dot(r + 1, r + 1, rows, comm);
  for (int k = 0; k < iterations; ++k) {
    p[0] = p[rows + 1] = 0;
    MPI_Sendrecv(&p[rows], 1, MPI_DOUBLE, after, 5, &p[0], 1, MPI_DOUBLE, before, 5, comm, MPI_STATUS_IGNORE);
    MPI_Sendrecv(&p[1], 1, MPI_DOUBLE, before, 6, &p[rows + 1], 1, MPI_DOUBLE, after, 6, comm, MPI_STATUS_IGNORE);
    for (int i = 1; i <= rows; ++i) q[i] = 4.0 * p[i] - p[i - 1] - p[i + 1];
    const double alpha = rho / dot(p + 1, q + 1, rows, comm);
    for (int i = 1; i <= rows; ++i) {
      x[i] += alpha * p[i];
      r[i] -= alpha * q[i];
    }
    const double next = dot(r + 1, r + 1, rows, comm), beta = next / rho;
    for (int i = 1; i <= rows; ++i) p[i] = r[i] + beta * p[i];
    rho = next;
  }
  MPI_Gather(x + 1, rows, MPI_DOUBLE, all, rows, MPI_DOUBLE, 0, comm);
  MPI_Barrier(comm);
  const double seconds = MPI_Wtime() - start;
  if (rank == 0) printf("cg: %d ranks, rho %.6e, x %.6f, seconds %.6f\n", ranks, rho, all[0], seconds);

  free(x);
  free(r);
  free(p);
  free(q);
  free(all);
  MPI_Comm_free(&comm);
  MPI_Finalize();
  return 0;
}
