! A ring of messages and a sum, from Fortran: what libpolyplane_record.so is tested on.
program ring
  use mpi
  implicit none
  integer :: ranks, rank, error, step, next, before, requests(2), status(MPI_STATUS_SIZE), comm
  double precision :: out(100), in(100), sum(100)
  call MPI_Init(error)
  call MPI_Comm_dup(MPI_COMM_WORLD, comm, error)
  call MPI_Comm_size(comm, ranks, error)
  call MPI_Comm_rank(comm, rank, error)
  next = mod(rank + 1, ranks)
  before = mod(rank + ranks - 1, ranks)
  out = rank
  do step = 1, 5
    call MPI_Irecv(in, 100, MPI_DOUBLE_PRECISION, MPI_ANY_SOURCE, 3, comm, requests(1), error)
    call MPI_Isend(out, 100, MPI_DOUBLE_PRECISION, next, 3, comm, requests(2), error)
    call MPI_Waitall(2, requests, MPI_STATUSES_IGNORE, error)
    call MPI_Allreduce(in, sum, 100, MPI_DOUBLE_PRECISION, MPI_SUM, comm, error)
  end do
  call MPI_Sendrecv(out, 7, MPI_DOUBLE_PRECISION, next, 4, in, 100, MPI_DOUBLE_PRECISION, before, 4, comm, status, error)
  call MPI_Bcast(out, 9, MPI_DOUBLE_PRECISION, 1, comm, error)
  call MPI_Scan(in, sum, 3, MPI_DOUBLE_PRECISION, MPI_SUM, comm, error)
  call MPI_Finalize(error)
end program ring
