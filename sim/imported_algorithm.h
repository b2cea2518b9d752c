// A schedule out of a file in the place of an algorithm: "msccl:NAME". It runs as any other, once it is proven.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "collectives/algorithm.h"
#include "sim/experiment.h"
#include "sim/stack.h"

namespace polyplane::sim {

struct ImportedAlgorithm {
  std::shared_ptr<const collectives::Algorithm> algorithm;
  std::string protocol;              // that the file asks for, where the stack has it; else "auto"
  std::vector<std::string> remarks;  // what the reader left out or assumed, what was meant for other sizes
};

/// Opens `path` (read_imports.h). Throws InputError for a file that is of another collective or of another number of
/// ranks.
[[nodiscard]] ImportedAlgorithm read_algorithm(const std::string& path, collectives::CollectiveKind kind,
                                               std::uint32_t ranks, const std::vector<Bytes>& sizes,
                                               const Stack& stack);

/// Puts the schedule of `path` in the place of the algorithm of a job, whose groups have so many ranks. Throws
/// InputError as above, and where the job asks for an algorithm, channels or slices too.
void set_schedule(CollectiveJob& job, const std::string& path, std::uint32_t ranks, const Stack& stack);

/// Throws InputError with the first defect when verify() finds one, LimitError for a schedule too large to be proven.
void prove_imported(const collectives::Algorithm& algorithm, const collectives::AlgorithmRequest& request);

}  // namespace polyplane::sim
