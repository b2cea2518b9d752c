// Handles of MPI and what is known of them: a hash table with linear probing, in pages of its own.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>

#include "mpi/record/pages.h"

namespace polyplane::record {

/// Any handle as a number; MPIs have pointers or integers. 0 is kept free.
template <class Handle>
[[nodiscard]] std::uint64_t number_of(Handle handle) {
  static_assert(sizeof(Handle) <= sizeof(std::uint64_t));
  std::uint64_t number = 0;
  std::memcpy(&number, &handle, sizeof(handle));
  return number + 1;
}

template <class Value>
class HandleMap {
 public:
  /// Null when it is not there. Stays valid until the next insert() or erase().
  [[nodiscard]] Value* find(std::uint64_t key) {
    if (count_ == 0) return nullptr;
    Slot& slot = slots_[place_of(key)];
    return slot.key == key ? &slot.value : nullptr;
  }

  /// The value of the key, zero bytes when it is new; null without memory.
  [[nodiscard]] Value* insert(std::uint64_t key) {
    if (4 * (count_ + 1) > 3 * size() && !grow()) return nullptr;
    Slot& slot = slots_[place_of(key)];
    if (slot.key != key) {
      slot.key = key;
      slot.value = Value{};
      ++count_;
    }
    return &slot.value;
  }

  void erase(std::uint64_t key) {
    if (count_ == 0) return;
    std::size_t hole = place_of(key);
    if (slots_[hole].key != key) return;
    --count_;
    // Those behind move up, unless they are where they belong already.
    for (std::size_t next = (hole + 1) & mask_; slots_[next].key != 0; next = (next + 1) & mask_) {
      const std::size_t home = home_of(slots_[next].key);
      if (((next - home) & mask_) < ((next - hole) & mask_)) continue;
      slots_[hole] = slots_[next];
      hole = next;
    }
    slots_[hole].key = 0;
  }

 private:
  struct Slot {
    std::uint64_t key;
    Value value;
  };
  static constexpr std::size_t kFirst = 1024;

  [[nodiscard]] std::size_t size() const { return slots_ == nullptr ? 0 : mask_ + 1; }
  [[nodiscard]] std::size_t home_of(std::uint64_t key) const {
    return static_cast<std::size_t>(key * 0x9E3779B97F4A7C15U >> 20U) & mask_;
  }
  /// Where the key is, or where it would go. REQUIRES: a slot is free.
  [[nodiscard]] std::size_t place_of(std::uint64_t key) const {
    std::size_t at = home_of(key);
    while (slots_[at].key != 0 && slots_[at].key != key) at = (at + 1) & mask_;
    return at;
  }
  [[nodiscard]] bool grow() {
    const std::size_t old_size = size(), new_size = old_size == 0 ? kFirst : 2 * old_size;
    auto* larger = static_cast<Slot*>(map_pages(new_size * sizeof(Slot)));
    if (larger == nullptr) return false;
    Slot* const old = slots_;
    slots_ = larger;
    mask_ = new_size - 1;
    for (std::size_t i = 0; i < old_size; ++i) {
      if (old[i].key != 0) slots_[place_of(old[i].key)] = old[i];
    }
    if (old != nullptr) munmap(old, old_size * sizeof(Slot));
    return true;
  }

  Slot* slots_ = nullptr;
  std::size_t mask_ = 0, count_ = 0;
};

}  // namespace polyplane::record
