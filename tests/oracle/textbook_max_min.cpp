#include "tests/oracle/textbook_max_min.h"

#include <algorithm>
#include <set>
#include <utility>

namespace polyplane::oracle {

std::vector<double> textbook_max_min(const std::vector<double>& capacities,
                                     const std::vector<std::vector<WeightedHop>>& flows) {
  struct Link {
    double left, weight = 0, share = 0;
    std::vector<std::size_t> flows = {};
  };
  std::vector<Link> links;
  for (const double capacity : capacities) links.push_back({capacity});
  for (std::size_t f = 0; f < flows.size(); ++f) {
    for (const WeightedHop& hop : flows[f]) {
      links[hop.link].flows.push_back(f);
      links[hop.link].weight += hop.weight;
    }
  }
  std::set<std::pair<double, std::size_t>> by_share;
  for (std::size_t l = 0; l < links.size(); ++l) {
    if (links[l].flows.empty()) continue;
    links[l].share = links[l].left / links[l].weight;
    by_share.emplace(links[l].share, l);
  }
  std::vector<double> rates(flows.size(), 0.0);
  std::vector<bool> frozen(flows.size(), false);
  std::vector<std::size_t> rising(links.size());
  for (std::size_t l = 0; l < links.size(); ++l) rising[l] = links[l].flows.size();
  while (!by_share.empty()) {
    const auto [level, full] = *by_share.begin();
    by_share.erase(by_share.begin());
    for (const std::size_t f : links[full].flows) {
      if (frozen[f]) continue;
      frozen[f] = true;
      rates[f] = level;
      for (const WeightedHop& hop : flows[f]) {
        Link& link = links[hop.link];
        by_share.erase({link.share, hop.link});
        link.left = std::max(link.left - hop.weight * level, 0.0);
        link.weight -= hop.weight;
        rising[hop.link] -= 1;
        if (rising[hop.link] == 0 || hop.link == full) continue;
        link.share = std::max(link.left / link.weight, level);
        by_share.emplace(link.share, hop.link);
      }
    }
  }
  return rates;
}

}  // namespace polyplane::oracle
