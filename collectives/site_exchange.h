// The all-reduce of one rail over several sites (clusters that a thin link joins): reduce-scatter among the domains of
// the site by vector halving; all-reduce of what each then owns, between the domains of equal place in all sites, by
// Bruck's reduce-scatter and all-gather; all-gather inside the site by vector doubling. With S bytes on the rail and I
// sites, 2 (I - 1) / I S bytes leave each site (the least an all-reduce can do), in 2 ceil(log2 I) steps over the thin
// link. Domains beyond a power of two are folded inside their site before and after (collectives/exchange.h).
#pragma once

#include <algorithm>
#include <bit>
#include <cstdint>
#include <string>
#include <vector>

#include "collectives/algorithm.h"
#include "collectives/domain_grid.h"
#include "collectives/exchange.h"
#include "collectives/rank_layout.h"
#include "collectives/symmetry.h"

namespace polyplane::collectives {

class SiteExchange {
 public:
  /// Participants are domains. REQUIRES: sites with equally many.
  explicit SiteExchange(const RankLayout& layout)
      : sites_(layout.num_sites()),
        slots_(static_cast<std::uint32_t>(layout.site_domains(0).size())),
        inside_(slots_, Pattern::all_reduce),
        scatter_(sites_, Pattern::reduce_scatter),
        gather_(sites_, Pattern::all_gather),
        crossing_(scatter_.steps(0) + gather_.steps(0)),
        cell_(layout.num_domains()) {
    for (std::uint32_t site = 0; site < sites_; ++site) {
      for (std::uint32_t slot = 0; slot < slots_; ++slot) {
        const std::uint32_t domain = layout.site_domains(site)[slot];
        domain_.push_back(domain);
        cell_[domain] = {site, slot};
      }
    }
  }

  struct Cell {
    std::uint32_t site = 0, slot = 0;
  };
  [[nodiscard]] std::uint32_t sites() const { return sites_; }
  [[nodiscard]] Cell cell(std::uint32_t domain) const { return cell_[domain]; }
  /// Inside a site: flipping a bit of all slots changes nothing in whom they meet.
  [[nodiscard]] bool slots_meet_by_xor() const { return inside_.exchanges_by_xor(); }

  [[nodiscard]] std::uint32_t parts() const { return inside_.parts() * sites_; }
  /// Summing inside the site, crossing, gathering inside the site. A peer is always in the same stage.
  [[nodiscard]] std::uint32_t stages() const { return 3; }
  [[nodiscard]] std::uint32_t steps(std::uint32_t domain, std::uint32_t stage) const {
    const std::uint32_t slot = cell_[domain].slot;
    if (stage == kCrossing) return is_folded(slot) ? 0 : crossing_;
    return stage < kCrossing ? steps_before(slot) : inside_.steps(slot) - steps_before(slot);
  }

  [[nodiscard]] Exchange at(std::uint32_t domain, std::uint32_t stage, std::uint32_t step) const {
    const Cell me = cell_[domain];
    if (stage == kCrossing) return across(me, step);
    if (stage < kCrossing) return within(me, inside_.at(me.slot, step));
    Exchange e = inside_.at(me.slot, steps_before(me.slot) + step);
    if (e.to != Exchange::kNone) e.peer_step -= steps_before(e.to);
    return within(me, e);
  }

 private:
  static constexpr std::uint32_t kCrossing = 1;
  [[nodiscard]] bool has_folded(std::uint32_t slot) const { return slot < 2 * inside_.folded(); }
  [[nodiscard]] bool is_folded(std::uint32_t slot) const { return has_folded(slot) && slot % 2 == 1; }
  [[nodiscard]] std::uint32_t steps_before(std::uint32_t slot) const {
    if (is_folded(slot)) return 1;
    const auto levels = static_cast<std::uint32_t>(std::bit_width(inside_.parts())) - 1;
    return levels + (has_folded(slot) ? 1 : 0);
  }
  [[nodiscard]] std::uint32_t domain_at(std::uint32_t site, std::uint32_t slot) const {
    return domain_[site * slots_ + slot];
  }

