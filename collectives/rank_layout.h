// All that an algorithm may know of the cluster: how many ranks there are and what they share. No graph, no links.
#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

#include "base/ids.h"
#include "collectives/rank_grid.h"
#include "collectives/reducers.h"

namespace polyplane::collectives {

/// Where one rank sits. Indices are dense over the ranks of this communicator (nodes without a rank do not count).
struct RankPlace {
  std::uint32_t domain = 0;  // scale-up domain (node): members talk without the scale-out fabric
  std::uint32_t local = 0;   // position among the ranks of its domain, in rank order
  std::uint32_t rail = 0;    // index of its NIC in its node: on `planes: per_nic`, its plane
  std::uint32_t site = 0;    // cluster of several that a thin link joins; a domain lies in one of them
  std::uint32_t node =
      0;  // where a domain spans several nodes: which of them, so that rails of one name are told apart
  friend bool operator==(const RankPlace&, const RankPlace&) = default;
};

/// How the cards of domains that are alike reach the fabric, where that is more than one way each at equal rates.
struct PlaneShares {
  /// Planes that every card has ports on, ascending; one of kAnyPlane: what each card has is one stripe, whichever plane.
  std::vector<std::int32_t> planes;
  /// [plane * locals + local], in whole numbers whose ratios tell: rate of the ports of that local, of the slowest of its
  /// domains. Some above 0; a plane that is slow or has failed shows here.
  std::vector<std::uint32_t> shares;
  static constexpr std::int32_t kAnyPlane = -1;
  [[nodiscard]] bool even() const {
    return std::ranges::all_of(shares, [this](std::uint32_t share) { return share == shares.front(); });
  }
  friend bool operator==(const PlaneShares&, const PlaneShares&) = default;
};

/// Value type; rank r is places[r]. Order of ranks is free (a rank map may permute them).
class RankLayout {
 public:
  /// REQUIRES: at least one place; domains and sites dense from 0; `local` dense within each domain; one site a domain.
  RankLayout(std::vector<RankPlace> places, bool rails_meet);

  /// n ranks in domains of `per_domain` (the last may be smaller), rail = local. For tests and plain networks.
  static RankLayout regular(std::uint32_t ranks, std::uint32_t per_domain, bool rails_meet = true);
  /// Likewise, in sites of `per_site` ranks. REQUIRES: `per_domain` divides `per_site`.
  static RankLayout regular_sites(std::uint32_t ranks, std::uint32_t per_domain, std::uint32_t per_site,
                                  bool rails_meet = true);

  [[nodiscard]] std::uint32_t num_ranks() const { return static_cast<std::uint32_t>(places_.size()); }
  [[nodiscard]] std::uint32_t num_domains() const { return static_cast<std::uint32_t>(members_.size()); }
  [[nodiscard]] std::uint32_t num_sites() const { return static_cast<std::uint32_t>(site_domains_.size()); }
  /// Domains of a site, ascending.
  [[nodiscard]] const std::vector<std::uint32_t>& site_domains(std::uint32_t site) const { return site_domains_[site]; }
  [[nodiscard]] const RankPlace& place(RankId rank) const { return places_[rank.index()]; }
  /// Ranks of a domain by `local`.
  [[nodiscard]] const std::vector<RankId>& members(std::uint32_t domain) const { return members_[domain]; }
  /// Every domain has the same number of ranks and the same rails in the same order; then that number, else 0.
  [[nodiscard]] std::uint32_t uniform_domain_size() const { return uniform_; }
  /// Can two cards on different rails reach each other through the fabric (false when every rail is a plane of its
  /// own)?
  [[nodiscard]] bool rails_meet() const { return rails_meet_; }
  /// Where the ranks fill a box of one torus or mesh of cards that forward; else none.
  [[nodiscard]] const std::optional<RankGrid>& grid() const { return grid_; }
  /// REQUIRES: a grid of these ranks.
  void set_grid(std::optional<RankGrid> grid) { grid_ = std::move(grid); }
  /// Where the ranks of every domain fill such a box, the same one, with local l in the same cell of all: that box, of locals
  /// instead of ranks; else none.
  [[nodiscard]] const std::optional<RankGrid>& domain_grid() const { return domain_grid_; }
  /// REQUIRES: a grid of uniform_domain_size() locals.
  void set_domain_grid(std::optional<RankGrid> grid) { domain_grid_ = std::move(grid); }
  /// Ever larger groups of domains inside the sites, the smallest first: [level][domain] is the number of its group, dense
  /// from 0. What the fabric has of them: domains on one leaf, then those below one set of spines. None unless set.
  [[nodiscard]] const std::vector<std::vector<std::uint32_t>>& groups() const { return groups_; }
  /// REQUIRES: groups of these domains, each within one of the next level and the last within a site.
  void set_groups(std::vector<std::vector<std::uint32_t>> groups);
  /// None: every card has one way into the fabric, all at one rate, or domains are not alike.
  [[nodiscard]] const std::optional<PlaneShares>& plane_shares() const { return plane_shares_; }
  /// REQUIRES: of uniform_domain_size() locals.
  void set_plane_shares(std::optional<PlaneShares> shares);
  /// Switches that reduce and multicast. None unless set.
  [[nodiscard]] const Reducers& reducers() const { return reducers_; }
  /// REQUIRES: of these ranks and domains.
  void set_reducers(Reducers reducers);
  friend bool operator==(const RankLayout&, const RankLayout&) = default;

 private:
  void find_sites();

  std::vector<RankPlace> places_;
  std::vector<std::vector<RankId>> members_;
  std::vector<std::vector<std::uint32_t>> site_domains_;
  std::uint32_t uniform_ = 0;
  bool rails_meet_ = true;
  std::optional<RankGrid> grid_, domain_grid_;
  std::vector<std::vector<std::uint32_t>> groups_;
  std::optional<PlaneShares> plane_shares_;
  Reducers reducers_;
};

}  // namespace polyplane::collectives
