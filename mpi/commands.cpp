#include "mpi/commands.h"

namespace polyplane::mpi {

const std::vector<Command>& commands() {
  static const std::vector<Command> table = {};
  return table;
}

}  // namespace polyplane::mpi
