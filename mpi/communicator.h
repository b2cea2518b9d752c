// A group of ranks that talk to each other, and the few calls of MPI that polyplane makes. Everything is bytes of this
// machine's layout; all ranks are assumed to be alike. MPI 3 counts up to 2^31 - 1: a message of more bytes goes as one element
// of a type that is a row of them.
#pragma once

#include <mpi.h>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "mpi/request.h"

namespace polyplane::mpi {

/// Owns a communicator that was made; the world is only referred to. All calls throw MpiError. Calls marked *collective* are
/// made by all ranks, in the same order.
class Communicator {
 public:
  static constexpr int kAny = -1;  // as source or tag of probe() and receive()

  /// All ranks of the program. `most` is for tests: what MPI may be asked to count at a time, of this communicator and of all
  /// that are made from it; the same on all ranks. REQUIRES: an Environment; most >= 1.
  static Communicator world(int most = std::numeric_limits<int>::max());
  /// Collective. The same ranks, whose messages never meet those of the other communicator.
  [[nodiscard]] Communicator duplicate() const;
  /// Collective. Ranks with equal `color`, in the order of `key`, then of their old rank.
  [[nodiscard]] Communicator split(int color, int key) const;
  /// Collective. The ranks that share memory with this one: those of one node.
  [[nodiscard]] Communicator split_nodes() const;

  Communicator(Communicator&& other) noexcept
      : handle_(std::exchange(other.handle_, MPI_COMM_NULL)),
        owned_(std::exchange(other.owned_, false)),
        most_(other.most_) {}
  Communicator& operator=(Communicator&& other) noexcept {
    std::swap(handle_, other.handle_);
    std::swap(owned_, other.owned_);
    std::swap(most_, other.most_);
    return *this;
  }
  ~Communicator();

  [[nodiscard]] int rank() const;
  [[nodiscard]] int size() const;
  [[nodiscard]] bool is_root() const { return rank() == 0; }
  /// The largest tag that this MPI allows.
  [[nodiscard]] int max_tag() const;
  [[nodiscard]] MPI_Comm handle() const { return handle_; }
  /// What MPI is asked to count at a time, at the most.
  [[nodiscard]] int most() const { return most_; }

  /// Blocking.
  void send(std::span<const std::byte> data, int to, int tag) const;
  /// Blocking. Throws MpiError when the message is larger than `data`.
  Arrival receive(std::span<std::byte> data, int from, int tag) const;
  /// Blocking: what comes first from `from` with `tag`, whatever its size.
  [[nodiscard]] std::pair<Arrival, std::string> receive_text(int from, int tag) const;
  void send_text(const std::string& text, int to, int tag) const;
  /// The next message that fits, if one is there; it stays there.
  [[nodiscard]] std::optional<Arrival> probe(int from = kAny, int tag = kAny) const;
  /// The next message that no receive was posted for, whoever sent it, if one is there; takes it.
  [[nodiscard]] std::optional<std::pair<Arrival, std::vector<std::byte>>> take_unexpected() const;
  /// `data` stays untouched until the request is complete.
  [[nodiscard]] Request start_send(std::span<const std::byte> data, int to, int tag) const;
  [[nodiscard]] Request start_receive(std::span<std::byte> data, int from, int tag) const;

  /// Collective.
  void barrier() const;
  [[nodiscard]] Request start_barrier() const;
  [[nodiscard]] double max(double value) const;
  [[nodiscard]] double min(double value) const;
  [[nodiscard]] std::int64_t max(std::int64_t value) const;
  [[nodiscard]] std::int64_t sum(std::int64_t value) const;
  /// Element by element over all ranks; as many on each.
  [[nodiscard]] std::vector<double> max(std::vector<double> values) const;
  /// The text of `root`, on every rank.
  [[nodiscard]] std::string broadcast(std::string text, int root = 0) const;
  /// By rank, on rank 0; elsewhere empty.
  [[nodiscard]] std::vector<std::string> gather(const std::string& text) const;
  /// By rank, as many values of each; on rank 0, elsewhere empty.
  [[nodiscard]] std::vector<double> gather(std::span<const double> values) const;

 private:
  Communicator(MPI_Comm handle, bool owned, int most) : handle_(handle), owned_(owned), most_(most) {}
  MPI_Comm handle_;
  bool owned_;
  int most_;
};

}  // namespace polyplane::mpi
