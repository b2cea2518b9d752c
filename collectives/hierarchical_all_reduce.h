// All-reduce over scale-up domains and rails: (1) in each domain a reduce-scatter, after which each rank has the sum of its part
// of the array; (2) along each rail, between the ranks of equal local in all domains, an all-reduce of that part, by a pattern
// that an algorithm gives; (3) in each domain an all-gather. Only (2) leaves the domain, always on the own rail (NCCL's and
// DeepSeek's multi-rail layout; BlueConnect, Cho et al. 2019).
//
// Inside a domain all peers are written to at once, one lane a peer: a switch gives every pattern full rate. Lanes of a
// rank, for L locals: L-1 send in (1); one adds what arrives in (1), peer by peer; one is the rail (one a stage); L-1 do
// (3). Slices follow each other through these lanes, so that the three phases of different slices overlap.
#pragma once

#include <algorithm>
#include <bit>
#include <cstdint>
#include <memory>
#include <numeric>
#include <optional>
#include <utility>
#include <vector>

#include "collectives/algorithm.h"
#include "collectives/domain_grid.h"
#include "collectives/exchange.h"
#include "collectives/generated_schedule.h"
#include "collectives/own_choice.h"
#include "collectives/piece_sizes.h"
#include "collectives/symmetry.h"

namespace polyplane::collectives {

/// A pattern among domains as a rail of one stage.
template <class Among>
class PlainRail {
 public:
  explicit PlainRail(Among pattern) : pattern_(std::move(pattern)) {}
  [[nodiscard]] std::uint32_t stages() const { return 1; }
  [[nodiscard]] std::uint32_t parts() const { return pattern_.parts(); }
  [[nodiscard]] std::uint32_t steps(std::uint32_t domain, std::uint32_t) const { return pattern_.steps(domain); }
  [[nodiscard]] Exchange at(std::uint32_t domain, std::uint32_t, std::uint32_t step) const {
    return pattern_.at(domain, step);
  }
  [[nodiscard]] const Among& pattern() const { return pattern_; }

 private:
  Among pattern_;
};

template <class Among>
std::vector<RankSymmetry> symmetries_of_rail(const DomainGrid& grid, const PlainRail<Among>& rail) {
  return symmetries_of_grid(grid, rail.pattern().rotates(), rail.pattern().exchanges_by_xor());
}

/// How the array is cut: each plane has a stripe, of which each local sums up a part; units of each, of their sum. Some above
/// 0; a local without units has nothing to do on its rail, and is sent nothing to sum up. Each plane has all lanes for itself.
using Stripes = PlaneShares;

template <class Rail>
class HierarchicalAllReduce : public GeneratedSchedule {
 public:
  HierarchicalAllReduce(const AlgorithmRequest& request, const DomainGrid& grid, const Rail& rail,
                        const Stripes& stripes, std::uint32_t slices)
      : GeneratedSchedule(request.collective, checked_pieces(slices, sum_of(stripes), rail.parts()),
                          checked_pieces(2 * grid.locals() - 1 + rail.stages(), stripes.planes.size()), true),
        grid_(grid),
        rail_(rail),
        slices_(slices),
        peers_(grid.locals() - 1),
        plane_lanes_(2 * grid.locals() - 1 + rail.stages()),
        planes_(stripes.planes),
        units_(stripes.shares),
        first_unit_(units_.size()),
        all_units_(sum_of(stripes)),
        sizes_(request.collective.block_elements(0), pieces(), request.collective.shape().element_bytes) {
    for (std::uint32_t step = 0; step < slices_ * peers_; ++step) peer_of_add_.push_back(step % peers_ + 1);
    std::exclusive_scan(units_.begin(), units_.end(), first_unit_.begin(), 0U);
  }

  [[nodiscard]] std::uint32_t num_steps(RankId rank, std::uint32_t lane) const override {
    const Seat me = seat(rank, lane);
    if (me.lane < add_lane()) return has_units(me, grid_.local_after(me.local, me.lane + 1)) ? slices_ : 0;
    if (me.lane == add_lane()) return has_units(me, me.local) ? slices_ * peers_ : 0;
    if (is_rail(me.lane)) return slices_ * rail_steps(me, stage_of(me.lane));
    const std::uint32_t from = grid_.local_before(me.local, me.lane - last_rail_lane());
    return has_units(me, me.local) || has_units(me, from) ? slices_ : 0;
  }

  [[nodiscard]] Step step(RankId rank, std::uint32_t lane, std::uint32_t step) const override {
    const Seat me = seat(rank, lane);
    if (me.lane < add_lane()) return scatter_step(me, me.lane + 1, step);
    if (me.lane == add_lane()) return add_step(me, step);
    if (is_rail(me.lane)) return rail_step(me, stage_of(me.lane), step);
    return gather_step(me, me.lane - last_rail_lane(), step);
  }

