// Which communicators of different ranks are one and the same: those made from the same one, with the same ranks in the
// same order, as the how-manieth of that kind. All of its ranks make it in the same order, so that the number
// agrees even where each rank first uses them in its own order.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "collectives/import/mpi_record_file.h"

namespace polyplane::collectives::mpi_record {

struct SharedCommunicator {
  std::string name;                    // "MPI_COMM_WORLD", "communicator 3"
  std::vector<std::uint32_t> members;  // ranks in MPI_COMM_WORLD
  bool of_all = false;                 // all ranks of the run; never MPI_COMM_SELF
};

class SharedCommunicators {
 public:
  explicit SharedCommunicators(const std::vector<RankRecord>& ranks);

  [[nodiscard]] const std::vector<SharedCommunicator>& all() const { return all_; }
  /// Of what a rank has under its own number. REQUIRES: that rank has it.
  [[nodiscard]] std::uint32_t at(std::uint32_t rank, std::uint32_t number) const { return shared_[rank][number]; }

 private:
  std::vector<SharedCommunicator> all_;
  std::vector<std::vector<std::uint32_t>> shared_;  // by rank and number
};

}  // namespace polyplane::collectives::mpi_record
