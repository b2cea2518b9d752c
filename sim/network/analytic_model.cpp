// Each flow at the line rate of its narrowest link, as if it were alone. A lower bound on every model that shares
// links.
#include <algorithm>
#include <memory>
#include <utility>

#include "base/check.h"
#include "base/error.h"
#include "sim/network/carried.h"
#include "sim/network/line_rate.h"
#include "sim/network/network_model.h"

namespace polyplane::sim {

namespace {

class AnalyticModel final : public NetworkModel {
 public:
  explicit AnalyticModel(NetworkSetup setup)
      : engine_(setup.engine),
        sink_(setup.sink),
        capacities_(std::move(setup.capacities)),
        carried_(capacities_.size()),
        flows_(setup.max_flows) {
    engine_.attach(EventKind::flow_end, *this);
  }

  void start(const Flow& flow) override {
    InFlight& slot = flows_[flow.id.index()];
    CHECK(!slot.active, "flow started twice");
    slot.active = true;
    slot.facts.drain_start = flow.start + flow.latency;
    slot.facts.line_time = {};
    if (!flow.hops.empty()) {
      const Rate rate = line_rate(flow.hops, capacities_);
      slot.facts.line_time = drain_time(flow.size, rate);
      slot.facts.narrowest = rate.trunk;
      carried_.add(flow.hops, flow.loads, flow.size);
      drained_ps_ += static_cast<int128>(slot.facts.line_time.ps()) * flow.copies;
    }
    engine_.schedule(slot.facts.drain_start + slot.facts.line_time, EventKind::flow_end, flow.id.index());
  }

  void set_capacity(TrunkId, BitRate) override {
    throw InputError("the analytic model has no capacity events; use --model flow");
  }
  DeliveryFacts facts(FlowId id) const override { return flows_[id.index()].facts; }
  double carried_bytes(TrunkId trunk) const override { return carried_.bytes(trunk); }

  /// Nothing is shared, so nothing is solved, certified or put off.
  ModelFacts model_facts() const override {
    ModelFacts facts;
    facts.drained = Duration::from_ps(static_cast<std::int64_t>(std::min(drained_ps_, static_cast<int128>(INT64_MAX))));
    return facts;
  }

  std::vector<FlowId> in_flight() const override {
    std::vector<FlowId> ids;
    for (std::uint32_t i = 0; i < flows_.size(); ++i) {
      if (flows_[i].active) ids.emplace_back(i);
    }
    return ids;
  }

  void handle(EventKind, std::span<const Event> events) override {
    for (const Event& event : events) {
      flows_[event.id].active = false;
      sink_.delivered(FlowId(event.id));
    }
  }

 private:
  struct InFlight {
    DeliveryFacts facts;
    bool active = false;
  };
  Engine& engine_;
  FlowSink& sink_;
  std::vector<BitRate> capacities_;
  Carried carried_;
  std::vector<InFlight> flows_;
  int128 drained_ps_ = 0;  // sum over flows
};

const bool registered = [] {
  network_models().add("analytic", "every flow at the line rate of its narrowest link, no contention: a lower bound",
                       [](NetworkSetup setup) { return std::make_unique<AnalyticModel>(std::move(setup)); });
  return true;
}();

}  // namespace

}  // namespace polyplane::sim
