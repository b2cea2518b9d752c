// Work that one rank does for all.
#pragma once

#include <functional>
#include <string>

#include "mpi/communicator.h"

namespace polyplane::mpi {

/// Collective. Rank 0 calls `work`; its text comes back on every rank. An InputError, LimitError or RunError of it is thrown by
/// every rank, so that none waits for one that failed.
[[nodiscard]] std::string on_root(const Communicator& ranks, const std::function<std::string()>& work);

}  // namespace polyplane::mpi
