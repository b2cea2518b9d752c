// The all-reduce of one rail over levels of domains (those of a leaf, leaves of a pod, pods, sites: collectives/rank_levels.h):
// from the smallest groups to the largest a reduce-scatter at each level among the members of a group that have to do with the
// same part, at the outermost also the all-gather, then all-gathers on the way back in. Each level sends what the one inside it
// has left, 1 / extent. A level of n members takes ceil(log2 n) steps a way: by vector halving and doubling where n is a power of
// two, else by Bruck's pattern.
#pragma once

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "collectives/domain_grid.h"
#include "collectives/exchange.h"
#include "collectives/rank_levels.h"
#include "collectives/symmetry.h"

namespace polyplane::collectives {

/// Reduce-scatter and all-gather among the members of one group.
class LevelPattern {
 public:
  explicit LevelPattern(std::uint32_t extent)
      : extent_(extent),
        halves_(std::has_single_bit(extent)),
        halving_(extent, Pattern::reduce_scatter),
        doubling_(extent, Pattern::all_gather),
        scatter_(extent, Pattern::reduce_scatter),
        gather_(extent, Pattern::all_gather) {}

  [[nodiscard]] std::uint32_t extent() const { return extent_; }
  [[nodiscard]] std::uint32_t steps_a_way() const { return scatter_.steps(0); }
  [[nodiscard]] Exchange scatter(std::uint32_t member, std::uint32_t step) const {
    return halves_ ? halving_.at(member, step) : scatter_.at(member, step);
  }
  [[nodiscard]] Exchange gather(std::uint32_t member, std::uint32_t step) const {
    return halves_ ? doubling_.at(member, step) : gather_.at(member, step);
  }
  /// The part that a member owns, and the member that owns a part.
  [[nodiscard]] std::uint32_t part_of(std::uint32_t member) const {
    return halves_ ? halving_.reversed(member) : member;
  }
  /// Do members that move as the first two meet whom they met, moved?
  [[nodiscard]] bool moves_alike(std::uint32_t from, std::uint32_t to, std::uint32_t first_from,
                                 std::uint32_t first_to) const {
    if (halves_) return (from ^ to) == (first_from ^ first_to);
    return (to + extent_ - from) % extent_ == (first_to + extent_ - first_from) % extent_;
  }

 private:
  std::uint32_t extent_;
  bool halves_;
  HalvingDoublingExchange halving_, doubling_;  // of powers of two
  BruckExchange scatter_, gather_;              // of others
};

/// A pattern among domains for HierarchicalAllReduce; participants are domains. Parts are numbered by what the domain that sums
/// them up owns at each level, the smallest groups being the slowest.
class LevelExchange {
 public:
  /// REQUIRES: at least one level.
  explicit LevelExchange(const RankLevels& levels)
      : patterns_(levels.extents.begin(), levels.extents.end()), strides_(patterns_.size()) {
    for (std::size_t level = patterns_.size(); level-- > 0;) {
      strides_[level] = domains_;
      domains_ *= patterns_[level].extent();
    }
    part_.resize(domains_);
    domain_.resize(domains_);
    for (std::uint32_t domain = 0; domain < domains_; ++domain) {
      for (std::size_t level = 0; level < patterns_.size(); ++level) {
        part_[domain] += patterns_[level].part_of(levels.digit[level][domain]) * strides_[level];
      }
      domain_[part_[domain]] = domain;
    }
  }

  [[nodiscard]] std::uint32_t parts() const { return domains_; }
  /// Levels on the way out, the last of them both ways, and levels on the way back in. A peer is always in the same stage.
  [[nodiscard]] std::uint32_t stages() const { return 2 * outermost() + 1; }
  [[nodiscard]] std::uint32_t steps(std::uint32_t, std::uint32_t stage) const {
    const std::uint32_t one_way = patterns_[level_of(stage)].steps_a_way();
    return stage == outermost() ? 2 * one_way : one_way;
  }

