// The command line of one subcommand, the same on all ranks.
#pragma once

#include <string>
#include <vector>

#include "mpi/communicator.h"

namespace CLI {
class App;
}

namespace polyplane::mpi {

/// Fills what `app` is bound to. False when help was asked for: rank 0 has printed it, and there is nothing more to do. Throws
/// InputError: an unknown option with a did-you-mean, a missing value, what is left over.
[[nodiscard]] bool parse_arguments(CLI::App& app, const Communicator& world, const std::vector<std::string>& arguments);

}  // namespace polyplane::mpi
