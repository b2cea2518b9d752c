// How a program of many ranks, and each command of it, ends when some of them failed.
#pragma once

#include <string>

#include "mpi/communicator.h"

namespace polyplane::mpi {

/// How this rank ended: its exit code, and what it has to say about it ("" nothing).
struct Ending {
  int exit_code = 0;
  std::string message;
};

/// Collective, on a communicator that nothing else uses. When all ranks come here within `patience_seconds`, rank 0 prints
/// each different message once, with the ranks that it came from unless they are all, and all ranks return the largest exit
/// code. A rank that failed and sees another one stay away says its message and ends all ranks; one that did not fail waits.
[[nodiscard]] int say_goodbye(const Communicator& farewell, const Ending& ending, double patience_seconds);

}  // namespace polyplane::mpi
