// How long a cable is: whole millimetres.
#pragma once

#include <compare>
#include <cstdint>

namespace polyplane {

class Length {
 public:
  constexpr Length() = default;
  static constexpr Length from_millimetres(std::int64_t millimetres) { return Length(millimetres); }
  static constexpr Length from_metres(std::int64_t metres) { return Length(metres * 1000); }
  [[nodiscard]] constexpr std::int64_t millimetres() const { return millimetres_; }
  /// For printing only.
  [[nodiscard]] constexpr double metres() const { return static_cast<double>(millimetres_) / 1000; }

  friend constexpr auto operator<=>(Length, Length) = default;

 private:
  constexpr explicit Length(std::int64_t millimetres) : millimetres_(millimetres) {}
  std::int64_t millimetres_ = 0;
};

}  // namespace polyplane
