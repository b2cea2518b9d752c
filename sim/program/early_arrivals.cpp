#include "sim/program/early_arrivals.h"

#include <algorithm>

namespace polyplane::sim {

namespace {

bool fits(std::uint32_t wanted, std::uint32_t given) { return wanted == EarlyArrivals::kAny || wanted == given; }

}  // namespace

std::vector<EarlyArrivals::Meeting> EarlyArrivals::arrive(std::uint32_t sender, std::uint32_t tag, std::uint32_t send) {
  const Pair pair{sender, tag};
  std::set<std::uint32_t>& overtaking = overtaking_[pair];
  overtaking.insert(send);
  const std::vector<std::uint32_t>& expected = expected_[pair];
  std::size_t& next = next_[pair];
  std::vector<Meeting> meetings;
  for (; next < expected.size() && overtaking.erase(expected[next]) > 0; ++next) {
    const auto asked = std::ranges::find_if(
        asking_, [&](const Asking& asking) { return fits(asking.sender, sender) && fits(asking.tag, tag); });
    if (asked == asking_.end()) {
      there_.push_back({sender, tag, expected[next]});
      continue;
    }
    meetings.push_back({expected[next], asked->receive});
    asking_.erase(asked);
  }
  return meetings;
}

std::optional<std::uint32_t> EarlyArrivals::ask(std::uint32_t sender, std::uint32_t tag, std::uint32_t receive) {
  const auto message = std::ranges::find_if(
      there_, [&](const Message& there) { return fits(sender, there.sender) && fits(tag, there.tag); });
  if (message == there_.end()) {
    asking_.push_back({sender, tag, receive});
    return std::nullopt;
  }
  const std::uint32_t send = message->send;
  there_.erase(message);
  return send;
}

}  // namespace polyplane::sim
