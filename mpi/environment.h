// MPI from its start to its end.
#pragma once

namespace polyplane::mpi {

/// One in a program, made first and destroyed last. Calls of MPI come from the thread that made it (MPI_THREAD_FUNNELED).
/// Started without mpirun, the program is one rank.
class Environment {
 public:
  /// Throws MpiError.
  Environment(int& argc, char**& argv);
  Environment(const Environment&) = delete;
  Environment& operator=(const Environment&) = delete;
  /// Waits for all ranks (MPI_Finalize).
  ~Environment();

  /// Ends all ranks at once; mpirun returns `exit_code`. For errors after which messages may still be under way.
  [[noreturn]] static void abort(int exit_code);
};

}  // namespace polyplane::mpi
