// Which receive takes which message. Sends and receives of one pair of actors and one tag meet in the order in which
// they are listed. Receives of an actor that takes a message from any actor or with any tag are matched while the
// program runs, by what is there first; of these only the number is checked here.
#pragma once

#include <cstdint>
#include <vector>

#include "collectives/program.h"

namespace polyplane::collectives {

class MessageMatching {
 public:
  static constexpr std::uint32_t kNone = UINT32_MAX;

  /// Throws InputError: a send without its receive or the reverse (who, tag, the how-manieth), sizes that differ, a
  /// receiver with any-receives that gets more or fewer messages than it takes. REQUIRES: peers, tags and actors exist;
  /// operations of all actors number less than 2^32 - 1.
  explicit MessageMatching(const Program& program);

  /// Of a send or receive: the operation at the other end, as index into the operations of its peer; kNone where it is
  /// matched while the program runs, and for other operations. `operation`: as numbered over all actors, in order.
  [[nodiscard]] std::uint32_t partner(std::size_t operation) const { return partner_[operation]; }
  /// Are the receives of this actor matched while the program runs?
  [[nodiscard]] bool takes_any(std::uint32_t actor) const { return takes_any_[actor] != 0; }

 private:
  std::vector<std::uint32_t> partner_;
  std::vector<std::uint8_t> takes_any_;  // by actor
};

}  // namespace polyplane::collectives
