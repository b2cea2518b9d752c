// The messages of schedules between some ranks, apart from all others: tags, and what arrives before it is asked for.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include "mpi/communicator.h"

namespace polyplane::mpi {

/// Message `number` of a pair of ranks goes by tag number mod T of communicator number / T, T being the tags that this MPI
/// allows (run_plan.h says why that is enough). One space serves any number of runs, one after the other.
///
/// Schedules know no rendezvous: early messages wait at the receiver. Large ones of MPI do not, they wait at the sender until
/// a receive is posted, so that a schedule that is right could stall. Whoever has nothing else to do therefore calls
/// absorb(), which takes what came early into memory of its own.
class MessageSpace {
 public:
  /// Collective. `max_tag` is for tests: fewer tags than MPI allows.
  explicit MessageSpace(const Communicator& ranks, std::optional<int> max_tag = std::nullopt);

  /// Collective. Room for message numbers below `numbers`, of all runs from now on.
  void reserve(std::uint32_t numbers);

  [[nodiscard]] const Communicator& ranks() const { return spaces_.front(); }
  [[nodiscard]] Request start_send(std::span<const std::byte> data, int to, std::uint32_t number) const;
  [[nodiscard]] Request start_receive(std::span<std::byte> data, int from, std::uint32_t number) const;
  /// The message, when it was absorbed before.
  [[nodiscard]] std::optional<std::vector<std::byte>> take_early(int from, std::uint32_t number);
  /// True when something was there. Memory: the early messages, until they are taken.
  bool absorb();

 private:
  [[nodiscard]] std::pair<const Communicator&, int> address(std::uint32_t number) const;

  std::uint32_t tags_;
  std::deque<Communicator> spaces_;  // a deque: ranks() stays where it is while there come more
  std::map<std::pair<int, std::uint32_t>, std::deque<std::vector<std::byte>>> early_;  // by source and number
};

}  // namespace polyplane::mpi
