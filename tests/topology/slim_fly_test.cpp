#include "topology/generators/slim_fly_counts.h"

#include <set>

#include "base/error.h"
#include "tests/topology/clusters.h"
#include "tests/topology/expect_error.h"
#include "tests/topology/switch_graph.h"
#include "topology/generators/finite_field.h"

namespace polyplane::topology {
namespace {

using testing::AllOf;
using testing::HasSubstr;

std::string refusal(std::int32_t nodes, std::int32_t radix, std::vector<std::string> options) {
  return message_of<InputError>(
      [&] { (void)build_cluster(plain_cluster(nodes, radix, "slim_fly", std::move(options))); });
}

TEST(FiniteField, PrimePowers) {
  const std::set<std::int64_t> expected{2, 3, 4, 5, 7, 8, 9, 11, 13, 16, 17, 19, 23, 25, 27, 29, 31, 32};
  for (std::int64_t n = -1; n <= 33; ++n) EXPECT_EQ(prime_power(n).has_value(), expected.contains(n)) << n;
  EXPECT_EQ(prime_power(27)->prime, 3);
  EXPECT_EQ(prime_power(27)->exponent, 3);
}

TEST(FiniteField, TheAxiomsHold) {
  for (const std::uint32_t q : {3u, 4u, 5u, 7u, 8u, 9u, 11u, 13u, 16u, 25u, 27u}) {
    SCOPED_TRACE(q);
    const FiniteField field(q);
    std::set<std::uint32_t> powers;
    for (std::uint32_t e = 0; e + 1 < q; ++e) powers.insert(field.power(e));
    EXPECT_EQ(powers.size(), q - 1);
    EXPECT_FALSE(powers.contains(0));
    for (std::uint32_t a = 0; a < q; ++a) {
      EXPECT_EQ(field.add(a, 0), a);
      EXPECT_EQ(field.multiply(a, 1), a);
      std::set<std::uint32_t> sums, products;
      for (std::uint32_t b = 0; b < q; ++b) {
        ASSERT_LT(field.add(a, b), q);
        sums.insert(field.add(a, b));
        products.insert(field.multiply(a, b));
        ASSERT_EQ(field.add(a, b), field.add(b, a));
        ASSERT_EQ(field.multiply(a, b), field.multiply(b, a));
        for (std::uint32_t c = 0; c < q; ++c) {
          ASSERT_EQ(field.multiply(a, field.add(b, c)), field.add(field.multiply(a, b), field.multiply(a, c)));
          ASSERT_EQ(field.multiply(a, field.multiply(b, c)), field.multiply(field.multiply(a, b), c));
        }
      }
      EXPECT_EQ(sums.size(), q);
      EXPECT_EQ(products.size(), a == 0 ? 1 : q);
    }
  }
}

TEST(SlimFly, EveryPrimePowerGivesDiameterTwo) {
  // 2 q^2 switches of (3q - delta) / 2 different neighbours, any two at most two apart.
  for (const int q : {3, 4, 5, 7, 8, 9, 11, 13, 16, 17, 19, 23, 25, 27}) {
    SCOPED_TRACE(q);
    const SlimFlyCounts counts = slim_fly_counts(q);
    const Topology topology = build_cluster(plain_cluster(1, 64, "slim_fly", {"q=" + std::to_string(q)}));
    const SwitchGraph graph(topology);
    ASSERT_EQ(static_cast<std::int64_t>(graph.size()), counts.switches);
    for (std::size_t i = 0; i < graph.size(); ++i) {
      ASSERT_EQ(static_cast<std::int64_t>(graph.neighbours(i).size()), counts.network_radix) << i;
    }
    EXPECT_EQ(graph.measure().diameter, 2);
  }
}

TEST(SlimFly, RacksAreJoinedByTwoQCables) {
  const Topology topology = build_cluster(plain_cluster(200, 11, "slim_fly", {"q=5"}));
  std::map<std::pair<std::int32_t, std::int32_t>, int> cables;
  for (const Link& link : topology.links()) {
    const std::int32_t from = topology.device(link.from).pod, to = topology.device(link.to).pod;
    const std::string& tier = topology.tier_names()[link.tier];
    if (tier != "gpu-leaf") { EXPECT_EQ(tier, from == to ? "rack" : "rack-rack"); }
    if (from < to) ++cables[{from, to}];
  }
  EXPECT_EQ(cables.size(), 10U);
  for (const auto& [racks, count] : cables) EXPECT_EQ(count, 10);
  EXPECT_EQ(topology.device(topology.find_device("node40/gpu0")).pod, 1);  // 10 switches of 4 a rack
}

TEST(SlimFly, TheLeastQThatHoldsThePortsIsTaken) {
  const auto switches = [](std::int32_t nodes, std::vector<std::string> options) {
    const ClusterSize size = cluster_size(plain_cluster(nodes, 64, "slim_fly", std::move(options)));
    return static_cast<std::int64_t>(size.devices) - nodes;
  };
  EXPECT_EQ(switches(200, {}), 50);
  EXPECT_EQ(switches(201, {}), 98);         // q = 7: 588 endpoints
  EXPECT_EQ(switches(10831, {}), 2 * 529);  // q = 19 has 10,830; 23 is next
  EXPECT_EQ(switches(201, {"p=8"}), 32);    // q = 4: 256 endpoints
}

TEST(SlimFly, RefusalsSayWhatWouldFit) {
  EXPECT_THAT(refusal(8, 64, {"q=28"}),
              AllOf(HasSubstr("no graph with q=28 exists"), HasSubstr("nearest are 27 (3^3) and 29")));
  EXPECT_THAT(refusal(8, 64, {"q=15"}), HasSubstr("13 and 16 (2^4)"));
  EXPECT_THAT(refusal(8, 64, {"q=2"}), HasSubstr("the nearest is 3"));
  EXPECT_THAT(refusal(8, 64, {"q=2001"}), HasSubstr("from 0 to 2000"));
  EXPECT_THAT(refusal(201, 64, {"q=5"}), AllOf(HasSubstr("holds 200 ports"), HasSubstr("use q=7")));
  EXPECT_THAT(refusal(201, 64, {"q=5", "p=4"}), AllOf(HasSubstr("at most 200 ports"), HasSubstr("p=5")));
  EXPECT_THAT(refusal(200, 10, {"q=5"}), AllOf(HasSubstr("at most 3 fit"), HasSubstr("a radix of 11 would do")));
  EXPECT_THAT(refusal(200, 7, {"q=5"}), HasSubstr("none fits"));
}

}  // namespace
}  // namespace polyplane::topology
