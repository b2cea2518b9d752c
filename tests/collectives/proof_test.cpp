// Every registered algorithm is proven; a new one is proven without touching this file.
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "base/random.h"
#include "collectives/algorithm.h"
#include "collectives/verify.h"
#include "tests/collectives/reducing_layouts.h"
#include "tests/collectives/token_contract.h"

namespace polyplane::collectives {
namespace {

const std::vector<std::uint32_t> kRanks = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 31, 32, 64};

Collective contract(CollectiveKind kind, std::uint32_t ranks, std::int64_t elements, std::uint32_t root = 0) {
  if (is_of_tokens(kind)) return token_contract(kind, ranks, elements);
  Collective::Shape shape{
      .kind = kind, .ranks = ranks, .elements_per_block = elements, .root = RankId(root), .matrix = {}};
  if (kind == CollectiveKind::alltoallv) {
    for (std::uint32_t i = 0; i < ranks; ++i) {
      for (std::uint32_t j = 0; j < ranks; ++j) {
        shape.matrix.push_back(static_cast<std::int64_t>(random_bits(elements > 0 ? 7 : 8, i, j) % 5) * elements);
      }
    }
  }
  return Collective(shape);
}

bool moves_within_ranks(const Schedule& schedule) {
  std::vector<LocalMove> moves;
  for (std::uint32_t rank = 0; rank < schedule.num_participants(); ++rank) {
    for (std::uint32_t lane = 0; lane < schedule.num_lanes(); ++lane) {
      for (std::uint32_t k = 0; k < schedule.num_steps(RankId(rank), lane); ++k) {
        schedule.local_moves(RankId(rank), lane, k, moves);
        if (!moves.empty()) return true;
      }
    }
  }
  return false;
}

class Proof : public testing::TestWithParam<std::string> {
 protected:
  [[nodiscard]] const Algorithm& algorithm() const { return algorithms().at(GetParam()); }

  void prove(const AlgorithmRequest& request) const {
    if (!algorithm().cannot(request).empty()) return;
    const auto schedule = make_schedule(algorithm(), request);
    EXPECT_TRUE(schedule->has_local_moves() || !moves_within_ranks(*schedule)) << GetParam();
    const Verdict verdict = verify(*schedule);
    EXPECT_TRUE(verdict.proven) << GetParam() << " on " << request.layout.num_ranks() << " ranks in "
                                << request.layout.num_domains() << " domains, root "
                                << request.collective.root().index() << ", channels " << request.channels << ", slices "
                                << request.slices << ", elements " << request.collective.shape().elements_per_block
                                << ": " << verdict.problem;
  }

