#include "mpi/commands.h"

namespace polyplane::mpi {

const std::vector<Command>& commands() {
  static const std::vector<Command> table = {
      {"verify", "runs schedules on these ranks and compares every byte with the collective of MPI", prepare_verify},
      {"calibrate", "measures messages between these ranks; writes a cluster and a stack file of this machine",
       prepare_calibrate},
      {"perf", "times a schedule beside MPI's own collective and beside its simulation", prepare_perf},
      {"run", "runs the sends, receives and calcs of a GOAL file, beside its simulation", prepare_run},
      {"sweep", "polyplane sweep with its points spread over the ranks, rank 0 the only writer", prepare_sweep},
  };
  return table;
}

}  // namespace polyplane::mpi
