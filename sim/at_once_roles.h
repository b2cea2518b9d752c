// Who takes part in blocks, and as what: ranks that send in the same blocks and receive in the same blocks have one role.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "base/units.h"
#include "collectives/schedule.h"

namespace polyplane::sim {

class Roles {
 public:
  static constexpr std::uint32_t kNoBlock = 0xffffffffU;

  /// None when the blocks are so many that listing pairs of roles would cost as much as listing messages.
  [[nodiscard]] static std::optional<Roles> of(const std::vector<collectives::Block>& blocks, std::uint32_t ranks);

  /// Below num_roles(). Role 0 neither sends nor receives.
  [[nodiscard]] std::uint32_t role(std::uint32_t rank) const { return role_of_rank_[rank]; }
  [[nodiscard]] std::uint32_t num_roles() const { return num_roles_; }
  /// The block of which a rank of role `from` sends to one of role `to`; kNoBlock: it sends nothing.
  [[nodiscard]] std::uint32_t block(std::uint32_t from, std::uint32_t to) const {
    return block_[std::size_t{from} * num_roles_ + to];
  }

 private:
  std::uint32_t num_roles_ = 1;
  std::vector<std::uint32_t> role_of_rank_, block_;
};

}  // namespace polyplane::sim
