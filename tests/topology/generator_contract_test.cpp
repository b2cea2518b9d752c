// What every topology generator owes the house, at three sizes: connected, degrees within the radix, counts as said.
#include "topology/generator.h"

#include <map>

#include "tests/topology/clusters.h"
#include "tests/topology/expect_error.h"
#include "topology/metrics.h"

namespace polyplane::topology {
namespace {

/// What makes several groups or dimensions of 64 ports; sizes that have no default.
std::vector<std::string> options_of(const std::string& generator) {
  static const std::map<std::string, std::vector<std::string>> options{
      {"dragonfly", {"p=2", "a=4", "h=2"}},
      {"dragonfly_plus", {"p=4", "leaves=2", "spines=2", "h=4"}},
      {"full_mesh", {"p=8"}},
      {"hyperx", {"dims=2x3x4", "links=2"}},
      {"random_regular", {"p=4"}},
      {"torus", {"dims=2x3x4"}},
  };
  const auto found = options.find(generator);
  return found == options.end() ? std::vector<std::string>{} : found->second;
}

class GeneratorContract : public testing::TestWithParam<std::tuple<std::string, std::int32_t, PlaneMode>> {
 protected:
  [[nodiscard]] ClusterSpec spec() const {
    const auto& [generator, nodes, planes] = GetParam();
    ClusterSpec spec = nvlink_cluster(nodes, generator, options_of(generator), planes);
    if (planes == PlaneMode::striped) spec.fabric.num_planes = 2;
    return spec;
  }
};

TEST_P(GeneratorContract, EveryPairIsConnected) {
  const std::optional<Hops> hops = measure_hops(build_cluster(spec()));
  ASSERT_TRUE(hops.has_value());
  EXPECT_EQ(hops->unreachable_pairs, 0);
}

TEST_P(GeneratorContract, DegreesAreWithinTheRadix) {
  const Topology topology = build_cluster(spec());
  std::map<std::uint32_t, std::int32_t> degree;
  for (const Link& link : topology.links()) ++degree[link.from.index()];
  for (std::uint32_t i = 0; i < topology.devices().size(); ++i) {
    if (topology.devices()[i].kind == DeviceKind::network_switch) {
      EXPECT_LE(degree[i], 64) << topology.devices()[i].name;
    }
  }
}

TEST_P(GeneratorContract, CountsEqualTheFormula) {
  const ClusterSize size = cluster_size(spec());
  const Topology topology = build_cluster(spec());
  EXPECT_TRUE(size.devices == static_cast<int128>(topology.devices().size()));
  EXPECT_TRUE(size.links == static_cast<int128>(topology.links().size()));
}

TEST_P(GeneratorContract, SwitchesAndCablesCarryTheirPlane) {
  const Topology topology = build_cluster(spec());
  for (const Device& device : topology.devices()) {
    if (device.kind != DeviceKind::network_switch) continue;
    EXPECT_GE(device.plane, 0);
    EXPECT_TRUE(device.forwards);
    EXPECT_EQ(device.part, "switch");
    EXPECT_EQ(device.name.find('.'), std::string::npos);
  }
  for (const Link& link : topology.links()) {
    EXPECT_EQ(link.plane >= 0, link.kind == LinkKind::scale_out);
    if (link.kind == LinkKind::scale_out) { EXPECT_LE(link.rate, spec().fabric.port_rate); }
  }
}

TEST_P(GeneratorContract, TheSameSpecGivesTheSameGraph) {
  const Topology one = build_cluster(spec()), two = build_cluster(spec());
  ASSERT_EQ(one.links().size(), two.links().size());
  for (std::size_t i = 0; i < one.links().size(); ++i) {
    EXPECT_EQ(one.links()[i].from, two.links()[i].from);
    EXPECT_EQ(one.links()[i].to, two.links()[i].to);
  }
}

std::string case_name(const testing::TestParamInfo<GeneratorContract::ParamType>& param) {
  const auto& [generator, nodes, planes] = param.param;
  const std::string mode = planes == PlaneMode::single    ? "single"
                           : planes == PlaneMode::per_nic ? "per_nic"
                                                          : "striped";
  return generator + "_" + std::to_string(nodes) + "_" + mode;
}

INSTANTIATE_TEST_SUITE_P(AllGenerators, GeneratorContract,
                         testing::Combine(testing::ValuesIn(generators().names()), testing::Values(1, 3, 8),
                                          testing::Values(PlaneMode::single, PlaneMode::per_nic, PlaneMode::striped)),
                         case_name);

TEST(Generators, EachSaysWhenToUseIt) {
  for (const std::string& name : generators().names()) EXPECT_FALSE(generators().sentence(name).empty()) << name;
}

}  // namespace
}  // namespace polyplane::topology
