#include "mpi/commands.h"

namespace polyplane::mpi {

const std::vector<Command>& commands() {
  static const std::vector<Command> table = {
      {"verify", "runs schedules on these ranks and compares every byte with the collective of MPI", run_verify},
      {"calibrate", "measures messages between these ranks; writes a cluster and a stack file of this machine",
       run_calibrate},
      {"perf", "times a schedule beside MPI's own collective and beside its simulation", run_perf},
      {"run", "runs the sends, receives and calcs of a GOAL file, beside its simulation", run_program},
      {"sweep", "polyplane sweep with its points spread over the ranks, rank 0 the only writer", run_sweep},
  };
  return table;
}

}  // namespace polyplane::mpi
