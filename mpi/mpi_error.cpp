#include "mpi/mpi_error.h"

#include <mpi.h>
#include <array>

namespace polyplane::mpi {
namespace {

std::string words_of(int code) {
  std::array<char, MPI_MAX_ERROR_STRING + 1> text{};
  int length = 0;
  if (MPI_Error_string(code, text.data(), &length) != MPI_SUCCESS) return "error " + std::to_string(code);
  return {text.data(), static_cast<std::size_t>(length)};
}

}  // namespace

void check_mpi(int code, const std::string& call) {
  static_assert(MPI_SUCCESS == 0);
  if (code == MPI_SUCCESS) return;
  int error_class = code;
  MPI_Error_class(code, &error_class);
  throw MpiError(call + " failed: " + words_of(code) + " (error class " + std::to_string(error_class) + ")");
}

}  // namespace polyplane::mpi
