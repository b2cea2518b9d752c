#include "collectives/rank_order.h"

#include <gtest/gtest.h>

#include <set>

#include "base/check.h"
#include "collectives/own_choice.h"

namespace polyplane::collectives {
namespace {

std::vector<std::uint32_t> indices(const std::vector<RankId>& order) {
  std::vector<std::uint32_t> result;
  for (const RankId rank : order) result.push_back(rank.index());
  return result;
}

using Order = std::vector<std::uint32_t>;

TEST(RankLayout, UniformNeedsEqualRails) {
  EXPECT_EQ(RankLayout::regular(8, 4).uniform_domain_size(), 4U);
  EXPECT_EQ(RankLayout::regular(6, 4).uniform_domain_size(), 0U);  // 4 and 2
  const RankLayout other_rails({{.domain = 0, .local = 0, .rail = 0}, {.domain = 1, .local = 0, .rail = 1}}, true);
  EXPECT_EQ(other_rails.uniform_domain_size(), 0U);
  EXPECT_EQ(other_rails.num_domains(), 2U);
}

TEST(RankLayout, GapsAndCollisionsAreBugs) {
  const auto make = [](std::vector<RankPlace> places) { RankLayout layout(std::move(places), true); };
  EXPECT_THROW(make({}), InternalError);
  EXPECT_THROW(make({{.domain = 0, .local = 0}, {.domain = 0, .local = 0}}), InternalError);
  EXPECT_THROW(make({{.domain = 0, .local = 1}, {.domain = 0, .local = 2}}), InternalError);
  EXPECT_THROW(make({{.domain = 1, .local = 0}, {.domain = 1, .local = 1}}), InternalError);
}

TEST(RankOrder, DomainByDomainWhateverTheRanks) {
  // Rank r in domain r mod 2.
  const RankLayout layout({{0, 0, 0}, {1, 0, 0}, {0, 1, 1}, {1, 1, 1}}, true);
  EXPECT_EQ(indices(domain_order(layout)), (Order{0, 2, 1, 3}));
  EXPECT_EQ(indices(rooted_order(layout, RankId(3))), (Order{3, 1, 2, 0}));
  EXPECT_EQ(positions(domain_order(layout)), (Order{0, 2, 1, 3}));
}

TEST(RankOrder, RingEntersOneLocalEarlierInEachDomain) {
  // Three domains of three. Channel 0 enters them at locals 0, 2, 1 and leaves each at the local before.
  const RankLayout layout = RankLayout::regular(9, 3, false);
  EXPECT_EQ(indices(ring_order(layout, 0)), (Order{0, 1, 2, 5, 3, 4, 7, 8, 6}));
  EXPECT_EQ(indices(ring_order(layout, 1)), (Order{1, 2, 0, 3, 4, 5, 8, 6, 7}));
}

TEST(RankOrder, EveryBorderOfEveryRingIsOnOneRailOfItsOwn) {
  for (std::uint32_t locals = 1; locals <= 8; ++locals) {
    for (std::uint32_t domains = 2; domains <= 19; ++domains) {
      const RankLayout layout = RankLayout::regular(locals * domains, locals, false);
      std::vector<std::set<std::uint32_t>> rails(domains);
      for (std::uint32_t channel = 0; channel < locals; ++channel) {
        const std::vector<RankId> ring = ring_order(layout, channel);
        EXPECT_EQ(std::set<RankId>(ring.begin(), ring.end()).size(), ring.size());
        std::uint32_t off_rail = 0, borders = 0;
        for (std::size_t i = 0; i < ring.size(); ++i) {
          const RankPlace& from = layout.place(ring[i]);
          const RankPlace& to = layout.place(ring[(i + 1) % ring.size()]);
          if (from.domain == to.domain) continue;
          ++borders;
          if (from.rail != to.rail) ++off_rail;
          rails[from.domain].insert(from.rail);
        }
        EXPECT_EQ(borders, domains);
        // Two ranks a domain and an odd number of domains: no such ring exists, one border is off.
        EXPECT_EQ(off_rail, locals == 2 && domains % 2 == 1 ? 1U : 0U) << locals << " x " << domains;
      }
      for (const auto& used : rails) EXPECT_EQ(used.size(), locals);
    }
  }
}

TEST(OwnChoice, RailsChannelsAndSlices) {
  EXPECT_EQ(rails_per_domain(RankLayout::regular(16, 8)), 8U);
  EXPECT_EQ(rails_per_domain(RankLayout::regular(8, 8)), 1U);   // one domain
  EXPECT_EQ(rails_per_domain(RankLayout::regular(12, 8)), 4U);  // the second domain has four
  // Four cards share two NICs.
  EXPECT_EQ(rails_per_domain(RankLayout({{0, 0, 0}, {0, 1, 0}, {0, 2, 1}, {0, 3, 1}, {1, 0, 0}, {1, 1, 1}}, true)), 2U);
  EXPECT_EQ(choose_channels(8, Bytes(8 * 4096), Bytes(4096)), 8U);
  EXPECT_EQ(choose_channels(8, Bytes(8 * 4096 - 1), Bytes(4096)), 4U);
  EXPECT_EQ(choose_channels(8, Bytes(0), Bytes(4096)), 1U);
  EXPECT_EQ(choose_slices(Bytes(0), Bytes(1024), 8), 1U);
  EXPECT_EQ(choose_slices(Bytes(3 * 1024 + 1), Bytes(1024), 8), 3U);
  EXPECT_EQ(choose_slices(Bytes(1 << 30), Bytes(1024), 8), 8U);
}

}  // namespace
}  // namespace polyplane::collectives