  [[nodiscard]] Exchange at(std::uint32_t domain, std::uint32_t stage, std::uint32_t step) const {
    const std::uint32_t level = level_of(stage);
    const LevelPattern& pattern = patterns_[level];
    const std::uint32_t stride = strides_[level], mine = member(domain, level), one_way = pattern.steps_a_way();
    const bool gathers = stage > outermost() || step >= one_way;
    Exchange e =
        gathers ? pattern.gather(mine, stage == outermost() ? step - one_way : step) : pattern.scatter(mine, step);
    e.peer_step = step;
    const std::uint32_t rest = part_[domain] - pattern.part_of(mine) * stride;
    e.to = domain_[rest + pattern.part_of(e.to) * stride];
    e.from = domain_[rest + pattern.part_of(e.from) * stride];
    // Parts of which what the levels inside this one own is the own, as two runs where they go past the last.
    const std::uint32_t base = rest / (stride * pattern.extent()) * (stride * pattern.extent());
    const std::uint32_t first_run = std::min(e.count, pattern.extent() - e.first);
    e.more_first = base;
    e.more_count = (e.count - first_run) * stride;
    e.first = base + e.first * stride;
    e.count = first_run * stride;
    return e;
  }

  /// Does a domain move at each level as another one does?
  [[nodiscard]] bool moves_alike(std::uint32_t from, std::uint32_t to, std::uint32_t first_from,
                                 std::uint32_t first_to) const {
    for (std::uint32_t level = 0; level < patterns_.size(); ++level) {
      if (!patterns_[level].moves_alike(member(from, level), member(to, level), member(first_from, level),
                                        member(first_to, level))) {
        return false;
      }
    }
    return true;
  }

 private:
  [[nodiscard]] std::uint32_t outermost() const { return static_cast<std::uint32_t>(patterns_.size()) - 1; }
  [[nodiscard]] std::uint32_t level_of(std::uint32_t stage) const {
    return stage <= outermost() ? stage : 2 * outermost() - stage;
  }
  [[nodiscard]] std::uint32_t member(std::uint32_t domain, std::uint32_t level) const {
    return patterns_[level].part_of(part_[domain] / strides_[level] % patterns_[level].extent());
  }

  std::vector<LevelPattern> patterns_;  // by level, from the inside
  std::vector<std::uint32_t> strides_;
  std::uint32_t domains_ = 1;
  std::vector<std::uint32_t> part_, domain_;  // of a domain, and the other way round
};

/// Moves at every level by a distance (or an exclusive or) of its own, and of all locals by a distance.
[[nodiscard]] inline std::vector<RankSymmetry> symmetries_of_rail(const DomainGrid& grid, const LevelExchange& rail) {
  using Kind = RankSymmetry::Kind;
  const std::uint32_t ranks = grid.domains() * grid.locals();
  const auto holds = [&](Kind kind, std::uint32_t by) {
    const DomainGrid::Cell first = grid.cell(RankId(0)), first_image = grid.cell(RankId(moved(kind, ranks, 0, by)));
    const std::uint32_t locals = grid.local_before(first_image.local, first.local);
    for (std::uint32_t rank = 0; rank < ranks; ++rank) {
      const DomainGrid::Cell from = grid.cell(RankId(rank)), to = grid.cell(RankId(moved(kind, ranks, rank, by)));
      if (to.local != grid.local_after(from.local, locals)) return false;
      if (!rail.moves_alike(from.domain, to.domain, first.domain, first_image.domain)) return false;
    }
    return true;
  };
  std::vector<RankSymmetry> groups;
  for (const Kind kind : {Kind::rotation, Kind::exclusive_or}) {
    add_finest(kind, ranks, [&](std::uint32_t by) { return holds(kind, by); }, groups);
  }
  return groups;
}

}  // namespace polyplane::collectives
