#include "collectives/own_choice.h"

#include <algorithm>
#include <utility>
#include <vector>

namespace polyplane::collectives {

std::uint32_t rails_per_domain(const RankLayout& layout) {
  if (layout.num_domains() == 1) return 1;
  std::size_t fewest = layout.num_ranks();
  std::vector<std::pair<std::uint32_t, std::uint32_t>> rails;  // of a node of the domain
  for (std::uint32_t domain = 0; domain < layout.num_domains(); ++domain) {
    rails.clear();
    for (const RankId rank : layout.members(domain)) {
      rails.emplace_back(layout.place(rank).node, layout.place(rank).rail);
    }
    std::sort(rails.begin(), rails.end());
    rails.erase(std::unique(rails.begin(), rails.end()), rails.end());
    fewest = std::min(fewest, rails.size());
  }
  return static_cast<std::uint32_t>(fewest);
}

std::uint32_t choose_channels(std::uint32_t most, Bytes bytes, Bytes message) {
  std::uint32_t channels = std::min(most, 64U);
  while (channels > 1 && bytes < message * channels) channels /= 2;
  return channels;
}

std::uint32_t choose_slices(Bytes share, Bytes slice, std::uint32_t most) {
  return static_cast<std::uint32_t>(std::clamp(share.count() / slice.count(), std::int64_t{1}, std::int64_t{most}));
}

std::uint32_t slices_through_agents(const AlgorithmRequest& request) {
  return request.slices == 0 ? choose_slices(request.collective.size(), Bytes(512 << 10), 64) : request.slices;
}

}  // namespace polyplane::collectives
