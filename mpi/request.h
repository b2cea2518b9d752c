// One message under way.
#pragma once

#include <mpi.h>
#include <cstdint>
#include <utility>

namespace polyplane::mpi {

/// Who sent what arrived, with which tag and how many bytes.
struct Arrival {
  int source = 0, tag = 0;
  std::int64_t bytes = 0;
};

/// Owns a request of MPI. REQUIRES: complete before its buffer goes; only when the program is about to abort may it be
/// destroyed earlier (the handle is then given back, the message is left to MPI).
class Request {
 public:
  Request() = default;  // of nothing; complete
  explicit Request(MPI_Request handle) : handle_(handle) {}
  Request(Request&& other) noexcept : handle_(std::exchange(other.handle_, MPI_REQUEST_NULL)) {}
  Request& operator=(Request&& other) noexcept {
    std::swap(handle_, other.handle_);
    return *this;
  }
  ~Request() {
    if (!complete()) MPI_Request_free(&handle_);
  }

  [[nodiscard]] bool complete() const { return handle_ == MPI_REQUEST_NULL; }
  /// Lets MPI work; true when it is complete now. Throws MpiError.
  [[nodiscard]] bool test();
  void wait();
  [[nodiscard]] MPI_Request& handle() { return handle_; }

 private:
  MPI_Request handle_ = MPI_REQUEST_NULL;
};

}  // namespace polyplane::mpi
