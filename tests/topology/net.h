// Small graphs by name, and what every route must satisfy.
#pragma once

#include <gtest/gtest.h>

#include <cmath>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "topology/router.h"
#include "topology/topology.h"
#include "topology/validate_route.h"

namespace polyplane::topology {

/// A builder that speaks names. Cables are 400 Gbps and 100 ns unless told.
class Net {
 public:
  explicit Net(std::string name = "net") : builder_(std::move(name)) { builder_.set_lossless(false); }

  void card(std::string name, std::int32_t node, std::int32_t rail = 0, bool forwards = false) {
    builder_.add_device({.name = std::move(name), .node = node, .rail = rail, .part = "", .forwards = forwards});
    names_.push_back(builder_.device(last()).name);
  }
  void device(std::string name, DeviceKind kind, std::int32_t tier = 0, std::int32_t plane = -1) {
    builder_.add_device(
        {.name = std::move(name), .kind = kind, .plane = plane, .tier = tier, .part = "", .forwards = true});
    names_.push_back(builder_.device(last()).name);
  }
  void leaf(std::string name) { device(std::move(name), DeviceKind::network_switch, 1, 0); }
  void spine(std::string name) { device(std::move(name), DeviceKind::network_switch, 2, 0); }
  void flat(std::string name) { device(std::move(name), DeviceKind::network_switch); }

  LinkId cable(std::string_view a, std::string_view b, std::string_view tier = "leaf-spine",
               LinkKind kind = LinkKind::scale_out, std::int64_t gbps = 400, std::int64_t ns = 100) {
    return builder_.add_cable(id(a), id(b), BitRate::from_bps(gbps * 1'000'000'000), Duration::from_ps(ns * 1000), kind,
                              tier, 0);
  }
  void access(std::string_view card, std::string_view leaf) { cable(card, leaf, "access"); }
  void nvlink(std::string_view a, std::string_view b) { cable(a, b, "nvlink", LinkKind::scale_up, 1600, 500); }
  /// Both directions.
  void cut(LinkId link) {
    builder_.link(link).up = false;
    builder_.link(builder_.link(link).reverse).up = false;
  }
  [[nodiscard]] DeviceId id(std::string_view name) const {
    for (std::uint32_t i = 0; i < names_.size(); ++i) {
      if (names_[i] == name) return DeviceId(i);
    }
    ADD_FAILURE() << "no device " << name;
    return {};
  }
  TopologyBuilder& builder() { return builder_; }
  [[nodiscard]] Topology build() && { return std::move(builder_).build(); }

 private:
  [[nodiscard]] DeviceId last() const { return DeviceId(static_cast<std::uint32_t>(builder_.num_devices() - 1)); }
  TopologyBuilder builder_;
  std::vector<std::string> names_;
};

inline FlowKey key_of(const Topology& topology, std::string_view src, std::string_view dst, std::uint32_t entropy = 0) {
  return {topology.find_device(src), topology.find_device(dst), entropy};
}

/// Fractions by "from->to" (parallel links summed).
inline std::map<std::string, double> loads(const Topology& topology, Router& router, std::string_view src,
                                           std::string_view dst) {
  std::map<std::string, double> sums;
  for (const auto& [link, fraction] : router.links(key_of(topology, src, dst))) {
    const Link& l = topology.link(link);
    sums[topology.device(l.from).name + "->" + topology.device(l.to).name] += fraction;
  }
  return sums;
}

/// A path as "a b c".
inline std::string path_of(const Topology& topology, Router& router, std::string_view src, std::string_view dst,
                           std::uint32_t entropy = 0) {
  std::string path(src);
  for (const auto& [link, fraction] : router.links(key_of(topology, src, dst, entropy))) {
    path += " " + topology.device(topology.link(link).to).name;
  }
  return path;
}

/// The contract of router.h: links() is a valid route; weight * share of the hops gives the same fractions; each trunk
/// once; latencies by tier sum to the latency; the same question has the same answer.
inline void expect_sound_route(const Topology& topology, Router& router, const FlowKey& key) {
  SCOPED_TRACE(topology.device(key.src).name + " to " + topology.device(key.dst).name);
  const auto links = router.links(key);
  EXPECT_EQ(route_defect(topology, key.src, key.dst, links), "");
  Route route;
  router.route(key, route);
  std::map<LinkId, double> unfolded;
  std::map<TrunkId, int> times;
  for (const Hop& hop : route.hops) {
    EXPECT_EQ(++times[hop.trunk], 1) << "trunk " << hop.trunk.index();
    for (const TrunkMember& member : router.members(hop.trunk)) unfolded[member.link] += hop.weight * member.share;
  }
  std::map<LinkId, double> direct(links.begin(), links.end());
  ASSERT_EQ(unfolded.size(), direct.size());
  for (const auto& [link, fraction] : direct) EXPECT_NEAR(unfolded[link], fraction, 1e-12) << "link " << link.index();
  Duration sum;
  for (const Duration part : router.latency_by_tier(key)) sum += part;
  EXPECT_EQ(sum, route.latency);
  Route again;
  router.route(key, again);
  ASSERT_EQ(again.hops.size(), route.hops.size());
  for (std::size_t i = 0; i < route.hops.size(); ++i) {
    EXPECT_EQ(again.hops[i].trunk, route.hops[i].trunk);
    EXPECT_EQ(again.hops[i].weight, route.hops[i].weight);
  }
}

inline void expect_sound_routes(const Topology& topology, Router& router) {
  for (const DeviceId src : topology.accelerators()) {
    for (const DeviceId dst : topology.accelerators()) {
      if (src != dst) expect_sound_route(topology, router, {src, dst, 3});
    }
  }
}

}  // namespace polyplane::topology
