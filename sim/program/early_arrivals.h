// Messages and receives of an actor that takes messages from anyone. A message meets the receive that was first to ask
// for one like it; a receive meets the message like it that was there first. Messages of one sender and tag come in the
// order in which the sender lists them: one that overtakes another waits for it.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <utility>
#include <vector>

#include "collectives/program.h"

namespace polyplane::sim {

class EarlyArrivals {
 public:
  static constexpr std::uint32_t kAny = collectives::Operation::kAny;

  /// The actor will be sent this message. To be called in the order in which the sender lists its sends.
  void expect(std::uint32_t sender, std::uint32_t tag, std::uint32_t send) { expected_[{sender, tag}].push_back(send); }

  struct Meeting {
    std::uint32_t send = 0, receive = 0;
  };
  /// The message of `send` is there. Whom it and those that waited for it meet.
  [[nodiscard]] std::vector<Meeting> arrive(std::uint32_t sender, std::uint32_t tag, std::uint32_t send);
  /// A receive asks for a message. The send of the one it takes, if there is one already.
  [[nodiscard]] std::optional<std::uint32_t> ask(std::uint32_t sender, std::uint32_t tag, std::uint32_t receive);

 private:
  struct Message {
    std::uint32_t sender, tag, send;
  };
  struct Asking {
    std::uint32_t sender, tag, receive;
  };
  using Pair = std::pair<std::uint32_t, std::uint32_t>;  // sender, tag
  std::map<Pair, std::vector<std::uint32_t>> expected_;
  std::map<Pair, std::size_t> next_;  // of expected_, that may be taken
  std::map<Pair, std::set<std::uint32_t>> overtaking_;
  std::vector<Message> there_;  // in order of arrival
  std::vector<Asking> asking_;  // in order of asking
};

}  // namespace polyplane::sim
