// Ids are types: a LinkId never passes for a RankId. All are dense, start at 0 and index plain arrays.
#pragma once

#include <compare>
#include <cstddef>
#include <cstdint>
#include <functional>

namespace polyplane {

template <class Tag>
class Id {
 public:
  constexpr Id() = default;
  constexpr explicit Id(std::uint32_t index) : index_(index) {}

  [[nodiscard]] constexpr std::uint32_t index() const { return index_; }
  [[nodiscard]] constexpr bool valid() const { return index_ != kNone; }
  friend constexpr auto operator<=>(Id, Id) = default;

 private:
  static constexpr std::uint32_t kNone = 0xffffffffU;
  std::uint32_t index_ = kNone;  // a default-made id is "none"
};

using DeviceId = Id<struct DeviceTag>;  // accelerator, NIC or switch
using LinkId = Id<struct LinkTag>;      // one direction of one cable or one group of lanes
using TrunkId = Id<struct TrunkTag>;    // links that every route uses in the same proportion (topology/router.h)
using RankId = Id<struct RankTag>;      // participant of a collective
using ChunkId = Id<struct ChunkTag>;    // unit of data that a collective moves
using FlowId = Id<struct FlowTag>;      // one transfer in a network model

}  // namespace polyplane

template <class Tag>
struct std::hash<polyplane::Id<Tag>> {
  std::size_t operator()(polyplane::Id<Tag> id) const noexcept { return id.index(); }
};
