#include "collectives/symmetry.h"

#include <bit>
#include <cstddef>
#include <initializer_list>
#include <utility>

namespace polyplane::collectives {
namespace {

using Kind = RankSymmetry::Kind;

/// What has to be added to (or xored into) one number to make the other.
std::uint32_t difference(Kind kind, std::uint32_t modulus, std::uint32_t from, std::uint32_t to) {
  if (kind == Kind::exclusive_or) return from ^ to;
  return to >= from ? to - from : to + modulus - from;
}

bool moves_positions(Kind kind, std::uint32_t ranks, std::uint32_t by, const std::vector<std::uint32_t>& position) {
  for (std::size_t order = 0; order < position.size(); order += ranks) {
    const auto at = [&](std::uint32_t rank) { return position[order + rank]; };
    const std::uint32_t constant = difference(kind, ranks, at(0), at(by));
    for (std::uint32_t rank = 0; rank < ranks; ++rank) {
      if (moved(kind, ranks, at(rank), constant) != at(moved(kind, ranks, rank, by))) return false;
    }
  }
  return true;
}

bool moves_grid(Kind kind, std::uint32_t by, const DomainGrid& grid) {
  const std::uint32_t ranks = grid.domains() * grid.locals();
  const DomainGrid::Cell first = grid.cell(RankId(0)), image = grid.cell(RankId(by));
  const std::uint32_t domains = difference(kind, grid.domains(), first.domain, image.domain);
  const std::uint32_t locals = difference(Kind::rotation, grid.locals(), first.local, image.local);
  for (std::uint32_t rank = 0; rank < ranks; ++rank) {
    const DomainGrid::Cell from = grid.cell(RankId(rank)), to = grid.cell(RankId(moved(kind, ranks, rank, by)));
    if (to.domain != moved(kind, grid.domains(), from.domain, domains)) return false;
    if (to.local != moved(Kind::rotation, grid.locals(), from.local, locals)) return false;
  }
  return true;
}

}  // namespace

void add_finest(Kind kind, std::uint32_t ranks, const Holds& holds, std::vector<RankSymmetry>& groups) {
  if (kind == Kind::rotation) {
    for (std::uint32_t stride = 1; stride <= ranks / 2; ++stride) {
      if (ranks % stride == 0 && holds(stride)) return groups.push_back({kind, stride});
    }
    return;
  }
  if (!std::has_single_bit(ranks)) return;
  std::uint32_t stride = ranks;
  while (stride > 1 && holds(stride / 2)) stride /= 2;
  if (stride < ranks) groups.push_back({kind, stride});
}

std::vector<RankSymmetry> symmetries_along(Kind kind, std::uint32_t ranks, const std::vector<std::uint32_t>& position) {
  std::vector<RankSymmetry> groups;
  add_finest(kind, ranks, [&](std::uint32_t by) { return moves_positions(kind, ranks, by, position); }, groups);
  return groups;
}

std::vector<RankSymmetry> symmetries_of_grid(const DomainGrid& grid, bool rotates, bool by_xor) {
  const std::uint32_t ranks = grid.domains() * grid.locals();
  std::vector<RankSymmetry> groups;
  const auto add = [&](Kind kind) {
    add_finest(kind, ranks, [&](std::uint32_t by) { return moves_grid(kind, by, grid); }, groups);
  };
  if (rotates) add(Kind::rotation);
  if (by_xor) add(Kind::exclusive_or);
  return groups;
}

std::optional<ChannelSymmetry> channels_by_local(const RankLayout& layout, std::uint32_t channels) {
  const std::uint32_t locals = layout.uniform_domain_size();
  if (channels < 2 || locals == 0 || channels % locals != 0) return std::nullopt;
  ChannelSymmetry symmetry;
  symmetry.channels = channels;
  for (std::uint32_t rank = 0; rank < layout.num_ranks(); ++rank) {
    const RankPlace& place = layout.place(RankId(rank));
    symmetry.next.push_back(layout.members(place.domain)[(place.local + 1) % locals]);
  }
  return symmetry;
}

bool keeps_sizes(Kind kind, std::uint32_t by, const Collective& collective) {
  const Collective::Shape& shape = collective.shape();
  if (shape.kind != CollectiveKind::alltoallv) return true;
  if (shape.matrix.empty() && kind == Kind::rotation) return true;  // sizes depend on the distance
  for (std::uint32_t i = 0; i < shape.ranks; ++i) {
    const std::uint32_t image = moved(kind, shape.ranks, i, by);
    for (std::uint32_t j = 0; j < shape.ranks; ++j) {
      if (collective.pair_elements(i, j) != collective.pair_elements(image, moved(kind, shape.ranks, j, by)))
        return false;
    }
  }
  return true;
}

}  // namespace polyplane::collectives
