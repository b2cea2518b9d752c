// The all-reduce of one rail over levels of domains whose groups differ in size (pods of 8, 8 and 4 leaves:
// collectives/rank_levels.h), as collectives/level_exchange.h does where they do not: reduce-scatters on the way out, at the
// outermost level also the all-gather, all-gathers on the way back in, each among the members of a group by Bruck's pattern.
//
// The members of a small group own larger shares than those of a large one. So the parts that a member has to do with at the
// next level fall into *runs*, in each of which every member of the group there has one owner; a run is summed up by these
// owners, and cut among them as evenly as its parts allow. A domain does its runs of a level one after the other, in the order
// of their parts, which is the same for all: none waits in a circle. Where groups are even there is one run a domain. Where
// their sizes have nothing in common there are up to as many as the groups have children, each with steps of its own.
//
// Nothing is sent that is empty: a run of fewer parts than owners leaves some of them out. No group sends more to the others
// than it would if all were even; the owners in a small group send more than those in a large one.
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

/// A pattern among domains for HierarchicalAllReduce; participants are domains.
class UnevenLevelExchange {
 public:
  /// REQUIRES: at least one level.
  explicit UnevenLevelExchange(const RankLevels& levels)
      : parts_(parts_for(levels)), seats_(levels.extents.size()), steps_a_way_(levels.extents.size()) {
    const auto domains = static_cast<std::uint32_t>(levels.digit.front().size());
    std::vector<std::vector<Share>> of_unit(domains);  // what each domain of a group owns, by its first part
    std::vector<std::uint32_t> unit(domains);          // a domain, then its group of each level
    for (std::uint32_t domain = 0; domain < domains; ++domain) {
      of_unit[domain] = {{0, parts_, domain}};
      unit[domain] = domain;
    }
    for (std::size_t level = 0; level < levels.extents.size(); ++level) {
      seats_[level].resize(domains);
      steps_a_way_[level].resize(domains);
      const std::vector<std::uint32_t>& group = levels.group[level];
      std::vector<std::vector<std::uint32_t>> members(1 + *std::ranges::max_element(group));
      for (std::uint32_t domain = 0; domain < domains; ++domain) {
        std::vector<std::uint32_t>& units = members[group[domain]];
        if (levels.digit[level][domain] == units.size()) units.push_back(unit[domain]);
      }
      std::vector<std::vector<Share>> of_group;
      for (const std::vector<std::uint32_t>& units : members) of_group.push_back(join(level, units, of_unit));
      of_unit = std::move(of_group);
      unit = group;
    }
  }

  [[nodiscard]] std::uint32_t parts() const { return parts_; }
  /// Levels on the way out, the last of them both ways, and levels on the way back in. A peer is always in the same stage.
  [[nodiscard]] std::uint32_t stages() const { return 2 * outermost() + 1; }
  [[nodiscard]] std::uint32_t steps(std::uint32_t domain, std::uint32_t stage) const {
    return ways(stage) * steps_a_way_[level_of(stage)][domain];
  }

  [[nodiscard]] Exchange at(std::uint32_t domain, std::uint32_t stage, std::uint32_t step) const {
    const std::vector<Seat>& seats = seats_[level_of(stage)][domain];
    const auto after =
        std::ranges::upper_bound(seats, step, {}, [&](const Seat& seat) { return ways(stage) * seat.first_step; });
    const Seat& seat = *(after - 1);
    const Run& run = runs_[seat.run];
    const std::uint32_t within = step - ways(stage) * seat.first_step, one_way = steps_of(run.owners);
    const bool gathers = stage > outermost() || within >= one_way;
    const BruckExchange pattern(run.owners, gathers ? Pattern::all_gather : Pattern::reduce_scatter);
    const std::uint32_t at = stage == outermost() && gathers ? within - one_way : within;
    Exchange e = pattern.at(seat.owner, at);
    const Exchange incoming = in_parts(run, pattern.at(e.from, at));
    const Owner& to = owners_[run.first_owner + e.to];
    e = in_parts(run, e);
    e.from = incoming.count + incoming.more_count > 0 ? owners_[run.first_owner + e.from].domain : Exchange::kNone;
    e.to = e.count + e.more_count > 0 ? to.domain : Exchange::kNone;
    e.peer_step = ways(stage) * to.first_step + within;
    return e;
  }

 private:
  struct Share {
    std::uint32_t first, count, domain;
  };
  struct Run {
    std::uint32_t first, count;         // parts
    std::uint32_t first_owner, owners;  // in owners_, above 1
  };
  struct Owner {
    std::uint32_t domain, first_step;  // one way
  };
  struct Seat {
    std::uint32_t run, owner, first_step;  // one way
  };