  /// Regular layouts with domains of 1, 2, 4 and 8 where they divide.
  static std::vector<RankLayout> layouts(std::uint32_t ranks, bool rails_meet) {
    std::vector<RankLayout> all;
    for (const std::uint32_t per_domain : {1U, 2U, 4U, 8U}) {
      if (ranks % per_domain == 0) all.push_back(RankLayout::regular(ranks, per_domain, rails_meet));
    }
    return all;
  }
};

TEST_P(Proof, EveryLayoutAndRoot) {
  for (const std::uint32_t ranks : kRanks) {
    for (const bool rails_meet : {true, false}) {
      for (const RankLayout& layout : layouts(ranks, rails_meet)) {
        prove({.collective = contract(algorithm().collective, ranks, ranks + 1), .layout = layout});
        if (!has_root(algorithm().collective)) continue;
        prove({.collective = contract(algorithm().collective, ranks, ranks + 1, ranks / 2), .layout = layout});
        prove({.collective = contract(algorithm().collective, ranks, ranks + 1, ranks - 1), .layout = layout});
      }
    }
  }
}

TEST_P(Proof, OddElementCounts) {
  for (const std::uint32_t ranks : kRanks) {
    const RankLayout layout = RankLayout::regular(ranks, ranks % 4 == 0 ? 4 : 1);
    for (const std::int64_t elements : {std::int64_t{0}, std::int64_t{1}, std::int64_t{ranks} - 1, std::int64_t{97}}) {
      prove({.collective = contract(algorithm().collective, ranks, elements), .layout = layout});
    }
  }
}

TEST_P(Proof, OwnChoiceAtLargeSizes) {
  for (const std::uint32_t ranks : kRanks) {
    for (const RankLayout& layout : layouts(ranks, false)) {
      // 256 MiB a rank, so that own choices of channels and slices go above 1.
      const Collective sized =
          Collective::sized(algorithm().collective, ranks, Bytes(std::int64_t{1} << 28), 4, RankId(0));
      if (ranks <= 16) prove({.collective = sized, .layout = layout});
    }
  }
}

TEST_P(Proof, ChannelsAndSlices) {
  for (const std::uint32_t ranks : kRanks) {
    for (const RankLayout& layout : layouts(ranks, false)) {
      for (const std::uint32_t channels : {1U, 2U, 3U}) {
        for (const std::uint32_t slices : {1U, 2U, 3U}) {
          if (channels > 1 && !algorithm().honours_channels) continue;
          if (slices > 1 && !algorithm().honours_slices) continue;
          prove({.collective = contract(algorithm().collective, ranks, 97),
                 .layout = layout,
                 .channels = channels,
                 .slices = slices});
        }
      }
    }
  }
}

/// Domains of 3, 1 and 4 ranks, ranks dealt out round robin: nothing is uniform and nothing is in order.
TEST_P(Proof, UnevenDomainsInMixedOrder) {
  std::vector<RankPlace> places;
  const std::vector<std::uint32_t> sizes = {3, 1, 4};
  for (std::uint32_t local = 0; local < 4; ++local) {
    for (std::uint32_t domain = 0; domain < sizes.size(); ++domain) {
      if (local < sizes[domain]) places.push_back({.domain = domain, .local = local, .rail = local});
    }
  }
  const RankLayout layout(places, false);
  for (std::uint32_t root = 0; root < (has_root(algorithm().collective) ? 8U : 1U); ++root) {
    prove({.collective = contract(algorithm().collective, 8, 97, root), .layout = layout});
  }
}

/// Uniform domains whose ranks are interleaved (rank r in domain r mod 4).
TEST_P(Proof, InterleavedRanks) {
  for (const std::uint32_t locals : {2U, 3U, 5U}) {
    for (const std::uint32_t domains : {2U, 3U, 4U, 7U}) {
      std::vector<RankPlace> places;
      for (std::uint32_t rank = 0; rank < locals * domains; ++rank) {
        places.push_back({.domain = rank % domains, .local = rank / domains, .rail = rank / domains});
      }
      const RankLayout layout(places, false);
      prove({.collective =
                 contract(algorithm().collective, locals * domains, 31, has_root(algorithm().collective) ? 3 : 0),
             .layout = layout});
    }
  }
}

/// The agents that ranks send to or take from; those of the domains come first.
SwitchUse switches_at_work(const Schedule& schedule, const RankLayout& layout) {
  const std::uint32_t ranks = layout.num_ranks();
  std::uint32_t of_domains = 0;
  for (const auto& switches : layout.reducers().domain_switches) of_domains += 2 * std::uint32_t(switches.size());
  SwitchUse use;
  const auto look_at = [&](RankId other) {
    if (!other.valid() || other.index() < ranks) return;
    (other.index() - ranks < of_domains ? use.in_domains : use.in_fabric) = true;
  };
  for (std::uint32_t rank = 0; rank < ranks; ++rank) {
    for (std::uint32_t lane = 0; lane < schedule.num_lanes(); ++lane) {
      for (std::uint32_t k = 0; k < schedule.num_steps(RankId(rank), lane); ++k) {
        const Step step = schedule.step(RankId(rank), lane, k);
        look_at(step.send_to);
        look_at(step.receive_from);
      }
    }
  }
  return use;
}

/// Switches that reduce in every domain, one or two of them; trees of one leaf, of leaves and a top, of pods, of which several
/// share the data, and of which each rail has its own.
TEST_P(Proof, SwitchesThatReduce) {
  const std::vector<ReducingShape> shapes = {
      {.switches = 1, .trees = 1, .ranks_per_leaf = 64},
      {.switches = 2, .trees = 1, .ranks_per_leaf = 3},
      {.switches = 1, .trees = 2, .ranks_per_leaf = 2, .leaves_per_pod = 2},
      {.switches = 1, .trees = 1, .ranks_per_leaf = 2, .by_rail = true},
      {.switches = 1, .trees = 2, .ranks_per_leaf = 1, .leaves_per_pod = 3, .by_rail = true},
  };
  for (const std::uint32_t ranks : kRanks) {
    for (const std::uint32_t per_domain : {ranks, 1U, 2U, 4U, 8U}) {
      if (ranks % per_domain != 0) continue;
      for (const ReducingShape& shape : shapes) {
        const RankLayout layout = with_reducers(RankLayout::regular(ranks, per_domain, !shape.by_rail), shape);
        const AlgorithmRequest plain{.collective = contract(algorithm().collective, ranks, 97), .layout = layout};
        if (!algorithm().cannot(plain).empty()) continue;
        const auto schedule = make_schedule(algorithm(), plain);
        if (ranks > 1) {
          ASSERT_EQ(algorithm().switches(plain), switches_at_work(*schedule, layout)) << GetParam() << " " << ranks;
        }
        if (schedule->num_agents() == 0) continue;
        for (const std::uint32_t root : {0U, ranks / 2, ranks - 1}) {
          if (root > 0 && !has_root(algorithm().collective)) continue;
          prove({.collective = contract(algorithm().collective, ranks, 97, root), .layout = layout});
          prove(
              {.collective = contract(algorithm().collective, ranks, ranks + 1, root), .layout = layout, .slices = 3});
          prove({.collective = contract(algorithm().collective, ranks, 1, root), .layout = layout, .slices = 2});
        }
      }
    }
  }
}

/// "all_reduce/ring" as GoogleTest can name it.
std::string test_name(const testing::TestParamInfo<std::string>& parameter) {
  std::string name = parameter.param;
  return name.replace(name.find('/'), 1, "__");
}

INSTANTIATE_TEST_SUITE_P(Registry, Proof, testing::ValuesIn(algorithms().names()), test_name);

}  // namespace
}  // namespace polyplane::collectives
