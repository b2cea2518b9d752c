#include "collectives/nvls_domains.h"

#include <algorithm>

#include "collectives/agent_stages.h"

namespace polyplane::collectives {

std::string NvlsDomains::cannot(const AlgorithmRequest& request) {
  const Reducers& reducers = request.layout.reducers();
  if (std::string why = needs_equal_domains(request); !why.empty()) return why;
  if (reducers.domain_switches.empty()) return "needs " + reducers.missing_switches;
  const auto differs = [&](const auto& switches) { return switches.size() != reducers.domain_switches[0].size(); };
  if (std::ranges::any_of(reducers.domain_switches, differs)) {
    return "needs as many switches that reduce in one scale-up domain as in the other";
  }
  return "";
}

NvlsDomains::NvlsDomains(const AlgorithmRequest& request, std::uint32_t stripes)
    : reducers_(request.layout.reducers()),
      grid_(request.layout),
      ranks_(request.layout.num_ranks()),
      switches_(static_cast<std::uint32_t>(reducers_.domain_switches[0].size())),
      stripes_(stripes) {}

SlicePattern NvlsDomains::build(const Join& join) {
  SlicePattern pattern(ranks_ + reducers_.num_agents);
  for (std::uint32_t number = 0; number < switches_; ++number) add_share(number, join, pattern);
  return pattern;
}

/// What one switch of each domain does.
void NvlsDomains::add_share(std::uint32_t number, const Join& join, SlicePattern& pattern) const {
  const PartRuns all_parts{{part(number, 0, 0), grid_.locals() * stripes_}};
  std::vector<AgentTree> gives;               // by domain
  std::vector<Dependency> in_domain(ranks_);  // the sum of the domain is at its owner
  for (std::uint32_t domain = 0; domain < grid_.domains(); ++domain) {
    const std::vector<std::uint32_t> members = members_of(domain);
    const std::uint32_t agent = reducers_.domain_switches[domain][number];
    const AgentTree adds(agent, ranks_, members);
    gives.emplace_back(agent + 1, ranks_, members);
    std::vector<Contribution> arrays;
    std::vector<Delivery> to_owners;
    for (const std::uint32_t rank : members) {
      arrays.push_back({rank, all_parts, {}});
      to_owners.push_back({rank, {{part(number, local_of(rank), 0), stripes_}}});
    }
    const auto delivered = descend(pattern, adds, climb(pattern, adds, arrays, true), to_owners);
    for (std::size_t i = 0; i < members.size(); ++i) in_domain[members[i]] = delivered[i].complete;
  }
  std::vector<std::vector<Contribution>> sums(grid_.domains());
  for (std::uint32_t local = 0; local < grid_.locals(); ++local) {
    for (std::uint32_t stripe = 0; stripe < stripes_; ++stripe) {
      Owners owners{
          .ranks = {}, .local = local, .stripe = stripe, .part = {{part(number, local, stripe), 1}}, .summed = {}};
      for (std::uint32_t domain = 0; domain < grid_.domains(); ++domain) {
        owners.ranks.push_back(grid_.rank(domain, local).index());
        owners.summed.push_back(in_domain[owners.ranks.back()]);
      }
      const std::vector<Dependency> total = join(pattern, owners);
      for (std::uint32_t domain = 0; domain < grid_.domains(); ++domain) {
        sums[domain].push_back({owners.ranks[domain], owners.part, total[domain]});
      }
    }
  }
  for (std::uint32_t domain = 0; domain < grid_.domains(); ++domain) {
    std::ranges::stable_sort(sums[domain], {}, &Contribution::rank);
    std::vector<Delivery> others;
    for (const std::uint32_t rank : members_of(domain)) {
      const PartRuns own{{part(number, local_of(rank), 0), stripes_}};
      others.push_back({rank, runs_without(own, part(number, 0, 0), part(number + 1, 0, 0))});
    }
    descend(pattern, gives[domain], climb(pattern, gives[domain], sums[domain], false), others);
  }
}

std::vector<std::uint32_t> NvlsDomains::members_of(std::uint32_t domain) const {
  std::vector<std::uint32_t> members;
  for (std::uint32_t local = 0; local < grid_.locals(); ++local) members.push_back(grid_.rank(domain, local).index());
  std::sort(members.begin(), members.end());
  return members;
}

}  // namespace polyplane::collectives
