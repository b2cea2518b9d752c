#include "mpi/message_space.h"

#include <algorithm>
#include <string>

#include "base/check.h"

namespace polyplane::mpi {

MessageSpace::MessageSpace(const Communicator& ranks, std::optional<int> max_tag)
    : tags_(static_cast<std::uint32_t>(max_tag.value_or(ranks.max_tag())) + 1) {
  spaces_.push_back(ranks.duplicate());
}

void MessageSpace::reserve(std::uint32_t numbers) {
  while (std::uint64_t{tags_} * spaces_.size() < numbers) spaces_.push_back(spaces_.front().duplicate());
}

std::pair<const Communicator&, int> MessageSpace::address(std::uint32_t number) const {
  CHECK(number / tags_ < spaces_.size(), "message number " + std::to_string(number) + " was not reserved");
  return {spaces_[number / tags_], static_cast<int>(number % tags_)};
}

Request MessageSpace::start_send(std::span<const std::byte> data, int to, std::uint32_t number) const {
  const auto [space, tag] = address(number);
  return space.start_send(data, to, tag);
}

Request MessageSpace::start_receive(std::span<std::byte> data, int from, std::uint32_t number) const {
  const auto [space, tag] = address(number);
  return space.start_receive(data, from, tag);
}

std::optional<std::vector<std::byte>> MessageSpace::take_early(int from, std::uint32_t number) {
  if (early_.empty()) return std::nullopt;
  const auto found = early_.find({from, number});
  if (found == early_.end()) return std::nullopt;
  std::vector<std::byte> data = std::move(found->second.front());
  found->second.pop_front();
  if (found->second.empty()) early_.erase(found);
  return data;
}

bool MessageSpace::absorb() {
  for (std::size_t i = 0; i < spaces_.size(); ++i) {
    auto taken = spaces_[i].take_unexpected();
    if (!taken) continue;
    const auto number = static_cast<std::uint32_t>(i) * tags_ + static_cast<std::uint32_t>(taken->first.tag);
    early_[{taken->first.source, number}].push_back(std::move(taken->second));
    return true;
  }
  return false;
}

}  // namespace polyplane::mpi
