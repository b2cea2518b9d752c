// The flow model: every flow drains at its max-min fair rate, exact at every instant.
//
// What it leaves out: packets, queues, congestion control, loss; rates adapt at once and for nothing.
//
// Rates are those of allocation.h; here is their time. All starts and ends of one instant are one batch and one solve.
// Times are integer picoseconds. A flow that has kept one rate, an equal share of one trunk, since its first bit ends by
// 128-bit division; other rates and what is left of a flow are doubles.
//
// With a time quantum starts and ends wait for its next multiple, so that many share one solve. A flow that waits for its
// end has drained but keeps its share.
#include <algorithm>
#include <memory>
#include <utility>

#include "base/check.h"
#include "sim/network/allocation.h"
#include "sim/network/carried.h"
#include "sim/network/flow_trace.h"
#include "sim/network/flows_in_flight.h"
#include "sim/network/line_rate.h"
#include "sim/network/network_model.h"
#include "sim/network/quantum.h"
#include "sim/network/trunk_watch.h"

namespace polyplane::sim {

namespace {

class FlowModel final : public NetworkModel {
 public:
  explicit FlowModel(NetworkSetup setup)
      : engine_(setup.engine),
        sink_(setup.sink),
        allocation_(setup.capacities, setup.max_flows),
        carried_(setup.capacities.size()),
        flows_(setup.max_flows),
        quantum_(setup.quantum, setup.max_flows),
        certify_(setup.certify),
        watch_(setup.trace, setup.capacities.size()),
        in_flight_(setup.watch_loads ? FlowsInFlight(setup.capacities.size(), setup.max_flows) : FlowsInFlight()),
        traces_(setup.explain ? std::move(setup.capacities) : std::vector<BitRate>(),
                setup.explain ? setup.max_flows : 0) {
    engine_.attach(EventKind::flow_start, *this);
    engine_.attach(EventKind::flow_end, *this);
  }

  void start(const Flow& flow) override;
  void set_capacity(TrunkId trunk, BitRate capacity) override;
  DeliveryFacts facts(FlowId id) const override { return traces_.facts(id.index(), flows_[id.index()].size); }
  double carried_bytes(TrunkId trunk) const override { return carried_.bytes(trunk); }
  std::uint32_t flows(TrunkId trunk) const override { return in_flight_.on(trunk); }
  std::vector<FlowId> in_flight() const override;
  ModelFacts model_facts() const override;
  void handle(EventKind kind, std::span<const Event> events) override;
  void settle() override;
  bool is_meant(EventKind, const Event& event) const override { return flows_[event.id].stamp == event.stamp; }

 private:
  enum class Phase : std::uint8_t { idle, latent, draining };
  struct InFlight {
    Bytes size;
    double left_bits = 0;       // at `since`
    std::int64_t since_ps = 0;  // of the last change of rate
    std::uint32_t stamp = 0;    // of the event that is meant
    Phase phase = Phase::idle;
    bool whole = true;  // not a bit has drained yet
  };
  void begin_drain(std::uint32_t id);
  void finish(std::uint32_t id);
  void schedule_end(std::uint32_t id, const Rate& rate);