  void payload(RankId rank, std::uint32_t lane, std::uint32_t step, std::vector<ChunkId>& chunks) const override {
    const Seat me = seat(rank, lane);
    std::uint32_t first = 0, count = part_pieces(me, me.local), more_first = 0, more_count = 0;
    if (me.lane < add_lane()) {
      const std::uint32_t to = grid_.local_after(me.local, me.lane + 1);
      first = part(me, step, to);
      count = part_pieces(me, to);
    } else if (is_rail(me.lane)) {
      const RailStep at = rail_at(me, stage_of(me.lane), step);
      const std::uint32_t units = units_of(me, me.local);
      first = part(me, at.slice, me.local) + at.exchange.first * units;
      count = at.exchange.count * units;
      more_first = part(me, at.slice, me.local) + at.exchange.more_first * units;
      more_count = at.exchange.more_count * units;
    } else {
      first = part(me, step, me.local);
    }
    chunks.clear();
    for (std::uint32_t i = 0; i < count; ++i) chunks.push_back(chunk(0, first + i));
    for (std::uint32_t i = 0; i < more_count; ++i) chunks.push_back(chunk(0, more_first + i));
    if (more_count > 0) std::sort(chunks.begin(), chunks.end());
  }

  [[nodiscard]] std::optional<std::int32_t> plane(std::uint32_t lane) const override {
    const std::int32_t plane = planes_[lane / plane_lanes_];
    return plane == PlaneShares::kAnyPlane ? std::nullopt : std::optional(plane);
  }

  [[nodiscard]] std::vector<RankSymmetry> symmetries() const override {
    if (!sizes_.even() || planes_.front() != PlaneShares::kAnyPlane) return {};
    std::vector<RankSymmetry> groups = symmetries_of_rail(grid_, rail_);
    if (!std::ranges::all_of(units_, [&](std::uint32_t units) { return units == units_.front(); })) {
      std::erase_if(groups, [&](RankSymmetry& group) { return !coarsen_to_locals(group); });
    }
    return groups;
  }

 private:
  /// A lane of a rank: which of those of a plane. `first_lane`: the first of that plane; `first_part`: its first local's units.
  struct Seat {
    std::uint32_t domain, local, lane;
    std::uint32_t first_lane, first_part;
  };
  [[nodiscard]] Seat seat(RankId rank, std::uint32_t lane) const {
    const DomainGrid::Cell cell = grid_.cell(rank);
    if (planes_.size() == 1) return {cell.domain, cell.local, lane, 0, 0};
    const std::uint32_t plane = lane / plane_lanes_, first = plane * plane_lanes_;
    return {cell.domain, cell.local, lane - first, first, plane * grid_.locals()};
  }

  struct RailStep {
    std::uint32_t slice, within;
    Exchange exchange;
  };

  [[nodiscard]] std::uint32_t add_lane() const { return peers_; }
  [[nodiscard]] std::uint32_t rail_lane(std::uint32_t stage) const { return peers_ + 1 + stage; }
  [[nodiscard]] std::uint32_t last_rail_lane() const { return peers_ + rail_.stages(); }
  [[nodiscard]] bool is_rail(std::uint32_t lane) const { return lane > add_lane() && lane <= last_rail_lane(); }
  [[nodiscard]] std::uint32_t stage_of(std::uint32_t lane) const { return lane - rail_lane(0); }
  [[nodiscard]] std::uint32_t units_of(const Seat& me, std::uint32_t local) const {
    return units_[me.first_part + local];
  }
  [[nodiscard]] bool has_units(const Seat& me, std::uint32_t local) const { return units_of(me, local) > 0; }
  /// First piece of the part of a slice that one local sums up.
  [[nodiscard]] std::uint32_t part(const Seat& me, std::uint32_t slice, std::uint32_t local) const {
    return (slice * all_units_ + first_unit_[me.first_part + local]) * rail_.parts();
  }
  [[nodiscard]] std::uint32_t part_pieces(const Seat& me, std::uint32_t local) const {
    return units_of(me, local) * rail_.parts();
  }
  /// Of one slice.
  [[nodiscard]] std::uint32_t rail_steps(const Seat& me, std::uint32_t stage) const {
    return has_units(me, me.local) ? rail_.steps(me.domain, stage) : 0;
  }
  static std::uint32_t sum_of(const Stripes& stripes) {
    return std::accumulate(stripes.shares.begin(), stripes.shares.end(), 0U);
  }

  /// The finest of its subgroups that leaves locals where they are, in place of the group; false when there is none.
  [[nodiscard]] bool coarsen_to_locals(RankSymmetry& group) const {
    const std::uint32_t ranks = collective().ranks();
    for (std::uint32_t by = group.stride; by < ranks; by += group.stride) {
      const bool divides = group.kind == RankSymmetry::Kind::rotation ? ranks % by == 0 : std::has_single_bit(by);
      if (!divides || grid_.cell(RankId(moved(group.kind, ranks, 0, by))).local != grid_.cell(RankId(0)).local)
        continue;
      group.stride = by;
      return true;
    }
    return false;
  }
  [[nodiscard]] Dependency summed_in_domain(const Seat& me, std::uint32_t slice) const {
    return {me.first_lane + add_lane(), (slice + 1) * peers_ - 1};
  }

