// All-reduce over several sites: proven, and what crosses between them counted.
#include "collectives/site_exchange.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>

#include "base/check.h"
#include "collectives/algorithm.h"
#include "collectives/verify.h"

namespace polyplane::collectives {
namespace {

using testing::HasSubstr;

const Algorithm& algorithm() { return find_algorithm(CollectiveKind::all_reduce, "hierarchical_sites"); }

AlgorithmRequest request(RankLayout layout, std::int64_t elements, std::uint32_t slices = 0) {
  const std::uint32_t ranks = layout.num_ranks();
  return {.collective = Collective(
              {.kind = CollectiveKind::all_reduce, .ranks = ranks, .elements_per_block = elements, .matrix = {}}),
          .layout = std::move(layout),
          .channels = 0,
          .slices = slices};
}

struct Shape {
  std::uint32_t sites, domains, locals;  // domains of a site, locals of a domain
};

RankLayout layout_of(Shape shape) {
  const std::uint32_t per_site = shape.domains * shape.locals;
  return RankLayout::regular_sites(shape.sites * per_site, shape.locals, per_site);
}

const std::vector<Shape> kShapes = {{2, 1, 1}, {3, 1, 1}, {2, 1, 4},  {2, 2, 2}, {3, 3, 2}, {4, 5, 1}, {5, 4, 2},
                                    {2, 6, 4}, {8, 2, 2}, {10, 3, 2}, {7, 7, 1}, {3, 4, 5}, {2, 16, 2}};

TEST(SiteExchange, EveryShapeIsProven) {
  for (const Shape shape : kShapes) {
    const RankLayout layout = layout_of(shape);
    for (const std::int64_t elements : {0, 1, 97, 4096}) {
      for (const std::uint32_t slices : {0U, 1U, 3U}) {
        const AlgorithmRequest wanted = request(layout, elements, slices);
        ASSERT_EQ(algorithm().cannot(wanted), "");
        const Verdict verdict = verify(*make_schedule(algorithm(), wanted));
        EXPECT_TRUE(verdict.proven) << shape.sites << " sites of " << shape.domains << " x " << shape.locals << ", "
                                    << elements << " elements, " << slices << " slices: " << verdict.problem;
      }
    }
  }
}

TEST(SiteExchange, RanksInAnyOrderAreProven) {
  // Sites take turns: ranks 0, 2, 4, 6 in the first, the others in the second; two domains of two in each.
  std::vector<RankPlace> places;
  for (std::uint32_t rank = 0; rank < 8; ++rank) {
    const std::uint32_t site = rank % 2, within = rank / 2;
    places.push_back({.domain = site + 2 * (within / 2), .local = within % 2, .rail = within % 2, .site = site});
  }
  const Verdict verdict = verify(*make_schedule(algorithm(), request(RankLayout(places, true), 50)));
  EXPECT_TRUE(verdict.proven) << verdict.problem;
}

/// Bytes that leave each site.
std::map<std::uint32_t, std::int64_t> bytes_out_of_sites(const Schedule& schedule, const RankLayout& layout) {
  std::map<std::uint32_t, std::int64_t> bytes;
  for (std::uint32_t rank = 0; rank < layout.num_ranks(); ++rank) {
    const std::uint32_t site = layout.place(RankId(rank)).site;
    for (std::uint32_t lane = 0; lane < schedule.num_lanes(); ++lane) {
      for (std::uint32_t k = 0; k < schedule.num_steps(RankId(rank), lane); ++k) {
        const Step step = schedule.step(RankId(rank), lane, k);
        if (step.send_to.valid() && layout.place(step.send_to).site != site) bytes[site] += step.send_bytes.count();
      }
    }
  }
  return bytes;
}

TEST(SiteExchange, TheLeastThatAnAllReduceNeedsCrosses) {
  // 2 (I - 1) / I of the array leaves each of I sites; 4-byte elements, as many as all parts divide.
  for (const Shape shape : kShapes) {
    const RankLayout layout = layout_of(shape);
    const std::int64_t elements = std::int64_t{shape.sites} * 16 * shape.locals;
    const auto schedule = make_schedule(algorithm(), request(layout, elements, 1));
    for (const auto& [site, bytes] : bytes_out_of_sites(*schedule, layout)) {
      EXPECT_EQ(bytes, 2 * (shape.sites - 1) * elements * 4 / shape.sites) << shape.sites << " sites, site " << site;
    }
  }
}

/// Under `by` of `kind`, is every step mapped to a step?
void expect_symmetry(const Schedule& schedule, RankSymmetry symmetry) {
  const std::uint32_t ranks = schedule.collective().ranks();
  for (std::uint32_t by = symmetry.stride; by < ranks; by += symmetry.stride) {
    const auto image = [&](RankId rank) {
      return rank.valid() ? RankId(moved(symmetry.kind, ranks, rank.index(), by)) : rank;
    };
    for (std::uint32_t rank = 0; rank < ranks; ++rank) {
      for (std::uint32_t lane = 0; lane < schedule.num_lanes(); ++lane) {
        ASSERT_EQ(schedule.num_steps(RankId(rank), lane), schedule.num_steps(image(RankId(rank)), lane));
        for (std::uint32_t k = 0; k < schedule.num_steps(RankId(rank), lane); ++k) {
          const Step step = schedule.step(RankId(rank), lane, k), other = schedule.step(image(RankId(rank)), lane, k);
          ASSERT_EQ(image(step.send_to), other.send_to);
          ASSERT_EQ(image(step.receive_from), other.receive_from);
          ASSERT_EQ(step.peer_step, other.peer_step);
          ASSERT_EQ(step.send_bytes, other.send_bytes);
        }
      }
    }
  }
}

TEST(SiteExchange, DeclaredSymmetriesHold) {
  for (const Shape shape : kShapes) {
    const std::int64_t elements = std::int64_t{shape.sites} * 16 * shape.locals;
    const auto schedule = make_schedule(algorithm(), request(layout_of(shape), elements, 1));
    for (const RankSymmetry& symmetry : schedule->symmetries()) expect_symmetry(*schedule, symmetry);
  }
}

TEST(SiteExchange, SitesRotateAsWholes) {
  // 5 sites of 4 domains of 2: nothing finer than a site, since the domains inside meet by xor.
  const auto schedule = make_schedule(algorithm(), request(layout_of({5, 4, 2}), 160, 1));
  EXPECT_EQ(schedule->symmetries(), (std::vector<RankSymmetry>{{RankSymmetry::Kind::rotation, 8}}));
  // Two sites, powers of two: by xor each domain is like the others, and each local moves with it by a distance of 0 or 1.
  const auto two = make_schedule(algorithm(), request(layout_of({2, 4, 2}), 128, 1));
  EXPECT_THAT(two->symmetries(), testing::Contains(RankSymmetry{RankSymmetry::Kind::exclusive_or, 1}));
}

TEST(SiteExchange, SaysWhatItNeeds) {
  EXPECT_THAT(algorithm().cannot(request(RankLayout::regular(8, 2), 8)), HasSubstr("needs several clusters"));
  EXPECT_THAT(algorithm().cannot(request(RankLayout::regular_sites(12, 2, 8), 8)), HasSubstr("of equal size"));
  EXPECT_THAT(algorithm().cannot(request(RankLayout::regular_sites(7, 2, 4), 8)), HasSubstr("domains of equal size"));
}

TEST(RankLayoutSites, AreCountedAndChecked) {
  const RankLayout layout = RankLayout::regular_sites(12, 2, 4);
  EXPECT_EQ(layout.num_sites(), 3U);
  EXPECT_EQ(layout.site_domains(1), (std::vector<std::uint32_t>{2, 3}));
  EXPECT_EQ(RankLayout::regular(12, 2).num_sites(), 1U);
  EXPECT_THROW(RankLayout({{0, 0, 0, 0}, {0, 1, 1, 1}}, true), InternalError);
  EXPECT_THROW(RankLayout({{0, 0, 0, 0}, {1, 0, 0, 2}}, true), InternalError);
}

}  // namespace
}  // namespace polyplane::collectives
