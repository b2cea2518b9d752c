#include "mpi/operation.h"

#include <array>
#include <bit>
#include <cstring>
#include <string>
#include <vector>

#include "base/check.h"
#include "base/error.h"
#include "base/suggest.h"
#include "mpi/mpi_error.h"

namespace polyplane::mpi {
namespace {

struct Bfloat16 {
  std::uint16_t bits;
};

template <class Value>
Value combine(Reduction reduction, Value a, Value b) {
  switch (reduction) {
    case Reduction::sum:
      return a + b;
    case Reduction::prod:
      return a * b;
    case Reduction::min:
      return a < b ? a : b;
    case Reduction::max:
      return a > b ? a : b;
  }
  check_failed("Reduction", "unknown reduction");
}

/// By way of a wider unsigned type, in which nothing overflows into undefined behaviour.
std::int32_t combine_element(Reduction reduction, std::int32_t a, std::int32_t b) {
  if (reduction == Reduction::min || reduction == Reduction::max) return combine(reduction, a, b);
  return static_cast<std::int32_t>(combine(reduction, static_cast<std::uint32_t>(a), static_cast<std::uint32_t>(b)));
}
std::uint8_t combine_element(Reduction reduction, std::uint8_t a, std::uint8_t b) {
  return static_cast<std::uint8_t>(combine<std::uint32_t>(reduction, a, b));
}
float combine_element(Reduction reduction, float a, float b) { return combine(reduction, a, b); }
double combine_element(Reduction reduction, double a, double b) { return combine(reduction, a, b); }
Bfloat16 combine_element(Reduction reduction, Bfloat16 a, Bfloat16 b) {
  return {float_to_bfloat16(combine(reduction, bfloat16_to_float(a.bits), bfloat16_to_float(b.bits)))};
}

template <class Element>
void reduce_as(Reduction reduction, const std::byte* in, std::byte* inout, std::int64_t count) {
  const auto apply = [&]<Reduction kFixed>() {
    for (std::int64_t i = 0; i < count; ++i) {
      Element a, b;
      const std::size_t at = static_cast<std::size_t>(i) * sizeof(Element);
      std::memcpy(&a, in + at, sizeof(Element));
      std::memcpy(&b, inout + at, sizeof(Element));
      b = combine_element(kFixed, a, b);
      std::memcpy(inout + at, &b, sizeof(Element));
    }
  };
  switch (reduction) {
    case Reduction::sum:
      return apply.template operator()<Reduction::sum>();
    case Reduction::prod:
      return apply.template operator()<Reduction::prod>();
    case Reduction::min:
      return apply.template operator()<Reduction::min>();
    case Reduction::max:
      return apply.template operator()<Reduction::max>();
  }
}

template <ElementKind kKind, Reduction kReduction>
void reduce_for_mpi(void* in, void* inout, int* count, MPI_Datatype*) {
  reduce_into(kKind, kReduction, static_cast<const std::byte*>(in), static_cast<std::byte*>(inout), *count);
}

template <ElementKind kKind>
MPI_User_function* function_of(Reduction reduction) {
  switch (reduction) {
    case Reduction::sum:
      return reduce_for_mpi<kKind, Reduction::sum>;
    case Reduction::prod:
      return reduce_for_mpi<kKind, Reduction::prod>;
    case Reduction::min:
      return reduce_for_mpi<kKind, Reduction::min>;
    case Reduction::max:
      return reduce_for_mpi<kKind, Reduction::max>;
  }
  check_failed("Reduction", "unknown reduction");
}

MPI_Op predefined(Reduction reduction) {
  switch (reduction) {
    case Reduction::sum:
      return MPI_SUM;
    case Reduction::prod:
      return MPI_PROD;
    case Reduction::min:
      return MPI_MIN;
    case Reduction::max:
      return MPI_MAX;
  }
  check_failed("Reduction", "unknown reduction");
}

}  // namespace

std::string_view to_string(Reduction reduction) {
  switch (reduction) {
    case Reduction::sum:
      return "sum";
    case Reduction::prod:
      return "prod";
    case Reduction::min:
      return "min";
    case Reduction::max:
      return "max";
  }
  check_failed("Reduction", "unknown reduction");
}

Reduction parse_reduction(std::string_view name) {
  std::vector<std::string> names;
  for (const Reduction reduction : {Reduction::sum, Reduction::prod, Reduction::min, Reduction::max}) {
    if (to_string(reduction) == name) return reduction;
    names.emplace_back(to_string(reduction));
  }
  throw InputError("--op: " + unknown_name("reduction", name, names));
}

float bfloat16_to_float(std::uint16_t bits) { return std::bit_cast<float>(std::uint32_t{bits} << 16U); }

std::uint16_t float_to_bfloat16(float value) {
  const auto bits = std::bit_cast<std::uint32_t>(value);
  if ((bits & 0x7fffffffU) > 0x7f800000U) return static_cast<std::uint16_t>((bits >> 16U) | 0x40U);
  return static_cast<std::uint16_t>((bits + 0x7fffU + ((bits >> 16U) & 1U)) >> 16U);
}

void reduce_into(ElementKind kind, Reduction reduction, const std::byte* in, std::byte* inout, std::int64_t count) {
  switch (kind) {
    case ElementKind::int32:
      return reduce_as<std::int32_t>(reduction, in, inout, count);
    case ElementKind::float32:
      return reduce_as<float>(reduction, in, inout, count);
    case ElementKind::float64:
      return reduce_as<double>(reduction, in, inout, count);
    case ElementKind::bfloat16:
      return reduce_as<Bfloat16>(reduction, in, inout, count);
    case ElementKind::byte:
      return reduce_as<std::uint8_t>(reduction, in, inout, count);
  }
}

Operation Operation::of(ElementKind kind, Reduction reduction) {
  MPI_User_function* function = nullptr;
  if (kind == ElementKind::bfloat16) function = function_of<ElementKind::bfloat16>(reduction);
  if (kind == ElementKind::byte) function = function_of<ElementKind::byte>(reduction);
  if (function == nullptr) return {predefined(reduction), false};
  MPI_Op handle = MPI_OP_NULL;
  check_mpi(MPI_Op_create(function, 1, &handle), "MPI_Op_create");
  return {handle, true};
}

Operation::~Operation() {
  if (owned_) MPI_Op_free(&handle_);
}

}  // namespace polyplane::mpi
