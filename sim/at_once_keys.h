// Numbers for 64-bit keys in order of their first appearance: an open hash table, for keys that are random already.
#pragma once

#include <bit>
#include <cstdint>
#include <vector>

namespace polyplane::sim {

class KeyTable {
 public:
  static constexpr std::uint32_t kNew = 0xffffffffU;

  [[nodiscard]] std::uint32_t size() const { return size_; }

  /// The number of the key; a new key gets size().
  [[nodiscard]] std::uint32_t number(std::uint64_t key) {
    if (2 * std::size_t{size_} >= places_.size()) grow();
    Place& place = find_place(key);
    if (place.number == kNew) place = {key, size_++};
    return place.number;
  }
  /// kNew when it is none of them.
  [[nodiscard]] std::uint32_t find(std::uint64_t key) const {
    return const_cast<KeyTable*>(this)->find_place(key).number;
  }

 private:
  struct Place {
    std::uint64_t key = 0;
    std::uint32_t number = kNew;
  };
  [[nodiscard]] Place& find_place(std::uint64_t key) {
    const std::size_t mask = places_.size() - 1;
    std::size_t i = static_cast<std::size_t>(key) & mask;
    while (places_[i].number != kNew && places_[i].key != key) i = (i + 1) & mask;
    return places_[i];
  }
  void grow() {
    std::vector<Place> old(2 * places_.size());
    old.swap(places_);
    for (const Place& place : old) {
      if (place.number != kNew) find_place(place.key) = place;
    }
  }
  std::vector<Place> places_ = std::vector<Place>(64);
  std::uint32_t size_ = 0;
};

}  // namespace polyplane::sim
