#include "sim/at_once_solve.h"

#include <algorithm>
#include <cmath>
#include <memory>

#include "base/check.h"
#include "sim/simulation.h"

namespace polyplane::sim {

namespace {

class Ends final : public FlowSink {
 public:
  Ends(Engine& engine, std::size_t flows) : engine_(engine), ends_(flows) {}
  void delivered(FlowId id) override { ends_[id.index()] = engine_.now(); }
  [[nodiscard]] std::vector<TimePoint> take() && { return std::move(ends_); }

 private:
  Engine& engine_;
  std::vector<TimePoint> ends_;
};

/// A whole number but for the noise of doubles is that number.
double rounded(double load) {
  const double whole = std::nearbyint(load);
  return whole > 0 && std::abs(load - whole) <= whole * 1e-14 ? whole : load;
}

}  // namespace

ClassNetwork class_network(const AtOnceClasses& classes, const Islands& islands, const topology::Topology& topology,
                           topology::Router& router) {
  ClassNetwork network;
  network.capacities.resize(classes.links().size());
  for (std::uint32_t slot = 0; slot < islands.slots().size(); ++slot) {
    network.capacities[classes.link_class(slot)] = islands.slots()[slot].rate;
  }
  std::vector<double> weight(classes.links().size(), 0.0);
  std::vector<char> used(classes.links().size(), 0);
  std::vector<std::uint32_t> touched;
  network.first_hop.push_back(0);
  for (const FlowClass& flow : classes.flows()) {
    const auto cards = topology.accelerators();
    touched.clear();
    for (const auto& [link, fraction] : router.links({cards[flow.source], cards[flow.destination], 0})) {
      const std::uint32_t slot = islands.slot_of(link);
      CHECK(slot != kNoIndex, "a route over a link that no route can use");
      const std::uint32_t link_class = classes.link_class(slot);
      if (weight[link_class] == 0) touched.push_back(link_class);
      weight[link_class] += fraction;
    }
    std::sort(touched.begin(), touched.end());
    for (const std::uint32_t c : touched) {
      const double load = weight[c] * static_cast<double>(flow.flows) / static_cast<double>(classes.links()[c]);
      network.hops.push_back({TrunkId(c), rounded(load)});
      network.used_link_classes += used[c] == 0 ? 1 : 0;
      used[c] = 1;
      weight[c] = 0;
    }
    network.first_hop.push_back(static_cast<std::uint32_t>(network.hops.size()));
  }
  return network;
}

ClassEnds drain(const AtOnceClasses& classes, const ClassNetwork& network, TimePoint launched,
                const std::function<bool()>& stop) {
  Engine engine;
  const auto flows = static_cast<std::uint32_t>(classes.flows().size());
  Ends ends(engine, flows);
  const std::unique_ptr<NetworkModel> model =
      network_models().at("flow")({engine, ends, network.capacities, flows, false, Duration{}, false});
  for (std::uint32_t c = 0; c < flows; ++c) {
    const FlowClass& flow = classes.flows()[c];
    model->start({FlowId(c), launched + flow.software, flow.size, flow.latency, network.hops_of(c), {}});
  }
  if (!engine.run(stop)) throw Interrupted{};
  CHECK(model->in_flight().empty(), "classes of flows that never end");
  return {std::move(ends).take(), engine.events(), model->model_facts()};
}

}  // namespace polyplane::sim
