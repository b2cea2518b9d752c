// All-reduce over any number of levels: proven, and what goes up at each counted.
#include "collectives/rank_levels.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <numeric>
#include <string>
#include <vector>

#include "base/random.h"
#include "collectives/algorithm.h"
#include "collectives/level_exchange.h"
#include "collectives/uneven_level_exchange.h"
#include "collectives/verify.h"
#include "tests/collectives/symmetries_hold.h"

namespace polyplane::collectives {
namespace {

const Algorithm& algorithm() { return find_algorithm(CollectiveKind::all_reduce, "hierarchical_levels"); }

AlgorithmRequest request(RankLayout layout, std::int64_t elements, std::uint32_t slices = 0) {
  const std::uint32_t ranks = layout.num_ranks();
  return {
      .collective = Collective({.kind = CollectiveKind::all_reduce, .ranks = ranks, .elements_per_block = elements}),
      .layout = std::move(layout),
      .slices = slices};
}

/// Members of each level from the inside: cards of a node, nodes of a domain, domains of a leaf, leaves of a pod, pods of a
/// site, sites.
using Extents = std::array<std::uint32_t, 6>;

std::uint32_t product(const Extents& extents, std::size_t first, std::size_t count) {
  return std::accumulate(extents.begin() + first, extents.begin() + first + count, 1U, std::multiplies<>());
}

/// Rank r on card order[r]; cards are numbered level by level.
RankLayout layout_of(const Extents& extents, bool shuffled = false) {
  const std::uint32_t ranks = product(extents, 0, 6);
  std::vector<std::pair<std::uint64_t, std::uint32_t>> order;
  for (std::uint32_t r = 0; r < ranks; ++r) order.emplace_back(shuffled ? random_bits(9, ranks, r) : r, r);
  std::sort(order.begin(), order.end());
  std::map<std::uint32_t, std::uint32_t> domain, site;
  std::array<std::map<std::uint32_t, std::uint32_t>, 2> group;
  std::map<std::uint32_t, std::map<std::uint32_t, std::uint32_t>> node;
  std::map<std::uint32_t, std::uint32_t> members;
  const auto dense = [](auto& numbers, std::uint32_t key) {
    return numbers.emplace(key, static_cast<std::uint32_t>(numbers.size())).first->second;
  };
  std::vector<RankPlace> places;
  std::vector<std::vector<std::uint32_t>> groups(2);
  for (const auto& [key, card] : order) {
    const std::uint32_t d = dense(domain, card / product(extents, 0, 2));
    // Rails are kept apart by order alone: a shuffled node has its cards in another order.
    places.push_back({.domain = d,
                      .local = members[d]++,
                      .site = dense(site, card / product(extents, 0, 5)),
                      .node = dense(node[d], card / extents[0])});
    if (d < groups[0].size()) continue;
    for (std::size_t level = 0; level < 2; ++level) {
      groups[level].push_back(dense(group[level], card / product(extents, 0, 3 + level)));
    }
  }
  RankLayout layout(std::move(places), true);
  layout.set_groups(std::move(groups));
  return layout;
}

std::string text_of(const Extents& extents) {
  std::string text;
  for (const std::uint32_t extent : extents) text += (text.empty() ? "" : " x ") + std::to_string(extent);
  return text;
}

/// All ways to cut `ranks` into six levels.
void cut(std::uint32_t ranks, std::size_t level, Extents& extents, std::vector<Extents>& all) {
  if (level + 1 == extents.size()) {
    extents[level] = ranks;
    all.push_back(extents);
    return;
  }
  for (std::uint32_t factor = 1; factor <= ranks; ++factor) {
    if (ranks % factor != 0) continue;
    extents[level] = factor;
    cut(ranks / factor, level + 1, extents, all);
  }
}

TEST(HierarchicalLevels, EveryCutOfEveryNumberOfRanksIsProven) {
  int proven = 0;
  for (const std::uint32_t ranks :
       {2U, 3U, 4U, 5U, 6U, 7U, 8U, 9U, 10U, 11U, 12U, 13U, 14U, 15U, 16U, 17U, 31U, 32U, 64U}) {
    std::vector<Extents> all;
    Extents extents{};
    cut(ranks, 0, extents, all);
    const std::size_t stride = ranks == 64 ? 5 : 1;  // of 462 cuts
    for (std::size_t i = 0; i < all.size(); i += stride) {
      const AlgorithmRequest wanted =
          request(layout_of(all[i], i % 2 == 1), ranks + 1, static_cast<std::uint32_t>(i % 3));
      if (!algorithm().cannot(wanted).empty()) continue;
      ASSERT_EQ(verify(*make_schedule(algorithm(), wanted)).problem, "") << text_of(all[i]);
      ++proven;
    }
  }
  EXPECT_GT(proven, 400);
}

TEST(HierarchicalLevels, OddSizesAndSlicesAreProven) {
  for (const Extents& extents : std::vector<Extents>{{3, 1, 5, 2, 1, 1}, {2, 3, 2, 3, 2, 2}, {1, 1, 7, 3, 1, 2}}) {
    for (const std::int64_t elements : {0, 1, 97, 4096}) {
      for (const std::uint32_t slices : {0U, 1U, 3U}) {
        const AlgorithmRequest wanted = request(layout_of(extents), elements, slices);
        ASSERT_EQ(algorithm().cannot(wanted), "");
        EXPECT_EQ(verify(*make_schedule(algorithm(), wanted)).problem, "") << text_of(extents) << ", " << elements;
      }
    }
  }
}

TEST(HierarchicalLevels, SymmetriesAreTrue) {
  for (const Extents& extents :
       std::vector<Extents>{{4, 1, 4, 2, 1, 1}, {2, 2, 3, 2, 1, 1}, {1, 1, 2, 2, 2, 2}, {3, 1, 1, 4, 1, 2}}) {
    for (const bool shuffled : {false, true}) {
      for (const std::int64_t elements : {97, 96 * 64}) {
        expect_symmetries_hold(*make_schedule(algorithm(), request(layout_of(extents, shuffled), elements, 2)));
      }
    }
  }
  // Powers of two meet by exclusive or, cards in a domain by distance, of which half a turn is one. 3 leaves of 3 domains: moving
  // on by a leaf moves domains by none and leaves by one.
  EXPECT_EQ(make_schedule(algorithm(), request(layout_of({4, 1, 4, 2, 2, 1}), 4096, 1))->symmetries(),
            (std::vector<RankSymmetry>{{RankSymmetry::Kind::rotation, 32}, {RankSymmetry::Kind::exclusive_or, 2}}));
  EXPECT_EQ(make_schedule(algorithm(), request(layout_of({4, 1, 3, 3, 1, 1}), 3600, 1))->symmetries(),
            (std::vector<RankSymmetry>{{RankSymmetry::Kind::rotation, 12}}));
}

// 2 cards a domain, 4 domains a leaf, 2 leaves a pod, 3 pods: 48 ranks, an array of 48 x 100 elements of 4 bytes. A card keeps
// 1/2, 9,600 bytes, of which it sends 3/4 to others of its leaf and as much back: 14,400. The other leaf gets 1/2 of the quarter,
// 2,400, 1,200 each way, and as much back: 2,400 in all. With 1,200 left, 2/3 go to other pods a way, 1,600 in all.
TEST(HierarchicalLevels, LessGoesUpAtEachLevel) {
  const RankLayout layout = layout_of({2, 1, 4, 2, 3, 1});
  const auto schedule = make_schedule(algorithm(), request(layout, 4800, 1));
  std::int64_t leaf = 0, pod = 0, whole = 0;
  for (std::uint32_t lane = 0; lane < schedule->num_lanes(); ++lane) {
    for (std::uint32_t k = 0; k < schedule->num_steps(RankId(0), lane); ++k) {
      const Step step = schedule->step(RankId(0), lane, k);
      if (!step.send_to.valid()) continue;
      const std::uint32_t to = layout.place(step.send_to).domain;
      if (to == 0) continue;
      (layout.groups()[0][to] == 0 ? leaf : layout.groups()[1][to] == 0 ? pod : whole) += step.send_bytes.count();
    }
  }
  EXPECT_EQ(leaf, 14'400);
  EXPECT_EQ(pod, 2'400);
  EXPECT_EQ(whole, 1'600);
}

// 4 cards a domain, levels of 4 and 2 domains; parts of 1 MiB, of which two slices are made, and of less.
TEST(HierarchicalLevels, AutoWeighsWhatHierarchicalIsNot) {
  const auto left_out = [](const Extents& extents, std::int64_t elements, std::uint32_t slices, bool shuffled = false) {
    return algorithm().not_by_auto(request(layout_of(extents, shuffled), elements, slices));
  };
  EXPECT_EQ(left_out({4, 1, 4, 2, 1, 1}, (1 << 20) - 1, 0), "in one slice it is what hierarchical does here");
  EXPECT_EQ(left_out({4, 1, 4, 2, 1, 1}, 1 << 20, 0), "");
  EXPECT_EQ(left_out({4, 1, 4, 2, 1, 1}, 1 << 20, 1), "in one slice it is what hierarchical does here");
  EXPECT_EQ(left_out({4, 1, 4, 2, 1, 1}, 8, 2), "");
  EXPECT_EQ(left_out({4, 1, 4, 1, 1, 5}, 1 << 20, 0), "it is what hierarchical_sites does here");
  EXPECT_EQ(left_out({4, 1, 3, 1, 1, 5}, 1 << 20, 0), "");  // which folds domains into others here
  EXPECT_EQ(left_out({4, 1, 3, 2, 1, 1}, 8, 1), "");        // no power of two
  EXPECT_EQ(left_out({4, 2, 4, 2, 1, 1}, 8, 1), "");        // nodes of domains
  EXPECT_EQ(left_out({4, 1, 4, 2, 1, 1}, 8, 1, true), "");  // domains in another order
}

TEST(RankLevels, AreThoseThatJoinSomething) {
  EXPECT_EQ(levels_of(layout_of({4, 1, 4, 1, 3, 1})).extents, (std::vector<std::uint32_t>{4, 3}));
  const RankLevels nodes = levels_of(layout_of({4, 2, 1, 1, 1, 5}));
  EXPECT_EQ(nodes.extents, (std::vector<std::uint32_t>{2, 5}));
  EXPECT_EQ(nodes.innermost->num_domains(), 10U);
  EXPECT_EQ(nodes.digit[1][9], 4U);
  EXPECT_EQ(levels_of(RankLayout::regular(12, 4)).extents, std::vector<std::uint32_t>{3});
  EXPECT_TRUE(levels_of(RankLayout::regular(4, 4)).extents.empty());
}

/// So many in groups of one to `most`: the group of each, from 0.
std::vector<std::uint32_t> cut_at_random(std::uint32_t count, std::uint64_t most, RandomStream& random) {
  std::vector<std::uint32_t> group;
  for (std::uint32_t number = 0; group.size() < count; ++number) {
    const std::size_t size = group.size() + 1 + random.below(most);
    group.resize(std::min<std::size_t>(size, count), number);
  }
  return group;
}

/// Domains of `locals` in leaves, pods and sites of random size; every other time ranks and domains are dealt out in turn.
RankLayout uneven_layout(std::uint32_t ranks, std::uint32_t locals, std::uint64_t most, std::uint64_t seed) {
  RandomStream random(seed, ranks);
  const std::uint32_t domains = ranks / locals;
  std::vector<std::uint32_t> leaf = cut_at_random(domains, most, random);
  const std::vector<std::uint32_t> pod = cut_at_random(leaf.back() + 1, most, random);
  const std::vector<std::uint32_t> site = cut_at_random(pod.back() + 1, most, random);
  const bool in_turn = seed % 2 == 1;
  if (in_turn) std::ranges::rotate(leaf, leaf.begin() + domains / 2);
  std::vector<RankPlace> places;
  for (std::uint32_t rank = 0; rank < ranks; ++rank) {
    const std::uint32_t domain = in_turn ? rank % domains : rank / locals;
    const std::uint32_t local = in_turn ? rank / domains : rank % locals;
    places.push_back({.domain = domain, .local = local, .rail = local, .site = site[pod[leaf[domain]]]});
  }
  RankLayout layout(std::move(places), true);
  std::vector<std::uint32_t> pods;
  for (const std::uint32_t number : leaf) pods.push_back(pod[number]);
  layout.set_groups({leaf, pods});
  return layout;
}

TEST(HierarchicalLevels, UnevenCutsOfEveryNumberOfRanksAreProven) {
  int proven = 0;
  for (const std::uint32_t ranks :
       {2U, 3U, 4U, 5U, 6U, 7U, 8U, 9U, 10U, 11U, 12U, 13U, 14U, 15U, 16U, 17U, 31U, 32U, 64U}) {
    for (const std::uint32_t locals : {1U, 2U, 3U, 8U}) {
      if (ranks % locals != 0) continue;
      const std::uint64_t seeds = ranks <= 17 ? 12 : 6;
      for (std::uint64_t seed = 0; seed < seeds; ++seed) {
        const RankLayout layout = uneven_layout(ranks, locals, 2 + seed / 2, seed);
        if (levels_of(layout).even) continue;
        for (const std::int64_t elements : {std::int64_t{1}, std::int64_t{16 * ranks + 1}}) {
          const AlgorithmRequest wanted = request(layout, elements, static_cast<std::uint32_t>(seed % 3));
          if (!algorithm().cannot(wanted).empty()) continue;
          const auto schedule = make_schedule(algorithm(), wanted);
          ASSERT_EQ(verify(*schedule).problem, "") << ranks << " ranks, " << locals << " a domain, seed " << seed;
          if (ranks <= 16) expect_symmetries_hold(*schedule);
          ++proven;
        }
      }
    }
  }
  EXPECT_GT(proven, 300);
}

/// Bytes that a rank sends to each other rank.
std::map<std::uint32_t, std::int64_t> sent_by(const Schedule& schedule, std::uint32_t rank) {
  std::map<std::uint32_t, std::int64_t> bytes;
  for (std::uint32_t lane = 0; lane < schedule.num_lanes(); ++lane) {
    for (std::uint32_t k = 0; k < schedule.num_steps(RankId(rank), lane); ++k) {
      const Step step = schedule.step(RankId(rank), lane, k);
      if (step.send_to.valid()) bytes[step.send_to.index()] += step.send_bytes.count();
    }
  }
  return bytes;
}

// Leaves of two ranks and of one; 12 elements of 4 bytes. Ranks 0 and 1 give each other a half, 24 bytes, and at the end the
// sum of the half that is theirs, as much. In between each shares its half with rank 2: half of it each way, 12 bytes, and
// back. Rank 2 does that twice.
TEST(HierarchicalLevels, MembersOfSmallGroupsHaveMoreToShare) {
  RankLayout layout = RankLayout::regular(3, 1);
  layout.set_groups({{0, 0, 1}});
  ASSERT_FALSE(levels_of(layout).even);
  EXPECT_EQ(levels_of(layout).extents, (std::vector<std::uint32_t>{2, 2}));
  const auto schedule = make_schedule(algorithm(), request(layout, 12, 1));
  EXPECT_EQ(sent_by(*schedule, 0), (std::map<std::uint32_t, std::int64_t>{{1, 48}, {2, 24}}));
  EXPECT_EQ(sent_by(*schedule, 1), (std::map<std::uint32_t, std::int64_t>{{0, 48}, {2, 24}}));
  EXPECT_EQ(sent_by(*schedule, 2), (std::map<std::uint32_t, std::int64_t>{{0, 24}, {1, 24}}));
}

// Pods of 2, 2 and 1 leaves, of 4 domains each, two cards a domain: what a three-tier tree of 20 nodes is. 960 elements of 4
// bytes, 1,920 bytes on a rail. A leaf's 3/4 of it go both ways, 2,880; the other leaf gets half of the quarter, 240, each way.
// Between pods the parts of the small one are cut as those of the others are, in 8 of 240 bytes, each summed up by three
// ranks, 80 bytes for each: the first two pods send 2 x 80 each way. A card of the small pod does so for two parts.
TEST(HierarchicalLevels, LessGoesUpFromUnevenPodsToo) {
  RankLayout layout = RankLayout::regular(40, 2);
  std::vector<std::uint32_t> leaf, pod;
  for (std::uint32_t domain = 0; domain < 20; ++domain) {
    leaf.push_back(domain / 4);
    pod.push_back(domain / 8);
  }
  layout.set_groups({leaf, pod});
  const auto schedule = make_schedule(algorithm(), request(layout, 960, 1));
  for (const std::uint32_t rank : {0U, 13U, 39U}) {
    std::int64_t in_leaf = 0, in_pod = 0, whole = 0;
    for (const auto& [to, bytes] : sent_by(*schedule, rank)) {
      const std::uint32_t mine = rank / 2, theirs = to / 2;
      if (mine == theirs) continue;
      (leaf[mine] == leaf[theirs] ? in_leaf : pod[mine] == pod[theirs] ? in_pod : whole) += bytes;
    }
    EXPECT_EQ(in_leaf, 2 * 1440) << rank;
    EXPECT_EQ(in_pod, pod[rank / 2] == 2 ? 0 : 2 * 240) << rank;
    EXPECT_EQ(whole, (pod[rank / 2] == 2 ? 2 : 1) * 2 * 160) << rank;
  }
  EXPECT_EQ(algorithm().not_by_auto(request(layout, 960, 1)), "");
}

TEST(RankLevels, WhatIsRefused) {
  EXPECT_EQ(algorithm().cannot(request(RankLayout::regular(6, 4), 8)),
            "needs scale-up domains (or nodes of these) of equal size with the same rails in the same order");
  EXPECT_EQ(algorithm().cannot(request(RankLayout::regular(8, 2), 8)),
            "needs levels between the cards that are next to each other and the whole: nodes of a domain, domains of a "
            "leaf, leaves of a pod, or clusters joined; hierarchical does without");
}

}  // namespace
}  // namespace polyplane::collectives