  /// A multiple of what nests evenly in the largest groups, so that shares of few parts are rare.
  static std::uint32_t parts_for(const RankLevels& levels) {
    const std::uint64_t domains = levels.digit.front().size(), enough = 4 * domains, most = 16 * domains;
    std::uint64_t nested = 1;
    for (const std::uint32_t extent : levels.extents) nested = std::min(most, nested * extent);
    return static_cast<std::uint32_t>((enough + nested - 1) / nested * nested);
  }

  static std::uint32_t steps_of(std::uint32_t owners) { return static_cast<std::uint32_t>(std::bit_width(owners - 1)); }
  /// First part of a run that its owner of this number sums up, counted from that of the run.
  static std::uint32_t cut(const Run& run, std::uint32_t owner) {
    return static_cast<std::uint32_t>(std::uint64_t{run.count} * owner / run.owners);
  }
  /// From shares of a run, cyclic, to parts, as two stretches where they go past the last.
  static Exchange in_parts(const Run& run, Exchange e) {
    const std::uint32_t end = e.first + e.count, first = cut(run, e.first);
    e.count = cut(run, std::min(end, run.owners)) - first;
    e.first = run.first + first;
    e.more_first = run.first;
    e.more_count = end > run.owners ? cut(run, end - run.owners) : 0;
    return e;
  }

  /// The runs of a group of these units; what each of its domains then owns.
  std::vector<Share> join(std::size_t level, const std::vector<std::uint32_t>& units,
                          const std::vector<std::vector<Share>>& of_unit) {
    if (units.size() == 1) return of_unit[units.front()];
    std::vector<std::uint32_t> ends;
    for (const std::uint32_t unit : units) {
      for (const Share& share : of_unit[unit]) ends.push_back(share.first + share.count);
    }
    std::ranges::sort(ends);
    const auto twice = std::ranges::unique(ends);
    ends.erase(twice.begin(), twice.end());
    std::vector<std::size_t> next(units.size());  // share of each unit
    std::vector<Share> shares;
    std::uint32_t first = 0;
    for (const std::uint32_t end : ends) {
      const Run run{first, end - first, static_cast<std::uint32_t>(owners_.size()),
                    static_cast<std::uint32_t>(units.size())};
      for (std::uint32_t owner = 0; owner < run.owners; ++owner) {
        const std::vector<Share>& own = of_unit[units[owner]];
        const std::uint32_t domain = own[next[owner]].domain;
        if (own[next[owner]].first + own[next[owner]].count == end) ++next[owner];
        std::uint32_t& steps = steps_a_way_[level][domain];
        owners_.push_back({domain, steps});
        seats_[level][domain].push_back({static_cast<std::uint32_t>(runs_.size()), owner, steps});
        steps += steps_of(run.owners);
        const std::uint32_t from = cut(run, owner), to = cut(run, owner + 1);
        if (to > from) shares.push_back({first + from, to - from, domain});
      }
      runs_.push_back(run);
      first = end;
    }
    return shares;
  }

  [[nodiscard]] std::uint32_t outermost() const { return static_cast<std::uint32_t>(seats_.size()) - 1; }
  [[nodiscard]] std::uint32_t level_of(std::uint32_t stage) const {
    return stage <= outermost() ? stage : 2 * outermost() - stage;
  }
  [[nodiscard]] std::uint32_t ways(std::uint32_t stage) const { return stage == outermost() ? 2 : 1; }

  std::uint32_t parts_;
  std::vector<Run> runs_;                                // level by level, group by group
  std::vector<Owner> owners_;                            // run by run
  std::vector<std::vector<std::vector<Seat>>> seats_;    // [level][domain]: its runs, ascending
  std::vector<std::vector<std::uint32_t>> steps_a_way_;  // [level][domain]
};

/// Moves of all locals by a distance; domains stay.
[[nodiscard]] inline std::vector<RankSymmetry> symmetries_of_rail(const DomainGrid& grid, const UnevenLevelExchange&) {
  using Kind = RankSymmetry::Kind;
  const std::uint32_t ranks = grid.domains() * grid.locals();
  const auto holds = [&](Kind kind, std::uint32_t by) {
    const std::uint32_t first = grid.cell(RankId(0)).local, image = grid.cell(RankId(moved(kind, ranks, 0, by))).local;
    const std::uint32_t locals = grid.local_before(image, first);
    for (std::uint32_t rank = 0; rank < ranks; ++rank) {
      const DomainGrid::Cell from = grid.cell(RankId(rank)), to = grid.cell(RankId(moved(kind, ranks, rank, by)));
      if (to.domain != from.domain || to.local != grid.local_after(from.local, locals)) return false;
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
