#include "collectives/rank_levels.h"

#include <algorithm>
#include <map>
#include <utility>

#include "base/check.h"

namespace polyplane::collectives {
namespace {

/// Nodes as domains, numbered as their first ranks come.
RankLayout by_node(const RankLayout& layout) {
  std::map<std::pair<std::uint32_t, std::uint32_t>, std::uint32_t> number;  // of a node of a domain
  std::vector<std::uint32_t> members;
  std::vector<RankPlace> places;
  for (std::uint32_t rank = 0; rank < layout.num_ranks(); ++rank) {
    RankPlace place = layout.place(RankId(rank));
    const auto next = static_cast<std::uint32_t>(number.size());
    const std::uint32_t node = number.emplace(std::pair(place.domain, place.node), next).first->second;
    if (node == members.size()) members.push_back(0);
    place.domain = node;
    place.local = members[node]++;
    place.node = 0;
    places.push_back(place);
  }
  return {std::move(places), layout.rails_meet()};
}

bool spans_nodes(const RankLayout& layout) {
  for (std::uint32_t rank = 0; rank < layout.num_ranks(); ++rank) {
    if (layout.place(RankId(rank)).node > 0) return true;
  }
  return false;
}

class Builder {
 public:
  explicit Builder(std::uint32_t domains) : unit_(domains) {
    for (std::uint32_t domain = 0; domain < domains; ++domain) unit_[domain] = domain;
    units_ = domains;
  }

  /// Groups of the groups so far, by domain, numbered from 0.
  void add(const std::vector<std::uint32_t>& group) {
    std::vector<std::uint32_t> digit_of(units_, UINT32_MAX), sizes;
    std::vector<std::uint32_t> digit(group.size());
    for (std::size_t domain = 0; domain < group.size(); ++domain) {
      if (group[domain] >= sizes.size()) sizes.resize(std::size_t{group[domain]} + 1);
      std::uint32_t& mine = digit_of[unit_[domain]];
      if (mine == UINT32_MAX) mine = sizes[group[domain]]++;
      digit[domain] = mine;
    }
    const auto [least, most] = std::ranges::minmax(sizes);
    if (most > 1) {
      levels_.extents.push_back(most);
      levels_.digit.push_back(std::move(digit));
      levels_.group.push_back(group);
      levels_.even = levels_.even && least == most;
    }
    unit_ = group;
    units_ = static_cast<std::uint32_t>(sizes.size());
  }

  RankLevels take() && { return std::move(levels_); }

 private:
  RankLevels levels_;
  std::vector<std::uint32_t> unit_;  // by domain: its group of the last level
  std::uint32_t units_ = 0;
};

}  // namespace

RankLevels levels_of(const RankLayout& layout) {
  RankLayout innermost = spans_nodes(layout) ? by_node(layout) : layout;
  const std::uint32_t domains = innermost.num_domains();
  RankLevels refused;
  if (innermost.uniform_domain_size() == 0) {
    refused.why_not = "needs scale-up domains (or nodes of these) of equal size with the same rails in the same order";
    return refused;
  }
  const auto by_domain = [&](auto&& number) {
    std::vector<std::uint32_t> numbers;
    for (std::uint32_t d = 0; d < domains; ++d) numbers.push_back(number(layout.place(innermost.members(d).front())));
    return numbers;
  };
  Builder builder(domains);
  builder.add(by_domain([](const RankPlace& place) { return place.domain; }));
  for (const std::vector<std::uint32_t>& group : layout.groups()) {
    builder.add(by_domain([&](const RankPlace& place) { return group[place.domain]; }));
  }
  builder.add(by_domain([](const RankPlace& place) { return place.site; }));
  builder.add(std::vector<std::uint32_t>(domains, 0));
  RankLevels levels = std::move(builder).take();
  levels.innermost = std::move(innermost);
  return levels;
}

}  // namespace polyplane::collectives