  [[nodiscard]] Exchange within(Cell me, Exchange e) const {
    if (e.to != Exchange::kNone) e.to = domain_at(me.site, e.to);
    if (e.from != Exchange::kNone) e.from = domain_at(me.site, e.from);
    e.first *= sites_;
    e.count *= sites_;
    return e;
  }

  [[nodiscard]] Exchange across(Cell me, std::uint32_t step) const {
    const std::uint32_t scatters = scatter_.steps(0);
    Exchange e = step < scatters ? scatter_.at(me.site, step) : gather_.at(me.site, step - scatters);
    e.to = domain_at(e.to, me.slot);
    e.from = domain_at(e.from, me.slot);
    e.peer_step = step;
    const std::uint32_t core = has_folded(me.slot) ? me.slot / 2 : me.slot - inside_.folded();
    const std::uint32_t base = inside_.reversed(core) * sites_;
    const std::uint32_t first_run = std::min(e.count, sites_ - e.first);
    e.more_first = base;
    e.more_count = e.count - first_run;
    e.first += base;
    e.count = first_run;
    return e;
  }

  std::uint32_t sites_, slots_;
  HalvingDoublingExchange inside_;
  BruckExchange scatter_, gather_;
  std::uint32_t crossing_;  // steps between sites
  std::vector<Cell> cell_;  // by domain
  std::vector<std::uint32_t> domain_;
};

/// Moves all sites by a distance (or by xor, where there are two) and all locals by a distance; slots stay (or are
/// flipped, where they meet by xor).
[[nodiscard]] inline std::vector<RankSymmetry> symmetries_of_rail(const DomainGrid& grid, const SiteExchange& rail) {
  using Kind = RankSymmetry::Kind;
  const std::uint32_t ranks = grid.domains() * grid.locals();
  const auto holds = [&](Kind kind, std::uint32_t by) {
    const DomainGrid::Cell from = grid.cell(RankId(0)), to = grid.cell(RankId(by));
    const SiteExchange::Cell from_cell = rail.cell(from.domain), to_cell = rail.cell(to.domain);
    const std::uint32_t locals = grid.local_before(to.local, from.local);
    const std::uint32_t sites = (to_cell.site + rail.sites() - from_cell.site) % rail.sites();
    const std::uint32_t flipped = to_cell.slot ^ from_cell.slot;
    if (flipped != 0 && !rail.slots_meet_by_xor()) return false;
    for (std::uint32_t rank = 0; rank < ranks; ++rank) {
      const DomainGrid::Cell old_cell = grid.cell(RankId(rank));
      const DomainGrid::Cell new_cell = grid.cell(RankId(moved(kind, ranks, rank, by)));
      const SiteExchange::Cell old_place = rail.cell(old_cell.domain), new_place = rail.cell(new_cell.domain);
      if (new_cell.local != grid.local_after(old_cell.local, locals)) return false;
      if (new_place.site != (old_place.site + sites) % rail.sites()) return false;
      if (new_place.slot != (old_place.slot ^ flipped)) return false;
    }
    return true;
  };
  std::vector<RankSymmetry> groups;
  for (const Kind kind : {Kind::rotation, Kind::exclusive_or}) {
    add_finest(kind, ranks, [&](std::uint32_t by) { return holds(kind, by); }, groups);
  }
  return groups;
}

/// Algorithm::cannot of what builds on a SiteExchange.
[[nodiscard]] inline std::string needs_equal_sites(const AlgorithmRequest& request) {
  const RankLayout& layout = request.layout;
  if (std::string why = needs_equal_domains(request); !why.empty()) return why;
  for (std::uint32_t site = 1; site < layout.num_sites(); ++site) {
    if (layout.site_domains(site).size() != layout.site_domains(0).size()) return "needs clusters of equal size";
  }
  return layout.num_sites() > 1 ? "" : "needs several clusters that are joined";
}

}  // namespace polyplane::collectives
