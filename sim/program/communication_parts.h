// Why messages and collectives of a program took as long as they did: for each, where the chain of causes began and the
// parts of the time since, as critical_path.h splits it.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace polyplane::sim {

class CommunicationParts {
 public:
  static constexpr std::uint32_t kNone = UINT32_MAX;

  /// `width`: numbers of one row of parts.
  CommunicationParts(std::uint32_t operations, std::size_t width)
      : width_(width), origin_(operations, kNone), row_(operations, kNone) {}

  /// A new row; its number.
  std::uint32_t add(std::span<const std::int64_t> parts) {
    parts_.insert(parts_.end(), parts.begin(), parts.end());
    return static_cast<std::uint32_t>(parts_.size() / width_ - 1);
  }
  /// To be changed.
  [[nodiscard]] std::span<std::int64_t> row(std::uint32_t number) {
    return std::span<std::int64_t>(parts_).subspan(number * width_, width_);
  }
  /// A send or collective: its end goes back to the start of `origin`, by the parts of `row` (kNone: they are not
  /// known).
  void explain(std::uint32_t operation, std::uint32_t origin, std::uint32_t row) {
    origin_[operation] = origin;
    row_[operation] = row;
  }

  [[nodiscard]] std::uint32_t origin(std::uint32_t operation) const { return origin_[operation]; }
  /// Empty: not known.
  [[nodiscard]] std::span<const std::int64_t> parts(std::uint32_t operation) const {
    if (row_[operation] == kNone) return {};
    return std::span<const std::int64_t>(parts_).subspan(row_[operation] * width_, width_);
  }

 private:
  std::size_t width_;
  std::vector<std::uint32_t> origin_, row_;  // by operation
  std::vector<std::int64_t> parts_;
};

}  // namespace polyplane::sim
