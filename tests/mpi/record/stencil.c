/* A 2-D stencil (Jacobi) with halo exchange: what libpolyplane_record.so is tested on. It knows nothing of polyplane.
 *   stencil [NX] [NY] [STEPS] [DIE_RANK DIE_STEP]     defaults 512 512 50; DIE_RANK kills itself in step DIE_STEP
 * NX x NY cells a rank on a Cartesian grid of ranks. A step: receives and sends of the four edges, the inner cells
 * while they travel, waits, the outer cells; every tenth step the residual is summed up over all ranks. Rank 0 prints
 * the seconds between two barriers. */
#include <mpi.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { kWest, kEast, kSouth, kNorth, kSides };

static int nx = 512, ny = 512, steps = 50;

static double* at(double* cells, int x, int y) { return &cells[(size_t)y * (size_t)(nx + 2) + (size_t)x]; }

static double relax(double* to, double* from, int x0, int x1, int y0, int y1) {
  double change = 0;
  for (int y = y0; y < y1; ++y) {
    for (int x = x0; x < x1; ++x) {
      const double value = 0.25 * (*at(from, x - 1, y) + *at(from, x + 1, y) + *at(from, x, y - 1) + *at(from, x, y + 1));
      const double by = value - *at(from, x, y);
      change += by * by;
      *at(to, x, y) = value;
    }
  }
  return change;
}

int main(int argc, char** argv) {
  MPI_Init(&argc, &argv);
  if (argc > 1) nx = atoi(argv[1]);
  if (argc > 2) ny = atoi(argv[2]);
  if (argc > 3) steps = atoi(argv[3]);
  const int die_rank = argc > 5 ? atoi(argv[4]) : -1, die_step = argc > 5 ? atoi(argv[5]) : -1;

  int ranks, rank, dims[2] = {0, 0}, periods[2] = {1, 1}, neighbour[kSides];
  MPI_Comm_size(MPI_COMM_WORLD, &ranks);
  MPI_Dims_create(ranks, 2, dims);
  MPI_Comm grid;
  MPI_Cart_create(MPI_COMM_WORLD, 2, dims, periods, 0, &grid);
  MPI_Comm_rank(grid, &rank);
  MPI_Cart_shift(grid, 0, 1, &neighbour[kSouth], &neighbour[kNorth]);
  MPI_Cart_shift(grid, 1, 1, &neighbour[kWest], &neighbour[kEast]);
  MPI_Datatype column;
  MPI_Type_vector(ny, 1, nx + 2, MPI_DOUBLE, &column);
  MPI_Type_commit(&column);

  const size_t cells = (size_t)(nx + 2) * (size_t)(ny + 2);
  double* from = calloc(cells, sizeof(double));
  double* to = calloc(cells, sizeof(double));
  if (from == NULL || to == NULL) MPI_Abort(MPI_COMM_WORLD, 1);
  for (int y = 1; y <= ny; ++y) {
    for (int x = 1; x <= nx; ++x) *at(from, x, y) = (double)((x * 7 + y * 13 + rank * 31) % 101);
  }

  double residual = 0;
  MPI_Barrier(grid);
  const double start = MPI_Wtime();
  for (int step = 0; step < steps; ++step) {
    MPI_Request requests[2 * kSides];
    if (rank == die_rank && step == die_step) raise(SIGKILL);
    MPI_Irecv(at(from, 0, 1), 1, column, neighbour[kWest], 0, grid, &requests[0]);
    MPI_Irecv(at(from, nx + 1, 1), 1, column, neighbour[kEast], 1, grid, &requests[1]);
    MPI_Irecv(at(from, 1, 0), nx, MPI_DOUBLE, neighbour[kSouth], 2, grid, &requests[2]);
    MPI_Irecv(at(from, 1, ny + 1), nx, MPI_DOUBLE, neighbour[kNorth], 3, grid, &requests[3]);
    MPI_Isend(at(from, nx, 1), 1, column, neighbour[kEast], 0, grid, &requests[4]);
    MPI_Isend(at(from, 1, 1), 1, column, neighbour[kWest], 1, grid, &requests[5]);
    MPI_Isend(at(from, 1, ny), nx, MPI_DOUBLE, neighbour[kNorth], 2, grid, &requests[6]);
    MPI_Isend(at(from, 1, 1), nx, MPI_DOUBLE, neighbour[kSouth], 3, grid, &requests[7]);
    double change = relax(to, from, 2, nx, 2, ny);
    MPI_Waitall(2 * kSides, requests, MPI_STATUSES_IGNORE);
    change += relax(to, from, 1, nx + 1, 1, 2) + relax(to, from, 1, nx + 1, ny, ny + 1);
    change += relax(to, from, 1, 2, 2, ny) + relax(to, from, nx, nx + 1, 2, ny);
    if (step % 10 == 9) MPI_Allreduce(&change, &residual, 1, MPI_DOUBLE, MPI_SUM, grid);
    double* swap = from;
    from = to;
    to = swap;
  }
  MPI_Barrier(grid);
  const double seconds = MPI_Wtime() - start;
  if (rank == 0) printf("stencil: %d ranks, residual %.6e, seconds %.6f\n", ranks, residual, seconds);

  free(from);
  free(to);
  MPI_Type_free(&column);
  MPI_Comm_free(&grid);
  MPI_Finalize();
  return 0;
}