  [[nodiscard]] Step scatter_step(const Seat& me, std::uint32_t distance, std::uint32_t slice) const {
    const std::uint32_t to = grid_.local_after(me.local, distance);
    Step s;
    s.send_to = grid_.rank(me.domain, to);
    s.peer_lane = me.first_lane + add_lane();
    s.peer_step = slice * peers_ + distance - 1;
    s.send_bytes = sizes_.of(part(me, slice, to), part_pieces(me, to));
    return s;
  }

  [[nodiscard]] Step add_step(const Seat& me, std::uint32_t step) const {
    Step s;
    s.receive_from = grid_.rank(me.domain, grid_.local_before(me.local, peer_of_add_[step]));
    s.reduce = true;
    return s;
  }

  /// What a slice waits for at the start of a stage, or after the last one.
  void wait_for_stages_before(const Seat& me, std::uint32_t stage, std::uint32_t slice, Step& s) const {
    while (stage > 0) {
      --stage;
      const std::uint32_t steps = rail_steps(me, stage);
      if (steps == 0) continue;
      s.after[s.num_after++] = {me.first_lane + rail_lane(stage), (slice + 1) * steps - 1};
      return;
    }
    if (peers_ > 0) s.after[s.num_after++] = summed_in_domain(me, slice);
  }

  [[nodiscard]] RailStep rail_at(const Seat& me, std::uint32_t stage, std::uint32_t step) const {
    const std::uint32_t steps = rail_.steps(me.domain, stage);
    const std::uint32_t slice = slices_ == 1 ? 0 : step / steps;
    const std::uint32_t within = step - slice * steps;
    return {slice, within, rail_.at(me.domain, stage, within)};
  }

  [[nodiscard]] Step rail_step(const Seat& me, std::uint32_t stage, std::uint32_t step) const {
    const RailStep at = rail_at(me, stage, step);
    const Exchange& e = at.exchange;
    Step s;
    if (e.to != Exchange::kNone) {
      const std::uint32_t base = part(me, at.slice, me.local), units = units_of(me, me.local);
      s.send_to = grid_.rank(e.to, me.local);
      s.peer_lane = me.first_lane + rail_lane(stage);
      s.peer_step = at.slice * rail_.steps(e.to, stage) + e.peer_step;
      s.send_bytes = sizes_.of(base + e.first * units, e.count * units) +
                     sizes_.of(base + e.more_first * units, e.more_count * units);
    }
    if (e.from != Exchange::kNone) s.receive_from = grid_.rank(e.from, me.local);
    s.reduce = e.reduce;
    if (at.within == 0) wait_for_stages_before(me, stage, at.slice, s);
    return s;
  }

  /// A local without units has nothing to give, one before it nothing to get.
  [[nodiscard]] Step gather_step(const Seat& me, std::uint32_t distance, std::uint32_t slice) const {
    Step s;
    const std::uint32_t from = grid_.local_before(me.local, distance);
    if (has_units(me, from)) s.receive_from = grid_.rank(me.domain, from);
    if (!has_units(me, me.local)) return s;
    s.send_to = grid_.rank(me.domain, grid_.local_after(me.local, distance));
    s.peer_lane = me.first_lane + last_rail_lane() + distance;
    s.peer_step = slice;
    s.send_bytes = sizes_.of(part(me, slice, me.local), part_pieces(me, me.local));
    wait_for_stages_before(me, rail_.stages(), slice, s);
    return s;
  }

  DomainGrid grid_;
  Rail rail_;
  std::uint32_t slices_, peers_, plane_lanes_;
  std::vector<std::int32_t> planes_;
  std::vector<std::uint32_t> units_, first_unit_;  // [plane * locals + local]
  std::uint32_t all_units_;
  PieceSizes sizes_;
  std::vector<std::uint32_t> peer_of_add_;  // distance of the peer whose data an add step takes
};

inline constexpr Bytes kLeastSlice{512 << 10};  // of own choice

/// Own choice of slices: of a part that are at least kLeastSlice, at most `most_slices`.
template <class Rail>
std::unique_ptr<Schedule> make_hierarchical(const AlgorithmRequest& request, const DomainGrid& grid, const Rail& rail,
                                            const Stripes& stripes, std::uint32_t most_slices) {
  const Bytes part(request.collective.size().count() / static_cast<std::int64_t>(stripes.shares.size()));
  const std::uint32_t slices = request.slices == 0 ? choose_slices(part, kLeastSlice, most_slices) : request.slices;
  return std::make_unique<HierarchicalAllReduce<Rail>>(request, grid, rail, stripes, slices);
}

/// With parts of equal size.
template <class Rail>
std::unique_ptr<Schedule> make_hierarchical(const AlgorithmRequest& request, const DomainGrid& grid, const Rail& rail,
                                            std::uint32_t most_slices) {
  const Stripes even{{PlaneShares::kAnyPlane}, std::vector<std::uint32_t>(grid.locals(), 1)};
  return make_hierarchical(request, grid, rail, even, most_slices);
}

}  // namespace polyplane::collectives
