// Spraying against enumeration: all shortest legal paths of small random graphs are listed one by one, and the flow is
// split over the tree of their prefixes. Shares nothing with the router but the graph.
#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "base/random.h"
#include "tests/topology/net.h"
#include "tests/topology/random_graph.h"

namespace polyplane::topology {
namespace {

using Path = std::vector<LinkId>;

class Enumeration {
 public:
  Enumeration(const Topology& topology, DeviceId src, DeviceId dst) : topology_(topology), dst_(dst) {
    Path path;
    std::set<DeviceId> visited{src};
    extend(src, false, path, visited);
  }

  /// Fraction of the flow by link: evenly over the distinct next links of each prefix.
  [[nodiscard]] std::map<LinkId, double> loads() const {
    std::map<Path, std::set<LinkId>> next;
    for (const Path& path : shortest_) {
      for (std::size_t i = 0; i < path.size(); ++i)
        next[Path(path.begin(), path.begin() + static_cast<std::ptrdiff_t>(i))].insert(path[i]);
    }
    std::map<LinkId, double> sums;
    std::map<Path, double> share{{{}, 1.0}};
    for (const auto& [prefix, links] : next) {  // a prefix comes before its extensions
      for (const LinkId link : links) {
        Path longer = prefix;
        longer.push_back(link);
        const double part = share.at(prefix) / static_cast<double>(links.size());
        share[longer] = part;
        sums[link] += part;
      }
    }
    return sums;
  }
  [[nodiscard]] bool cut_off() const { return shortest_.empty(); }

 private:
  void extend(DeviceId at, bool descending, Path& path, std::set<DeviceId>& visited) {
    if (!shortest_.empty() && path.size() > shortest_[0].size()) return;
    if (at == dst_) {
      if (!shortest_.empty() && path.size() < shortest_[0].size()) shortest_.clear();
      shortest_.push_back(path);
      return;
    }
    if (!path.empty() && !topology_.device(at).forwards) return;
    for (const LinkId id : topology_.out_links(at)) {
      const Link& link = topology_.link(id);
      if (!link.up || visited.contains(link.to)) continue;
      const std::int32_t from = topology_.device(link.from).tier, to = topology_.device(link.to).tier;
      const bool between_tiers = from > 0 && to > 0;
      if (between_tiers && to > from && descending) continue;
      path.push_back(id);
      visited.insert(link.to);
      extend(link.to, descending || (between_tiers && to < from), path, visited);
      visited.erase(link.to);
      path.pop_back();
    }
  }

  const Topology& topology_;
  DeviceId dst_;
  std::vector<Path> shortest_;
};

TEST(Random, SprayEqualsTheEnumerationOfPaths) {
  int compared = 0, merged_links = 0;
  for (std::uint64_t seed = 1; seed <= 300; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    RandomStream random(seed, 0);
    const Topology t = random_graph(random);
    const auto router = make_router(t, {.name = "spray"});
    for (const Trunk& trunk : router->trunks())
      merged_links += trunk.num_members > 1 ? static_cast<int>(trunk.num_members) : 0;
    for (const DeviceId src : t.accelerators()) {
      for (const DeviceId dst : t.accelerators()) {
        if (src == dst) continue;
        const Enumeration expected(t, src, dst);
        Route route;
        if (expected.cut_off()) {
          EXPECT_THROW(router->route({src, dst, 0}, route), InputError);
          continue;
        }
        ++compared;
        router->route({src, dst, 0}, route);
        std::map<LinkId, double> unfolded;
        for (const Hop& hop : route.hops) {
          for (const TrunkMember& m : router->members(hop.trunk)) unfolded[m.link] += hop.weight * m.share;
        }
        const auto loads = expected.loads();
        ASSERT_EQ(unfolded.size(), loads.size());
        for (const auto& [link, load] : loads) ASSERT_NEAR(unfolded[link], load, 1e-12);
        expect_sound_route(t, *router, {src, dst, 0});
      }
    }
    if (testing::Test::HasFailure()) break;
  }
  EXPECT_GT(compared, 2000);
  EXPECT_GT(merged_links, 500);  // the comparison did meet merged trunks
}

TEST(Random, NoMemberIsDrivenBeyondItsRateAndOneIsAtIt) {
  for (std::uint64_t seed = 1; seed <= 100; ++seed) {
    RandomStream random(seed, 1);
    const Topology t = random_graph(random);
    const auto router = make_router(t, {.name = "spray"});
    for (std::uint32_t i = 0; i < router->trunks().size(); ++i) {
      const auto capacity = static_cast<double>(router->trunks()[i].capacity.bps());
      double tightest = 0, shares = 0;
      for (const TrunkMember& m : router->members(TrunkId(i))) {
        tightest = std::max(tightest, capacity * m.share / static_cast<double>(t.link(m.link).rate.bps()));
        shares += m.share;
      }
      EXPECT_NEAR(tightest, 1.0, 1e-10) << "seed " << seed << " trunk " << i;
      EXPECT_NEAR(shares, 1.0, 1e-12) << "seed " << seed << " trunk " << i;
    }
  }
}

TEST(Random, SinglePathsAreShortestPaths) {
  for (std::uint64_t seed = 1; seed <= 100; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    RandomStream random(seed, 2);
    const Topology t = random_graph(random);
    for (const auto* name : {"ecmp", "static"}) {
      const auto router = make_router(t, {.name = name, .seed = seed});
      for (const DeviceId src : t.accelerators()) {
        for (const DeviceId dst : t.accelerators()) {
          if (src == dst) continue;
          const Enumeration expected(t, src, dst);
          if (expected.cut_off()) continue;
          const auto loads = expected.loads();
          for (const auto& [link, fraction] : router->links({src, dst, 5})) EXPECT_TRUE(loads.contains(link));
          expect_sound_route(t, *router, {src, dst, 5});
        }
      }
    }
  }
}

}  // namespace
}  // namespace polyplane::topology
