// What MPI itself reports, as an exception. All calls of this room go through check_mpi().
#pragma once

#include <string>

#include "base/error.h"

namespace polyplane::mpi {

/// A call of MPI failed: which one, the class of the error and MPI's own words. Exit code 1. Messages may be under way, so the
/// program ends all ranks (MPI_Abort) instead of saying goodbye.
class MpiError : public RunError {
 public:
  using RunError::RunError;
};

/// Some rank waits for what never comes. As above: nothing is in order any more.
class StallError : public RunError {
 public:
  using RunError::RunError;
};

/// Throws MpiError unless `code` is MPI_SUCCESS. `call` names the call: "MPI_Isend to rank 3".
void check_mpi(int code, const std::string& call);
inline void check_mpi(int code, const char* call) {
  if (code != 0) [[unlikely]] { check_mpi(code, std::string(call)); }
}

}  // namespace polyplane::mpi
