// A router for tests without a topology: n cards around one switch that never blocks. Trunk 2i is the way up from card i,
// 2i+1 the way down to it; latency is that of the two links together.
#pragma once

#include <memory>
#include <utility>
#include <vector>

#include "topology/router.h"

namespace polyplane::sim {

class StarRouter final : public topology::Router {
 public:
  StarRouter(std::uint32_t cards, BitRate rate, Duration latency) : latency_(latency) {
    for (std::uint32_t i = 0; i < 2 * cards; ++i) {
      trunks_.push_back({rate, 0, i, 1});
      members_.push_back({LinkId(i), 1.0});
    }
  }
  void set_rate(TrunkId trunk, BitRate rate) { trunks_[trunk.index()].capacity = rate; }

  [[nodiscard]] std::span<const topology::Trunk> trunks() const override { return trunks_; }
  [[nodiscard]] std::span<const topology::TrunkMember> members(TrunkId trunk) const override {
    return std::span<const topology::TrunkMember>(members_).subspan(trunk.index(), 1);
  }
  void route(const topology::FlowKey& key, topology::Route& route) override {
    route.hops.assign({{TrunkId(2 * key.src.index()), 1.0}, {TrunkId(2 * key.dst.index() + 1), 1.0}});
    route.latency = latency_;
    route.scale_out = true;
    route.num_links = 2;
  }
  [[nodiscard]] std::vector<std::pair<LinkId, double>> links(const topology::FlowKey& key) override {
    return {{LinkId(2 * key.src.index()), 1.0}, {LinkId(2 * key.dst.index() + 1), 1.0}};
  }
  [[nodiscard]] std::vector<Duration> latency_by_tier(const topology::FlowKey&) override { return {latency_}; }

 private:
  std::vector<topology::Trunk> trunks_;
  std::vector<topology::TrunkMember> members_;
  Duration latency_;
};

}  // namespace polyplane::sim
