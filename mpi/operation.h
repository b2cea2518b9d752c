// Reductions: MPI's own, and the same ones on plain memory, with which a schedule adds up what it receives. Two kinds of element
// have operations of ours in MPI too: bfloat16, which it does not know, and bytes, whose sums Open MPI 4.1 cuts off at 255
// with one vector unit (AVX) and lets wrap around without it (open-mpi/ompi issue 8045, "wontfix").
#pragma once

#include <mpi.h>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <utility>

#include "mpi/datatype.h"

namespace polyplane::mpi {

enum class Reduction : std::uint8_t { sum, prod, min, max };

[[nodiscard]] std::string_view to_string(Reduction reduction);
/// Throws InputError with the allowed names and a did-you-mean.
[[nodiscard]] Reduction parse_reduction(std::string_view name);

/// inout[i] = in[i] (+) inout[i] for `count` elements. int32 (two's complement) and bytes (unsigned) wrap around; bfloat16 is computed in float32
/// and rounded to nearest even after each operation; min and max of floats take the second when the comparison fails, as
/// MPI's own do. The two do not overlap, and need no alignment.
void reduce_into(ElementKind kind, Reduction reduction, const std::byte* in, std::byte* inout, std::int64_t count);

[[nodiscard]] float bfloat16_to_float(std::uint16_t bits);
/// Nearest, ties to even; NaN stays NaN.
[[nodiscard]] std::uint16_t float_to_bfloat16(float value);

/// Owns an operation that was made; a predefined one is only referred to.
class Operation {
 public:
  /// For elements of Datatype::of(kind). Commutative. Throws MpiError.
  static Operation of(ElementKind kind, Reduction reduction);

  Operation(Operation&& other) noexcept
      : handle_(std::exchange(other.handle_, MPI_OP_NULL)), owned_(std::exchange(other.owned_, false)) {}
  Operation& operator=(Operation&& other) noexcept {
    std::swap(handle_, other.handle_);
    std::swap(owned_, other.owned_);
    return *this;
  }
  ~Operation();

  [[nodiscard]] MPI_Op handle() const { return handle_; }

 private:
  Operation(MPI_Op handle, bool owned) : handle_(handle), owned_(owned) {}
  MPI_Op handle_;
  bool owned_;
};

}  // namespace polyplane::mpi
