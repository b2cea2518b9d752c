// What ranks put into a collective that is checked, and how far two right results may differ. No MPI.
//
// Every element is a function of (seed, rank, block, element), so that any rank knows what another one put in. Whole numbers
// take all bits (sums wrap around); floats are in (-1, 1) and not 0, factors of a product have magnitudes
// in (0.75, 1.25).
//
// Tolerance. A schedule and MPI add up in different orders, and both are right. Whole numbers, minima and maxima and what is
// only moved must be equal, bit by bit. For n floats x_i and unit roundoff u (2^-24, 2^-53; bfloat16 2^-8) let
// g = (n - 1) u / (1 - (n - 1) u). Any order of adding gives a sum within g sum|x_i| of the true one, any order of multiplying
// a product within g |prod x_i| (Higham, Accuracy and Stability of Numerical Algorithms, 2nd ed., sections 3.1 and 4.2), as
// nothing here overflows or becomes subnormal. So two results may be 2 g sum|x_i|, or 2 g |prod x_i|, apart: the x_i of that
// very element, not a constant. A contribution that is missing or there twice is larger than this, except where it happens to
// be tiny.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>

#include "collectives/collective.h"
#include "mpi/datatype.h"
#include "mpi/operation.h"
#include "mpi/user_buffers.h"

namespace polyplane::mpi {

class TestData {
 public:
  TestData(ElementKind kind, Reduction reduction, std::uint64_t seed)
      : kind_(kind), reduction_(reduction), seed_(seed) {}

  /// What `rank` has of a block. REQUIRES: whole elements.
  void fill(std::span<std::byte> block_data, std::uint32_t rank, std::uint64_t block) const;
  /// Largest distance of two right results for one element of a reduced block; 0: they are equal.
  [[nodiscard]] double tolerance(const collectives::Collective& collective, std::uint64_t block,
                                 std::int64_t element) const;

 private:
  void element(std::byte* out, std::uint32_t rank, std::uint64_t block, std::int64_t index) const;

  ElementKind kind_;
  Reduction reduction_;
  std::uint64_t seed_;
};

/// "17", "-0.5625": one element as text.
[[nodiscard]] std::string element_text(ElementKind kind, const std::byte* data);

/// The first element of a block that is not as it should be: "offset 388 (block 0, element 97) has 17, and MPI_Allreduce 16";
/// none when all are. `offset`: of the block in the buffer, for the text.
[[nodiscard]] std::optional<std::string> first_difference(const TestData& data, ElementKind kind,
                                                          const collectives::Collective& collective,
                                                          const BlockPlace& place, const std::byte* found,
                                                          const std::byte* expected, const std::string& whose);

}  // namespace polyplane::mpi
