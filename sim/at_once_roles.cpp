#include "sim/at_once_roles.h"

#include <algorithm>
#include <map>
#include <utility>

#include "base/check.h"

namespace polyplane::sim {

namespace {

constexpr std::size_t kMostBlocks = 4096, kMostRoles = 1024;

using Membership = std::pair<std::vector<std::uint32_t>, std::vector<std::uint32_t>>;  // sends in, receives in

Membership membership(const std::vector<collectives::Block>& blocks, std::uint32_t rank) {
  Membership member;
  for (std::uint32_t b = 0; b < blocks.size(); ++b) {
    const collectives::Block& block = blocks[b];
    if (rank >= block.first_source && rank < block.end_source) member.first.push_back(b);
    if (rank >= block.first_destination && rank < block.end_destination) member.second.push_back(b);
  }
  return member;
}

}  // namespace

std::optional<Roles> Roles::of(const std::vector<collectives::Block>& blocks, std::uint32_t ranks) {
  if (blocks.size() > kMostBlocks) return std::nullopt;
  std::vector<std::uint32_t> cuts{0, ranks};
  for (const collectives::Block& b : blocks) {
    for (const std::uint32_t cut : {b.first_source, b.end_source, b.first_destination, b.end_destination}) {
      CHECK(cut <= ranks, "a block reaches past the last rank");
      cuts.push_back(cut);
    }
  }
  std::sort(cuts.begin(), cuts.end());
  cuts.erase(std::unique(cuts.begin(), cuts.end()), cuts.end());

  Roles roles;
  roles.role_of_rank_.resize(ranks);
  std::map<Membership, std::uint32_t> known{{{}, 0}};
  std::vector<Membership> members{{}};
  for (std::size_t i = 0; i + 1 < cuts.size(); ++i) {
    Membership member = membership(blocks, cuts[i]);
    const auto [place, is_new] = known.emplace(member, static_cast<std::uint32_t>(members.size()));
    if (is_new) members.push_back(std::move(member));
    if (members.size() > kMostRoles) return std::nullopt;
    std::fill(roles.role_of_rank_.begin() + cuts[i], roles.role_of_rank_.begin() + cuts[i + 1], place->second);
  }

  roles.num_roles_ = static_cast<std::uint32_t>(members.size());
  roles.block_.assign(members.size() * members.size(), kNoBlock);
  std::vector<std::vector<std::uint32_t>> receivers(blocks.size());  // roles by block
  for (std::uint32_t role = 0; role < members.size(); ++role) {
    for (const std::uint32_t b : members[role].second) receivers[b].push_back(role);
  }
  for (std::size_t from = 0; from < members.size(); ++from) {
    for (const std::uint32_t b : members[from].first) {
      for (const std::uint32_t to : receivers[b]) {
        std::uint32_t& block = roles.block_[from * members.size() + to];
        CHECK(block == kNoBlock, "a pair of ranks is in two blocks");
        block = b;
      }
    }
  }
  return roles;
}

}  // namespace polyplane::sim
