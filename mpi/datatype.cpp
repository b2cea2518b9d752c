#include "mpi/datatype.h"

#include <algorithm>
#include <limits>
#include <string>

#include "base/check.h"
#include "base/error.h"
#include "base/suggest.h"
#include "mpi/mpi_error.h"

namespace polyplane::mpi {

std::vector<ElementKind> all_element_kinds() {
  using enum ElementKind;
  return {int32, float32, float64, bfloat16, byte};
}

std::string_view to_string(ElementKind kind) {
  switch (kind) {
    case ElementKind::int32:
      return "int32";
    case ElementKind::float32:
      return "float";
    case ElementKind::float64:
      return "double";
    case ElementKind::bfloat16:
      return "bfloat16";
    case ElementKind::byte:
      return "uint8";
  }
  check_failed("ElementKind", "unknown kind");
}

ElementKind parse_element_kind(std::string_view name) {
  std::vector<std::string> names;
  for (const ElementKind kind : all_element_kinds()) {
    if (to_string(kind) == name) return kind;
    names.emplace_back(to_string(kind));
  }
  throw InputError("--datatype: " + unknown_name("datatype", name, names));
}

std::int64_t size_of(ElementKind kind) {
  switch (kind) {
    case ElementKind::int32:
    case ElementKind::float32:
      return 4;
    case ElementKind::float64:
      return 8;
    case ElementKind::bfloat16:
      return 2;
    case ElementKind::byte:
      return 1;
  }
  check_failed("ElementKind", "unknown kind");
}

Datatype Datatype::of(ElementKind kind) {
  switch (kind) {
    case ElementKind::int32:
      return {MPI_INT32_T, false};
    case ElementKind::float32:
      return {MPI_FLOAT, false};
    case ElementKind::float64:
      return {MPI_DOUBLE, false};
    case ElementKind::bfloat16:
      return bytes(2);
    case ElementKind::byte:
      return {MPI_UINT8_T, false};
  }
  check_failed("ElementKind", "unknown kind");
}

Datatype Datatype::bytes(int count) {
  MPI_Datatype handle = MPI_DATATYPE_NULL;
  check_mpi(MPI_Type_contiguous(count, MPI_BYTE, &handle), "MPI_Type_contiguous");
  Datatype result(handle, true);
  check_mpi(MPI_Type_commit(&result.handle_), "MPI_Type_commit");
  return result;
}

Datatype Datatype::row(const Datatype& of, std::int64_t count, std::int64_t most) {
  CHECK(count >= 0 && most >= 1 && most <= std::numeric_limits<int>::max(), "a row that cannot be counted");
  const auto contiguous = [](int elements, const Datatype& type) {
    MPI_Datatype handle = MPI_DATATYPE_NULL;
    check_mpi(MPI_Type_contiguous(elements, type.handle(), &handle), "MPI_Type_contiguous");
    return Datatype(handle, true);
  };
  CHECK(count / most <= std::numeric_limits<int>::max(), "a row of rows that cannot be counted");
  const Datatype whole = contiguous(static_cast<int>(std::min(most, count)), of);
  const int wholes = static_cast<int>(count == 0 ? 1 : count / std::min(most, count));
  const int rest = static_cast<int>(count - std::int64_t{wholes} * std::min(most, count));
  MPI_Aint lower = 0, extent = 0;
  check_mpi(MPI_Type_get_extent(of.handle(), &lower, &extent), "MPI_Type_get_extent");
  const int lengths[] = {wholes, rest};
  const MPI_Aint starts[] = {0, static_cast<MPI_Aint>(count - rest) * extent};
  const MPI_Datatype types[] = {whole.handle(), of.handle()};
  MPI_Datatype handle = MPI_DATATYPE_NULL;
  check_mpi(MPI_Type_create_struct(2, lengths, starts, types, &handle), "MPI_Type_create_struct");
  Datatype result(handle, true);
  check_mpi(MPI_Type_commit(&result.handle_), "MPI_Type_commit");
  return result;
}

Datatype::~Datatype() {
  if (owned_) MPI_Type_free(&handle_);
}

}  // namespace polyplane::mpi
