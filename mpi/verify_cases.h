// What an algorithm is put through by `verify`: sizes, types, reductions, channels, slices, roots, layouts. No MPI.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "collectives/algorithm.h"
#include "mpi/datatype.h"
#include "mpi/operation.h"

namespace polyplane::mpi {

struct VerifyCase {
  std::string text;  // "97 float sum, domains of 2, 2 channels, in place"
  collectives::AlgorithmRequest request;
  ElementKind kind = ElementKind::int32;
  Reduction reduction = Reduction::sum;
  bool in_place = false;
};

/// Nothing, one byte, one element, odd numbers of elements, arrays above the size up to which MPI buffers messages; all types
/// and reductions where something is added; channels and slices where it has them; first, middle and last root; every layout
/// of verify_layouts() that it can do; in place. Empty when it can do no layout of so many ranks; then `why` says what it
/// needs.
[[nodiscard]] std::vector<VerifyCase> verify_cases(const collectives::Algorithm& algorithm, std::uint32_t ranks,
                                                   std::string& why);

/// Of any kind: so many elements a block; alltoallv with a matrix of sizes around it, some of them zero, `symmetric` for in
/// place; dispatch and combine a few tokens of so many bytes.
[[nodiscard]] collectives::Collective verify_contract(collectives::CollectiveKind kind, std::uint32_t ranks,
                                                      std::int64_t elements, ElementKind element_kind,
                                                      std::uint32_t root, bool symmetric);

}  // namespace polyplane::mpi
