// Communicators by handle, as this rank numbers them. One is written to the record when it is made, or, if that was not
// seen, when it is first used: with the ranks that are in it, which is all that other ranks have in common.
#pragma once

#include <mpi.h>

#include <cstdint>

#include "mpi/record/handle_map.h"

namespace polyplane::record {

struct Communicator {
  std::uint32_t id = 0;
  bool between_groups = false;  // an intercommunicator: its calls are not replayed
};

class CommunicatorTable {
 public:
  /// MPI_COMM_WORLD and MPI_COMM_SELF. REQUIRES: MPI is initialised.
  void start();
  /// Known, or made known now.
  [[nodiscard]] const Communicator& at(MPI_Comm handle) {
    if (handle == last_handle_ && known_) return last_;
    return look_up(handle);
  }
  /// Makes it known; `parent`: MPI_COMM_NULL when it is not known. MPI_COMM_NULL itself is passed over.
  void add(MPI_Comm handle, MPI_Comm parent, std::uint16_t flags = 0) { add(handle, handle, parent, flags); }
  /// Likewise, of one that may not be asked yet (MPI_Comm_idup): its ranks are those of `parent`.
  void add_duplicate(MPI_Comm handle, MPI_Comm parent) { add(handle, parent, parent, 0); }
  /// The handle may mean another one from now on.
  void forget(MPI_Comm handle);

 private:
  const Communicator& look_up(MPI_Comm handle);
  void add(MPI_Comm handle, MPI_Comm asked, MPI_Comm parent, std::uint16_t flags);

  HandleMap<Communicator> map_;
  PageArray<int> ranks_, own_numbers_;  // scratch
  std::uint32_t next_ = 0;
  MPI_Comm last_handle_ = MPI_COMM_NULL;
  Communicator last_;
  bool known_ = false;  // last_
};

}  // namespace polyplane::record