  Engine& engine_;
  FlowSink& sink_;
  Allocation allocation_;
  Carried carried_;
  std::vector<InFlight> flows_;
  Quantum quantum_;
  int128 drained_ps_ = 0;  // sum over flows
  bool certify_;
  std::uint64_t certified_ = 0;
  TrunkWatch watch_;
  FlowsInFlight in_flight_;
  FlowTraces traces_;
};

void FlowModel::start(const Flow& flow) {
  const std::uint32_t id = flow.id.index();
  InFlight& state = flows_[id];
  CHECK(state.phase == Phase::idle, "flow started twice");
  state.phase = Phase::latent;
  state.size = flow.size;
  state.stamp += 1;
  const TimePoint due = flow.start + flow.latency;
  const TimePoint drain_start = quantum_.start_of(id, due);
  carried_.add(flow.hops, flow.loads, flow.size);
  allocation_.set_route(id, flow.hops, flow.loads, flow.copies);
  traces_.started(id, flow.hops, due, drain_start);
  const bool drains = flow.size.count() > 0 && !flow.hops.empty();
  if (drains) in_flight_.started(id, flow.hops);
  engine_.schedule(drain_start, drains ? EventKind::flow_start : EventKind::flow_end, id, state.stamp);
}

void FlowModel::set_capacity(TrunkId trunk, BitRate capacity) {
  allocation_.set_capacity(trunk.index(), capacity);
  traces_.set_capacity(trunk, capacity);
  watch_.changed(trunk);
}

std::vector<FlowId> FlowModel::in_flight() const {
  std::vector<FlowId> ids;
  for (std::uint32_t i = 0; i < flows_.size(); ++i) {
    if (flows_[i].phase != Phase::idle) ids.emplace_back(i);
  }
  return ids;
}

void FlowModel::handle(EventKind kind, std::span<const Event> events) {
  for (const Event& event : events) {
    if (flows_[event.id].stamp != event.stamp) continue;
    if (kind == EventKind::flow_start) {
      begin_drain(event.id);
    } else {
      finish(event.id);
      sink_.delivered(FlowId(event.id));
    }
  }
}

void FlowModel::begin_drain(std::uint32_t id) {
  InFlight& flow = flows_[id];
  flow.phase = Phase::draining;
  flow.since_ps = engine_.now().ps();
  flow.left_bits = static_cast<double>(flow.size.count()) * 8.0;
  flow.whole = true;
  allocation_.add(id);
  drained_ps_ -= static_cast<int128>(flow.since_ps) * allocation_.copies(id);
}

void FlowModel::finish(std::uint32_t id) {
  InFlight& flow = flows_[id];
  const bool drained = flow.phase == Phase::draining;
  flow.phase = Phase::idle;
  flow.stamp += 1;
  in_flight_.ended(id);
  const TimePoint last_byte = quantum_.ended(id, engine_.now(), allocation_.copies(id));
  if (!drained) return;
  drained_ps_ += static_cast<int128>(last_byte.ps()) * allocation_.copies(id);
  traces_.drained(id, last_byte, allocation_.rate(id));
  traces_.drained(id, engine_.now(), 0.0);  // was put off
  watch_.changed(allocation_, id);
  allocation_.remove(id);
}

void FlowModel::schedule_end(std::uint32_t id, const Rate& rate) {
  InFlight& flow = flows_[id];
  flow.stamp += 1;
  if (rate.bps <= 0) {  // stands still until something changes
    quantum_.no_end(id);
    return;
  }
  const Duration drain = flow.whole ? drain_time(flow.size, rate) : drain_time(flow.left_bits, rate.bps);
  const TimePoint end = quantum_.end_of(id, TimePoint::from_ps(flow.since_ps) + drain);
  engine_.schedule(end, EventKind::flow_end, id, flow.stamp);
}

ModelFacts FlowModel::model_facts() const {
  const auto duration = [](int128 ps) {
    return Duration::from_ps(static_cast<std::int64_t>(std::min(ps, static_cast<int128>(INT64_MAX))));
  };
  return {allocation_.settles(), certified_, duration(quantum_.total_ps()), quantum_.most(), duration(drained_ps_)};
}

void FlowModel::settle() {
  const std::int64_t now_ps = engine_.now().ps();
  const std::uint64_t before = allocation_.settles();
  const std::span<const Allocation::Rerated> all = allocation_.settle();
  if (certify_ && allocation_.settles() > before) {
    allocation_.certify();
    certified_ += 1;
  }
  for (const Allocation::Rerated& rerated : all) {
    const double rate = allocation_.rate(rerated.flow);
    traces_.drained(rerated.flow, quantum_.drained_until(rerated.flow, engine_.now()), rerated.old_rate);
    traces_.bottleneck(rerated.flow, allocation_.bottleneck(rerated.flow));
    watch_.changed(allocation_, rerated.flow);
    if (rate == rerated.old_rate && rate > 0) continue;
    InFlight& flow = flows_[rerated.flow];
    if (quantum_.only_waits(rerated.flow, engine_.now())) continue;
    if (now_ps > flow.since_ps && rerated.old_rate > 0) {
      const double drained = rerated.old_rate * (static_cast<double>(now_ps - flow.since_ps) * 1e-12);
      flow.left_bits = std::max(flow.left_bits - drained, 0.0);
      flow.whole = false;
    }
    flow.since_ps = now_ps;
    schedule_end(rerated.flow, {rate, rerated.capacity, rerated.sharers, {}});
  }
  watch_.tell(allocation_, engine_.now());
}

const bool registered = [] {
  network_models().add("flow", "max-min fair fluid flows, exact: contention without packets; the default",
                       [](NetworkSetup setup) { return std::make_unique<FlowModel>(std::move(setup)); });
  return true;
}();

}  // namespace

}  // namespace polyplane::sim
