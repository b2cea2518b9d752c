// Hierarchical algorithms over tori are offered on layouts whose domains are boxes, which the tests over all algorithms do not
// have.
#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "base/random.h"
#include "collectives/algorithm.h"
#include "collectives/rank_grid.h"
#include "collectives/verify.h"

namespace polyplane::collectives {
namespace {

const std::vector<CollectiveKind> kKinds{CollectiveKind::all_reduce, CollectiveKind::all_gather,
                                         CollectiveKind::reduce_scatter};

/// So many domains that are a box, ranks domain by domain; `shuffled`: dealt out to the domains in turn, locals in cells of no
/// order.
RankLayout tori(std::uint32_t domains, const std::vector<std::int32_t>& dims, bool shuffled = false) {
  std::vector<std::vector<std::int32_t>> cells{{}};
  for (const std::int32_t size : dims) {
    std::vector<std::vector<std::int32_t>> longer;
    for (const auto& head : cells) {
      for (std::int32_t i = 0; i < size; ++i) {
        longer.push_back(head);
        longer.back().push_back(i);
      }
    }
    cells = std::move(longer);
  }
  const auto locals = static_cast<std::uint32_t>(cells.size());
  if (shuffled) {
    std::vector<std::pair<std::uint64_t, std::size_t>> order;
    for (std::size_t i = 0; i < cells.size(); ++i) order.emplace_back(random_bits(9, locals, i), i);
    std::sort(order.begin(), order.end());
    const auto plain = cells;
    for (std::size_t i = 0; i < cells.size(); ++i) cells[i] = plain[order[i].second];
  }
  std::vector<RankPlace> places;
  for (std::uint32_t r = 0; r < domains * locals; ++r) {
    const std::uint32_t domain = shuffled ? r % domains : r / locals, local = shuffled ? r / domains : r % locals;
    places.push_back({.domain = domain, .local = local, .rail = local});
  }
  RankLayout layout(std::move(places), false);
  layout.set_domain_grid(RankGrid::fill(cells));
  return layout;
}

AlgorithmRequest request(CollectiveKind kind, RankLayout layout, std::int64_t elements, std::uint32_t slices = 0) {
  Collective::Shape shape{.kind = kind, .ranks = layout.num_ranks(), .elements_per_block = elements, .matrix = {}};
  return {.collective = Collective(std::move(shape)), .layout = std::move(layout), .slices = slices};
}

std::unique_ptr<Schedule> make(const AlgorithmRequest& asked) {
  return make_schedule(find_algorithm(asked.collective.kind(), "hierarchical_torus"), asked);
}

TEST(HierarchicalTorus, IsProvenOnDomainsOfEveryKind) {
  const std::vector<std::vector<std::int32_t>> boxes{{2}, {5}, {2, 2}, {3, 2}, {2, 2, 3}, {4, 1, 2}};
  for (const auto& dims : boxes) {
    for (const std::uint32_t domains : {2U, 3U, 4U, 5U}) {
      for (const bool shuffled : {false, true}) {
        for (const CollectiveKind kind : kKinds) {
          for (const std::int64_t elements : {0, 97, 960}) {
            for (const std::uint32_t slices : {1U, 3U}) {
              const AlgorithmRequest asked = request(kind, tori(domains, dims, shuffled), elements, slices);
              EXPECT_EQ(verify(*make(asked)).problem, "")
                  << to_string(kind) << " on " << domains << " domains of " << dims.size() << " dimensions from "
                  << dims[0] << ", shuffled " << shuffled << ", elements " << elements << ", slices " << slices;
            }
          }
        }
      }
    }
  }
}

// 4 domains of 4 x 4, S = 16 x 4 x 4 x 100 elements of 4 bytes. 4 channels with 1/4 each, 6400 elements, in 16 parts of 400.
// Inside: 3 messages of 1/4 and 3 of 1/16, there and back: 2 x (3 x 1600 + 3 x 400) = 12,000 elements = 2 x 15/16 x 6400.
// Between: a part of 400 by halving-doubling over 4: 200 + 100 + 100 + 200 = 600 in 4 messages.
TEST(HierarchicalTorus, MessagesOfAnAllReduce) {
  const RankLayout layout = tori(4, {4, 4});
  for (const std::uint32_t slices : {1U, 2U}) {
    const auto schedule = make(request(CollectiveKind::all_reduce, layout, 16 * 4 * 4 * 100, slices));
    EXPECT_EQ(schedule->num_lanes(), 4 * slices);
    for (std::uint32_t rank = 0; rank < 64; ++rank) {
      std::int64_t inside = 0, between = 0;
      std::uint32_t messages_between = 0;
      for (std::uint32_t lane = 0; lane < schedule->num_lanes(); ++lane) {
        EXPECT_EQ(schedule->num_steps(RankId(rank), lane), 6U + 4 + 6);
        for (std::uint32_t k = 0; k < schedule->num_steps(RankId(rank), lane); ++k) {
          const Step step = schedule->step(RankId(rank), lane, k);
          const bool stays = layout.place(step.send_to).domain == layout.place(RankId(rank)).domain;
          (stays ? inside : between) += step.send_bytes.count();
          messages_between += stays ? 0 : 1;
          EXPECT_TRUE(stays || layout.place(step.send_to).local == layout.place(RankId(rank)).local);
        }
      }
      EXPECT_EQ(inside, 4 * 4 * 12'000);
      EXPECT_EQ(between, 4 * 4 * 600);
      EXPECT_EQ(messages_between, 4 * 4 * slices);
    }
  }
}

// Blocks of 400 bytes in 4 channels: a rail gathers 1 + 2 blocks in 2 messages, then 15 x 4 blocks pass inside.
TEST(HierarchicalTorus, MessagesOfAnAllGather) {
  for (const CollectiveKind kind : {CollectiveKind::all_gather, CollectiveKind::reduce_scatter}) {
    const auto schedule = make(request(kind, tori(4, {4, 4}), 100, 1));
    for (std::uint32_t rank = 0; rank < 64; ++rank) {
      std::int64_t bytes = 0;
      for (std::uint32_t lane = 0; lane < 4; ++lane) {
        EXPECT_EQ(schedule->num_steps(RankId(rank), lane), 2U + 6);
        for (std::uint32_t k = 0; k < 8; ++k) bytes += schedule->step(RankId(rank), lane, k).send_bytes.count();
      }
      EXPECT_EQ(bytes, (3 + 15 * 4) * 400);
    }
  }
}

TEST(HierarchicalTorus, IsOfferedToSeveralDomainsThatAreBoxes) {
  const Algorithm& algorithm = find_algorithm(CollectiveKind::all_reduce, "hierarchical_torus");
  const auto why = [&](const RankLayout& layout) {
    return algorithm.cannot(request(CollectiveKind::all_reduce, layout, 16));
  };
  EXPECT_EQ(why(RankLayout::regular(16, 4)),
            "needs scale-up domains whose ranks fill boxes of one torus or mesh of cards");
  EXPECT_EQ(why(tori(1, {4, 4})), "needs several scale-up domains; torus does one");
  EXPECT_EQ(why(RankLayout::regular(10, 4)),
            "needs scale-up domains of equal size with the same rails in the same order");
  EXPECT_EQ(why(tori(2, {4, 4})), "");
}

/// Is every member of the declared groups a move under which the steps stay what they are?
void expect_true(const Schedule& schedule) {
  const std::uint32_t ranks = schedule.collective().ranks();
  for (const RankSymmetry& group : schedule.symmetries()) {
    for (std::uint32_t by = group.stride; by < ranks; by += group.stride) {
      const auto image = [&](RankId rank) {
        if (!rank.valid()) return rank;
        return RankId(group.kind == RankSymmetry::Kind::rotation ? (rank.index() + by) % ranks : rank.index() ^ by);
      };
      for (std::uint32_t r = 0; r < ranks; ++r) {
        for (std::uint32_t lane = 0; lane < schedule.num_lanes(); ++lane) {
          const std::uint32_t steps = schedule.num_steps(RankId(r), lane);
          ASSERT_EQ(schedule.num_steps(image(RankId(r)), lane), steps);
          for (std::uint32_t k = 0; k < steps; ++k) {
            const Step a = schedule.step(RankId(r), lane, k), b = schedule.step(image(RankId(r)), lane, k);
            ASSERT_TRUE(b.send_to == image(a.send_to) && b.receive_from == image(a.receive_from) &&
                        b.peer_lane == a.peer_lane && b.peer_step == a.peer_step && b.send_bytes == a.send_bytes &&
                        b.reduce == a.reduce && b.num_after == a.num_after && b.after == a.after)
                << to_string(schedule.collective().kind()) << " rank " << r << " by " << by;
          }
        }
      }
    }
  }
}

TEST(HierarchicalTorus, SymmetriesAreTrueAndFound) {
  for (const CollectiveKind kind : kKinds) {
    for (const std::uint32_t domains : {2U, 3U, 4U, 8U}) {
      for (const bool shuffled : {false, true}) {
        expect_true(*make(request(kind, tori(domains, {4, 2}, shuffled), 960 * 8, 2)));
        expect_true(*make(request(kind, tori(domains, {3, 2}, shuffled), 960 * 8, 2)));
      }
    }
  }
  // 4 domains of 4 x 2. All-gather: the next domain, 8 ranks on; half of the domains on (by 16) is an xor, too. All-reduce:
  // domains meet by xor, so by 8, and half a ring of 4 (by 4) or of 2 (by 1) is an xor, too; a quarter of a ring (by 2) is not,
  // so the finest group is by 4. Half of the domains on is a rotation.
  using Kind = RankSymmetry::Kind;
  const auto groups = [&](CollectiveKind kind, std::int64_t elements) {
    return make(request(kind, tori(4, {4, 2}), elements))->symmetries();
  };
  EXPECT_EQ(groups(CollectiveKind::all_gather, 960),
            (std::vector<RankSymmetry>{{Kind::rotation, 8}, {Kind::exclusive_or, 16}}));
  EXPECT_EQ(groups(CollectiveKind::all_reduce, 4 * 8 * 4 * 10),
            (std::vector<RankSymmetry>{{Kind::rotation, 16}, {Kind::exclusive_or, 4}}));
  EXPECT_TRUE(groups(CollectiveKind::all_reduce, 97).empty());
}

}  // namespace
}  // namespace polyplane::collectives
