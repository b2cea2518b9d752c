#include "mpi/request.h"

#include "mpi/mpi_error.h"

namespace polyplane::mpi {

bool Request::test() {
  int done = 0;
  check_mpi(MPI_Test(&handle_, &done, MPI_STATUS_IGNORE), "MPI_Test");
  return done != 0;
}

void Request::wait() { check_mpi(MPI_Wait(&handle_, MPI_STATUS_IGNORE), "MPI_Wait"); }

}  // namespace polyplane::mpi
