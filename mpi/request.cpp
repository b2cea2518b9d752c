#include "mpi/request.h"

#include "base/check.h"
#include "mpi/mpi_error.h"

namespace polyplane::mpi {

bool Request::test() {
  int done = 0;
  check_mpi(MPI_Test(&handle_, &done, MPI_STATUS_IGNORE), "MPI_Test");
  return done != 0;
}

void Request::wait() { check_mpi(MPI_Wait(&handle_, MPI_STATUS_IGNORE), "MPI_Wait"); }

RequestSet::RequestSet(std::size_t slots) : handles_(slots, MPI_REQUEST_NULL), complete_(slots) {}

RequestSet::~RequestSet() {
  for (MPI_Request& handle : handles_) {
    if (handle != MPI_REQUEST_NULL) MPI_Request_free(&handle);
  }
}

void RequestSet::put(std::size_t slot, Request request) {
  CHECK(!active(slot), "a request is put where one is under way");
  std::swap(handles_[slot], request.handle());
}

std::span<const int> RequestSet::test_some() {
  int count = 0;
  check_mpi(
      MPI_Testsome(static_cast<int>(handles_.size()), handles_.data(), &count, complete_.data(), MPI_STATUSES_IGNORE),
      "MPI_Testsome");
  return {complete_.data(), count == MPI_UNDEFINED ? 0U : static_cast<std::size_t>(count)};
}

}  // namespace polyplane::mpi
