// How a program ends whose ranks fail: farewell_ranks alone | alike | apart. Under mpirun, on three ranks or more.
#include <string>

#include "mpi/communicator.h"
#include "mpi/environment.h"
#include "mpi/farewell.h"

int main(int argc, char** argv) {
  using namespace polyplane::mpi;
  const Environment environment(argc, argv);
  const std::string how = argc > 1 ? argv[1] : "";
  const Communicator world = Communicator::world();
  const Communicator farewell = world.duplicate();
  Ending ending;
  if (how == "alike") ending = {2, "the same everywhere"};
  if (how == "apart" && world.rank() > 0) ending = {world.rank() == 1 ? 1 : 3, world.rank() == 1 ? "one" : "another"};
  if (how == "alone") {
    if (world.rank() == 1) ending = {3, "nobody else"};
    if (world.rank() != 1) world.barrier();  // for rank 1, which never comes
  }
  const int exit_code = say_goodbye(farewell, ending, 0.5);
  return world.is_root() ? exit_code : 0;
}
