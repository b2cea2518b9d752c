// Devices by their names, which stand in the devices alone: eight bytes a slot instead of a second copy of each name.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string_view>
#include <vector>

#include "topology/topology.h"

namespace polyplane::topology {

/// A hash table of DeviceIds with linear probing. It is looked up, never walked, so that hashing cannot reach a result.
class NameIndex {
 public:
  void reserve(std::size_t devices) {
    std::size_t slots = 16;
    while (slots < 2 * devices) slots *= 2;
    if (slots > slots_.size()) grow(slots);
  }

  /// The device with that name among `devices`, whose names were added; none when there is none.
  [[nodiscard]] DeviceId find(std::string_view name, std::span<const Device> devices) const {
    return slots_.empty() ? DeviceId() : slots_[place(name, tag_of(name), devices)].id;
  }

  /// Gives `id` the name. False, and nothing changed, when one of `devices` has it.
  [[nodiscard]] bool add(std::string_view name, DeviceId id, std::span<const Device> devices) {
    reserve(size_ + 1);
    const std::uint32_t tag = tag_of(name);
    Slot& slot = slots_[place(name, tag, devices)];
    if (slot.id.valid()) return false;
    slot = {id, tag};
    ++size_;
    return true;
  }

 private:
  struct Slot {
    DeviceId id;
    std::uint32_t tag = 0;  // 32 bits of the hash of the name
  };

  static std::uint32_t tag_of(std::string_view name) {
    return static_cast<std::uint32_t>(std::hash<std::string_view>{}(name));
  }

  /// The slot of the name, or the free one where it would stand.
  [[nodiscard]] std::size_t place(std::string_view name, std::uint32_t tag, std::span<const Device> devices) const {
    std::size_t i = tag & (slots_.size() - 1);
    while (slots_[i].id.valid() && (slots_[i].tag != tag || devices[slots_[i].id.index()].name != name)) {
      i = (i + 1) & (slots_.size() - 1);
    }
    return i;
  }

  void grow(std::size_t slots) {
    std::vector<Slot> before(slots);
    before.swap(slots_);
    for (const Slot& slot : before) {
      if (!slot.id.valid()) continue;
      std::size_t i = slot.tag & (slots - 1);
      while (slots_[i].id.valid()) i = (i + 1) & (slots - 1);
      slots_[i] = slot;
    }
  }

  std::vector<Slot> slots_;  // a power of two of them, at most half in use
  std::size_t size_ = 0;
};

}  // namespace polyplane::topology
