#include "collectives/rank_layout.h"

#include <algorithm>
#include <utility>

#include "base/check.h"

namespace polyplane::collectives {

RankLayout::RankLayout(std::vector<RankPlace> places, bool rails_meet)
    : places_(std::move(places)), rails_meet_(rails_meet) {
  CHECK(!places_.empty(), "a layout needs at least one rank");
  for (std::uint32_t rank = 0; rank < num_ranks(); ++rank) {
    const RankPlace& place = places_[rank];
    CHECK(place.domain < num_ranks() && place.local < num_ranks(), "domains and locals are dense");
    if (place.domain >= members_.size()) members_.resize(std::size_t{place.domain} + 1);
    std::vector<RankId>& members = members_[place.domain];
    if (place.local >= members.size()) members.resize(std::size_t{place.local} + 1);
    CHECK(!members[place.local].valid(), "two ranks with one place");
    members[place.local] = RankId(rank);
  }
  for (const auto& members : members_) {
    CHECK(!members.empty(), "a domain without ranks: domains are dense");
    for (const RankId rank : members) CHECK(rank.valid(), "a gap in the locals of a domain: locals are dense");
  }
  find_sites();
  const auto like_first = [this](const std::vector<RankId>& members) {
    return std::equal(members.begin(), members.end(), members_[0].begin(), members_[0].end(),
                      [this](RankId a, RankId b) { return place(a).rail == place(b).rail; });
  };
  if (std::all_of(members_.begin(), members_.end(), like_first)) {
    uniform_ = static_cast<std::uint32_t>(members_[0].size());
  }
}

void RankLayout::set_reducers(Reducers reducers) {
  CHECK(reducers.domain_switches.empty() || reducers.domain_switches.size() == num_domains(), "switches by domain");
  for (const ReductionTree& tree : reducers.trees) CHECK(tree.leaf_of.size() == num_ranks(), "leaves by rank");
  reducers_ = std::move(reducers);
}

void RankLayout::set_groups(std::vector<std::vector<std::uint32_t>> groups) {
  std::vector<std::uint32_t> site(num_domains());
  for (std::uint32_t domain = 0; domain < num_domains(); ++domain) site[domain] = place(members_[domain].front()).site;
  for (std::size_t level = 0; level < groups.size(); ++level) {
    CHECK(groups[level].size() == num_domains(), "groups by domain");
    const std::vector<std::uint32_t>& above = level + 1 < groups.size() ? groups[level + 1] : site;
    std::vector<std::uint32_t> parent(num_domains(), UINT32_MAX);  // by group
    for (std::uint32_t domain = 0; domain < num_domains(); ++domain) {
      const std::uint32_t group = groups[level][domain];
      CHECK(group < num_domains(), "groups are dense");
      if (parent[group] == UINT32_MAX) parent[group] = above[domain];
      CHECK(parent[group] == above[domain], "a group in two larger ones");
    }
  }
  groups_ = std::move(groups);
}

void RankLayout::set_plane_shares(std::optional<PlaneShares> shares) {
  if (shares) {
    CHECK(!shares->planes.empty() && uniform_ > 0, "shares of domains that are alike");
    CHECK(shares->shares.size() == shares->planes.size() * uniform_, "shares by plane and local");
    CHECK(*std::ranges::max_element(shares->shares) > 0, "no card reaches the fabric");
  }
  plane_shares_ = std::move(shares);
}

void RankLayout::find_sites() {
  for (std::uint32_t domain = 0; domain < num_domains(); ++domain) {
    const std::uint32_t site = place(members_[domain].front()).site;
    for (const RankId rank : members_[domain]) CHECK(place(rank).site == site, "a domain in two sites");
    CHECK(site < num_domains(), "sites are dense");
    if (site >= site_domains_.size()) site_domains_.resize(std::size_t{site} + 1);
    site_domains_[site].push_back(domain);
  }
  for (const auto& domains : site_domains_) CHECK(!domains.empty(), "a site without ranks: sites are dense");
}

RankLayout RankLayout::regular(std::uint32_t ranks, std::uint32_t per_domain, bool rails_meet) {
  CHECK(ranks > 0 && per_domain > 0, "a layout needs ranks and domains to put them in");
  std::vector<RankPlace> places(ranks);
  for (std::uint32_t rank = 0; rank < ranks; ++rank) {
    places[rank] = {.domain = rank / per_domain, .local = rank % per_domain, .rail = rank % per_domain};
  }
  return RankLayout(std::move(places), rails_meet);
}

RankLayout RankLayout::regular_sites(std::uint32_t ranks, std::uint32_t per_domain, std::uint32_t per_site,
                                     bool rails_meet) {
  CHECK(per_domain > 0 && per_site > 0 && per_site % per_domain == 0, "domains lie in one site each");
  std::vector<RankPlace> places = regular(ranks, per_domain, rails_meet).places_;
  for (std::uint32_t rank = 0; rank < ranks; ++rank) places[rank].site = rank / per_site;
  return RankLayout(std::move(places), rails_meet);
}

}  // namespace polyplane::collectives
