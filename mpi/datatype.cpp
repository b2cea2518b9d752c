#include "mpi/datatype.h"

#include <algorithm>
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

Datatype::~Datatype() {
  if (owned_) MPI_Type_free(&handle_);
}

}  // namespace polyplane::mpi
