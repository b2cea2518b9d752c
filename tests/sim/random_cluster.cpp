#include "tests/sim/random_cluster.h"

#include <array>

#include "base/random.h"

namespace polyplane::sim {
namespace {

using topology::ClusterSpec;
using topology::PlaneMode;

class Draw {
 public:
  explicit Draw(std::uint64_t seed) : stream_(seed, 1) {}

  std::int32_t from_to(std::int32_t least, std::int32_t most) {
    return least + static_cast<std::int32_t>(stream_.below(static_cast<std::uint64_t>(most - least + 1)));
  }
  bool chance(std::uint64_t percent) { return stream_.below(100) < percent; }
  template <class T, std::size_t n>
  T one_of(const std::array<T, n>& values) {
    return values[stream_.below(n)];
  }
  /// A multiple of 12 bps, so that up to four planes divide it.
  BitRate rate() {
    if (chance(60)) return BitRate::from_bps(one_of(std::array<std::int64_t, 4>{96, 192, 384, 768}) * 1'000'000'000);
    return 12 * BitRate::from_bps(from_to(1'000'000'000, 2'000'000'000));
  }
  Duration latency() { return Duration::from_ps(chance(30) ? 0 : from_to(1, 2'000'000)); }

 private:
  RandomStream stream_;
};

void draw_node(Draw& draw, ClusterSpec& spec) {
  topology::NodeSpec& node = spec.node;
  node.accelerators = draw.one_of(std::array<std::int32_t, 5>{1, 1, 2, 3, 4});
  if (node.accelerators > 1 && draw.chance(85)) {
    node.scale_up.kind = draw.one_of(std::array<const char*, 3>{"switched", "full_mesh", "ring"});
    node.scale_up.rate = 4 * draw.rate();
    node.scale_up.latency = draw.latency();
  }
  node.nics = node.accelerators;
  if (node.accelerators == 4 && draw.chance(30)) node.nics = 2;
  node.nic_rate = draw.rate();
  node.nic_latency = draw.latency();
  node.host_rate = draw.rate();
  node.host_latency = draw.latency();
}

void draw_fabric(Draw& draw, ClusterSpec& spec) {
  topology::FabricSpec& fabric = spec.fabric;
  const bool tree = draw.chance(60);
  fabric.generator = tree ? "fat_tree" : "single_switch";
  fabric.switch_radix = tree ? 12 : 64;
  if (tree) fabric.options = {"tiers=2", draw.chance(50) ? "oversubscription=2:1" : "oversubscription=1:1"};
  fabric.port_rate = spec.node.nic_rate;
  if (draw.chance(30)) fabric.port_rate = fabric.port_rate * 2;
  fabric.switch_latency = draw.latency();
  fabric.cable_latency = draw.latency();
  fabric.access_cable_latency = draw.latency();
  const bool joined = spec.node.scale_up.kind != "none";
  if (joined && draw.chance(25)) {
    fabric.planes = PlaneMode::per_nic;
  } else if (draw.chance(25)) {
    fabric.planes = PlaneMode::striped;
    fabric.num_planes = draw.from_to(2, 4);
  }
}

}  // namespace

ClusterSpec random_cluster(std::uint64_t seed) {
  Draw draw(seed);
  ClusterSpec spec;
  spec.name = "random" + std::to_string(seed);
  draw_node(draw, spec);
  spec.nodes = draw.from_to(spec.node.accelerators == 1 ? 2 : 1, 6);
  const bool one_domain = spec.nodes == 1 && spec.node.scale_up.kind != "none";
  if (!one_domain || draw.chance(50)) draw_fabric(draw, spec);
  spec.node.scale_up.reduces = spec.node.scale_up.kind == "switched" && seed % 2 == 0;
  spec.fabric.reduces = seed % 3 != 0;
  return spec;
}

std::string describe(const ClusterSpec& spec) {
  std::string options;
  for (const std::string& option : spec.fabric.options) options += " " + option;
  return spec.name + ": " + std::to_string(spec.nodes) + " nodes of " + std::to_string(spec.node.accelerators) +
         " cards and " + std::to_string(spec.node.nics) + " NICs of " + to_string(spec.node.nic_rate) +
         ", scale-up kind " + spec.node.scale_up.kind + ", " + spec.fabric.generator + options + ", plane mode " +
         std::to_string(static_cast<int>(spec.fabric.planes));
}

}  // namespace polyplane::sim
