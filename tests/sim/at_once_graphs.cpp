#include "tests/sim/at_once_graphs.h"

#include <algorithm>
#include <string>

#include "base/random.h"

namespace polyplane::sim {

using namespace literals;
using topology::Device;
using topology::DeviceKind;
using topology::LinkKind;
using topology::Topology;
using topology::TopologyBuilder;

namespace {

Device card(std::uint32_t number, bool forwards) {
  return {.name = "card" + std::to_string(number),
          .node = static_cast<std::int32_t>(number),
          .rail = 0,
          .forwards = forwards};
}

}  // namespace

Topology switch_graph(const GraphParts& parts) {
  TopologyBuilder builder("graph");
  builder.set_lossless(false);
  std::vector<DeviceId> cards, switches;
  for (std::uint32_t i = 0; i < parts.switches * parts.hosts_each; ++i) {
    cards.push_back(builder.add_device(card(i, false)));
  }
  for (std::uint32_t i = 0; i < parts.switches; ++i) {
    switches.push_back(builder.add_device(
        {.name = "switch" + std::to_string(i), .kind = DeviceKind::network_switch, .tier = 1, .forwards = true}));
  }
  for (std::uint32_t i = 0; i < cards.size(); ++i) {
    builder.add_cable(cards[i], switches[i / parts.hosts_each], 100_Gbps, 10_ns, LinkKind::scale_out, "host");
  }
  for (std::size_t i = 0; i < parts.cables.size(); ++i) {
    const BitRate rate = parts.rates.empty() ? 100_Gbps : parts.rates[std::min(i, parts.rates.size() - 1)];
    builder.add_cable(switches[parts.cables[i].first], switches[parts.cables[i].second], rate, 10_ns,
                      LinkKind::scale_out, "trunk");
  }
  return std::move(builder).build();
}

GraphParts torus(std::uint32_t width, std::uint32_t height, std::uint32_t hosts_each) {
  GraphParts parts{.switches = width * height, .hosts_each = hosts_each, .cables = {}};
  for (std::uint32_t y = 0; y < height; ++y) {
    for (std::uint32_t x = 0; x < width; ++x) {
      parts.cables.emplace_back(y * width + x, y * width + (x + 1) % width);
      parts.cables.emplace_back(y * width + x, (y + 1) % height * width + x);
    }
  }
  return parts;
}

GraphParts dragonfly(std::uint32_t groups, std::uint32_t routers, std::uint32_t hosts_each) {
  GraphParts parts{.switches = groups * routers, .hosts_each = hosts_each, .cables = {}};
  for (std::uint32_t g = 0; g < groups; ++g) {
    for (std::uint32_t a = 0; a < routers; ++a) {
      for (std::uint32_t b = a + 1; b < routers; ++b) parts.cables.emplace_back(g * routers + a, g * routers + b);
    }
  }
  std::vector<std::uint32_t> next(groups, 0);
  for (std::uint32_t g = 0; g < groups; ++g) {
    for (std::uint32_t h = g + 1; h < groups; ++h) {
      parts.cables.emplace_back(g * routers + next[g]++ % routers, h * routers + next[h]++ % routers);
    }
  }
  return parts;
}

GraphParts random_regular(std::uint32_t switches, std::uint32_t degree, std::uint32_t hosts_each, std::uint64_t seed) {
  GraphParts parts{.switches = switches, .hosts_each = hosts_each, .cables = {}};
  RandomStream random(seed, 7);
  std::vector<std::uint32_t> ports;
  for (std::uint32_t s = 0; s < switches; ++s) ports.insert(ports.end(), degree, s);
  for (std::size_t i = ports.size(); i > 1; --i) std::swap(ports[i - 1], ports[random.below(i)]);
  for (std::size_t i = 0; i + 1 < ports.size(); i += 2) {
    if (ports[i] != ports[i + 1]) parts.cables.emplace_back(ports[i], ports[i + 1]);
  }
  for (std::uint32_t s = 0; s + 1 < switches; ++s) {  // in one piece, whatever was drawn
    if (random.below(4) == 0) parts.cables.emplace_back(s, s + 1);
  }
  return parts;
}

Topology card_torus(std::uint32_t width, std::uint32_t height) {
  TopologyBuilder builder("torus");
  builder.set_lossless(false);
  std::vector<DeviceId> cards;
  for (std::uint32_t i = 0; i < width * height; ++i) cards.push_back(builder.add_device(card(i, true)));
  for (const auto& [a, b] : torus(width, height, 1).cables) {
    builder.add_cable(cards[a], cards[b], 100_Gbps, 10_ns, LinkKind::scale_out, "torus");
  }
  return std::move(builder).build();
}

BlockSchedule::BlockSchedule(std::uint32_t ranks, std::vector<collectives::Block> blocks)
    : collective_({.kind = collectives::CollectiveKind::alltoall, .ranks = ranks, .elements_per_block = 1}),
      blocks_(std::move(blocks)) {}

}  // namespace polyplane::sim
