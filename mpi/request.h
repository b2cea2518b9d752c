// One message under way.
#pragma once

#include <mpi.h>
#include <cstdint>
#include <span>
#include <utility>
#include <vector>

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

/// A fixed number of requests, of which any may be under way. As Request, they are complete before their buffers go.
class RequestSet {
 public:
  explicit RequestSet(std::size_t slots);
  RequestSet(const RequestSet&) = delete;
  RequestSet& operator=(const RequestSet&) = delete;
  ~RequestSet();

  [[nodiscard]] bool active(std::size_t slot) const { return handles_[slot] != MPI_REQUEST_NULL; }
  /// REQUIRES: the slot is not active.
  void put(std::size_t slot, Request request);
  /// Lets MPI work; the slots that became complete since. Valid until the next call. Throws MpiError.
  [[nodiscard]] std::span<const int> test_some();

 private:
  std::vector<MPI_Request> handles_;
  std::vector<int> complete_;
};

}  // namespace polyplane::mpi
