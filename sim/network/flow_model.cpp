// The flow model: every flow drains at its max-min fair rate, exact at every instant.
//
// What it leaves out: packets, queues, congestion control, loss; rates adapt at once and for nothing.
//
// A start or an end re-solves only the flows that it really affects: the set grows until the bottleneck condition holds
// on every touched trunk, which proves the whole allocation (max_min.h), whatever the set was. Two short cuts need no
// solve: a flow that finds room takes the smallest residual of its path when nothing there is faster or held back; an
// end on which no other flow's bottleneck lies changes nothing. All starts and ends of one instant are one batch and
// one solve.
//
// Numbers. Times are integer picoseconds. A flow that has kept one rate, an equal share of one trunk, since its first
// bit ends by 128-bit division; other rates and what is left of a flow are doubles. Loads of trunks are sums of
// integers (2^-10 bit/s, coarser above 4,503 Tbps), so adding and removing in any order gives the same bits and
// nothing drifts.
#include <algorithm>
#include <memory>
#include <utility>

#include "base/check.h"
#include "base/error.h"
#include "sim/network/carried.h"
#include "sim/network/flow_trace.h"
#include "sim/network/incidences.h"
#include "sim/network/line_rate.h"
#include "sim/network/max_min.h"
#include "sim/network/network_model.h"

namespace polyplane::sim {

namespace {

constexpr std::int64_t kMostUnits = std::int64_t{1} << 62U;
constexpr std::size_t kSmallSet = 64;  // affected sets up to here never fall back to a full solve
constexpr double kTolerance = 1e-10;   // of saturation and of "faster", relative
constexpr double kSameRate = 1e-12;    // a re-solve that moves a rate by less leaves it alone

/// Units of load in a bit/s: 1024, or fewer where the widest trunk would not fit into 62 bits.
double units_per_bps(std::span<const BitRate> capacities) {
  std::int64_t units = 1024;
  for (const BitRate capacity : capacities) {
    while (units > 1 && capacity.bps() > kMostUnits / units) units /= 2;
  }
  return static_cast<double>(units);
}

class FlowModel final : public NetworkModel {
 public:
  explicit FlowModel(NetworkSetup setup)
      : engine_(setup.engine),
        sink_(setup.sink),
        capacities_(std::move(setup.capacities)),
        units_per_bps_(units_per_bps(capacities_)),
        carried_(capacities_.size()),
        trunks_(capacities_.size()),
        flows_(setup.max_flows),
        traces_(setup.explain ? setup.max_flows : 0) {
    for (std::size_t t = 0; t < trunks_.size(); ++t) trunks_[t].capacity = capacity_units(capacities_[t]);
    engine_.attach(EventKind::flow_start, *this);
    engine_.attach(EventKind::flow_end, *this);
  }

  void start(const Flow& flow) override;
  void set_capacity(TrunkId trunk, BitRate capacity) override;
  DeliveryFacts facts(FlowId id) const override;
  double carried_bytes(TrunkId trunk) const override { return carried_.bytes(trunk); }
  std::vector<FlowId> in_flight() const override;
  void handle(EventKind kind, std::span<const Event> events) override;
  void settle() override;

 private:
  enum class Phase : std::uint8_t { idle, latent, draining };
  struct FlowState {
    double rate = 0;            // bit/s
    double left_bits = 0;       // at `since`
    std::int64_t since_ps = 0;  // of the last change of rate
    std::int64_t drain_start_ps = 0;
    Bytes size;
    BitRate shared_capacity;  // with `sharers`: the exact rate
    std::int64_t sharers = 0;
    std::uint32_t bottleneck = kNone;
    std::uint32_t stamp = 0;
    std::uint32_t first_hop = 0, num_hops = 0;
    Phase phase = Phase::idle;
    bool whole = true;     // not a bit has drained yet
    bool solving = false;  // in the affected set
  };
  struct TrunkState {
    std::int64_t capacity = 0, load = 0;  // in units
    double level = 0;                     // rate of the flows that have their bottleneck here
    double fastest = 0;                   // upper bound of all rates here
    std::uint32_t flows = 0, held = 0;    // held: flows with their bottleneck here
    std::uint32_t head = kNone;
    std::uint32_t local = kNone;  // index in the running solve
    bool touched = false;
  };
  struct Affected {
    std::uint32_t flow;
    double old_rate;
  };
  /// Facts about one trunk of the running solve, over the flows of the affected set.
  struct Local {
    std::uint32_t trunk;
    double fastest, level;  // level < 0: no flow of the set has its bottleneck here
  };

  std::int64_t load_units(double bps) const { return static_cast<std::int64_t>(bps * units_per_bps_); }
  std::int64_t capacity_units(BitRate capacity) const {
    const double units = static_cast<double>(capacity.bps()) * units_per_bps_;
    if (units > static_cast<double>(kMostUnits)) {
      throw LimitError("links that are used alike have " + to_string(capacity) +
                       " together; the flow model takes up to " +
                       to_string(BitRate::from_bps(kMostUnits / static_cast<std::int64_t>(units_per_bps_))));
    }
    return load_units(static_cast<double>(capacity.bps()));
  }
  double bps_of(std::size_t trunk) const { return static_cast<double>(capacities_[trunk].bps()); }
  std::span<Incidence> hops(const FlowState& flow) { return incidences_.block(flow.first_hop, flow.num_hops); }
  void link(std::uint32_t incidence);
  void unlink(std::uint32_t incidence);
  bool is_full(const TrunkState& trunk) const;
  void touch(std::uint32_t trunk);
  void begin_drain(std::uint32_t id);
  bool take_residual(FlowState& flow);
  void finish(std::uint32_t id);
  void schedule_end(std::uint32_t id);

  void affect(std::uint32_t id);
  void join_held(std::uint32_t trunk);
  void join_faster(std::uint32_t trunk, double level, double fastest_affected);
  void affect_everything();
  void solve_affected();
  void put_loads(std::int64_t sign);
  void find_violations();
  void commit();

  Engine& engine_;
  FlowSink& sink_;
  std::vector<BitRate> capacities_;
  double units_per_bps_;
  Carried carried_;
  std::vector<TrunkState> trunks_;
  std::vector<FlowState> flows_;
  FlowTraces traces_;
  Incidences incidences_;
  std::uint32_t draining_ = 0;

  std::vector<std::uint32_t> unrated_, touched_, joining_;
  std::vector<Affected> affected_;
  std::vector<Local> locals_;
  MaxMin solver_;
};

void FlowModel::start(const Flow& flow) {
  FlowState& state = flows_[flow.id.index()];
  CHECK(state.phase == Phase::idle, "flow started twice");
  if (state.num_hops > 0) incidences_.free(state.first_hop, state.num_hops);
  state.num_hops = static_cast<std::uint32_t>(flow.hops.size());
  state.phase = Phase::latent;
  state.size = flow.size;
  state.stamp += 1;
  const TimePoint drain_start = flow.start + flow.latency;
  state.drain_start_ps = drain_start.ps();
  carried_.add(flow.hops, flow.size);
  if (!flow.hops.empty()) {
    state.first_hop = incidences_.allocate(state.num_hops);
    for (std::uint32_t i = 0; i < state.num_hops; ++i) {
      const topology::Hop& hop = flow.hops[i];
      incidences_[state.first_hop + i] = {flow.id.index(), hop.trunk.index(), kNone, kNone, hop.weight};
    }
  }
  traces_.started(flow.id.index(), flow.hops, capacities_, drain_start);
  const bool drains = flow.size.count() > 0 && !flow.hops.empty();
  engine_.schedule(drain_start, drains ? EventKind::flow_start : EventKind::flow_end, flow.id.index(), state.stamp);
}

void FlowModel::set_capacity(TrunkId trunk, BitRate capacity) {
  capacities_[trunk.index()] = capacity;
  TrunkState& state = trunks_[trunk.index()];
  state.capacity = capacity_units(capacity);
  for (std::uint32_t i = state.head; i != kNone; i = incidences_[i].next) unrated_.push_back(incidences_[i].flow);
}

DeliveryFacts FlowModel::facts(FlowId id) const {
  const FlowState& flow = flows_[id.index()];
  return traces_.facts(id.index(), TimePoint::from_ps(flow.drain_start_ps), flow.size);
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

void FlowModel::link(std::uint32_t incidence) {
  TrunkState& trunk = trunks_[incidences_[incidence].trunk];
  incidences_.link(incidence, trunk.head);
  trunk.flows += 1;
}

void FlowModel::unlink(std::uint32_t incidence) {
  TrunkState& trunk = trunks_[incidences_[incidence].trunk];
  incidences_.unlink(incidence, trunk.head);
  trunk.flows -= 1;
  if (trunk.flows == 0) trunk.fastest = 0;
}

bool FlowModel::is_full(const TrunkState& trunk) const {
  const auto slack = static_cast<std::int64_t>(static_cast<double>(trunk.capacity) * kTolerance) + trunk.flows;
  return trunk.capacity - trunk.load <= slack;
}

void FlowModel::touch(std::uint32_t trunk) {
  if (trunks_[trunk].touched) return;
  trunks_[trunk].touched = true;
  touched_.push_back(trunk);
}

void FlowModel::begin_drain(std::uint32_t id) {
  FlowState& flow = flows_[id];
  flow.phase = Phase::draining;
  flow.since_ps = engine_.now().ps();
  flow.left_bits = static_cast<double>(flow.size.count()) * 8.0;
  flow.whole = true;
  flow.rate = 0;
  flow.sharers = 0;
  flow.bottleneck = kNone;
  draining_ += 1;
  const bool rated = take_residual(flow);
  for (std::uint32_t i = 0; i < flow.num_hops; ++i) {
    const std::uint32_t incidence = flow.first_hop + i;
    link(incidence);
    TrunkState& trunk = trunks_[incidences_[incidence].trunk];
    trunk.load += load_units(flow.rate * incidences_[incidence].weight);
    trunk.fastest = std::max(trunk.fastest, flow.rate);
  }
  if (!rated) {
    unrated_.push_back(id);
    return;
  }
  TrunkState& bottleneck = trunks_[flow.bottleneck];
  bottleneck.held += 1;
  bottleneck.level = flow.rate;
  traces_.bottleneck(id, TrunkId(flow.bottleneck));
  schedule_end(id);
}

// The smallest residual of the path, when the bottleneck condition then holds for this flow and still for all others.
bool FlowModel::take_residual(FlowState& flow) {
  Rate best;
  std::uint32_t best_flows = 0;
  for (const Incidence& hop : hops(flow)) {
    const TrunkState& trunk = trunks_[hop.trunk];
    if (trunk.held > 0) return false;
    const bool alone = trunk.flows == 0;
    const double residual =
        (alone ? bps_of(hop.trunk) : static_cast<double>(trunk.capacity - trunk.load) / units_per_bps_) / hop.weight;
    if (best.trunk.valid() && (residual > best.bps || (residual == best.bps && trunk.flows >= best_flows))) continue;
    best = {residual, capacities_[hop.trunk], alone && hop.weight == 1.0 ? 1 : 0, TrunkId(hop.trunk)};
    best_flows = trunk.flows;
  }
  const std::uint32_t narrowest = best.trunk.index();
  if (best.bps <= bps_of(narrowest) * kTolerance) return false;
  if (trunks_[narrowest].fastest > best.bps * (1 + kTolerance)) return false;
  flow.rate = best.bps;
  flow.shared_capacity = best.capacity;
  flow.sharers = best.sharers;
  flow.bottleneck = narrowest;
  return true;
}

void FlowModel::finish(std::uint32_t id) {
  FlowState& flow = flows_[id];
  const bool drained = flow.phase == Phase::draining;
  flow.phase = Phase::idle;
  flow.stamp += 1;
  if (!drained) {
    flow.bottleneck = kNone;
    return;
  }
  draining_ -= 1;
  traces_.drained(id, engine_.now(), flow.rate);
  if (flow.bottleneck != kNone) trunks_[flow.bottleneck].held -= 1;
  for (std::uint32_t i = 0; i < flow.num_hops; ++i) {
    const std::uint32_t incidence = flow.first_hop + i;
    const Incidence& hop = incidences_[incidence];
    unlink(incidence);
    TrunkState& trunk = trunks_[hop.trunk];
    trunk.load -= load_units(flow.rate * hop.weight);
    if (trunk.held > 0) touch(hop.trunk);
  }
}

void FlowModel::schedule_end(std::uint32_t id) {
  FlowState& flow = flows_[id];
  flow.stamp += 1;
  if (flow.rate <= 0) return;  // stands still until something changes
  const Duration drain = flow.whole && flow.sharers > 0
                             ? drain_time(flow.size, Rate{flow.rate, flow.shared_capacity, flow.sharers, {}})
                             : drain_time(flow.left_bits, flow.rate);
  engine_.schedule(TimePoint::from_ps(flow.since_ps) + drain, EventKind::flow_end, id, flow.stamp);
}

void FlowModel::settle() {
  if (unrated_.empty() && touched_.empty()) return;
  affected_.clear();
  for (const std::uint32_t trunk : touched_) {
    trunks_[trunk].touched = false;
    if (trunks_[trunk].held > 0 && !is_full(trunks_[trunk])) join_held(trunk);
  }
  for (const std::uint32_t id : joining_) affect(id);
  joining_.clear();
  for (const std::uint32_t id : unrated_) {
    if (flows_[id].phase == Phase::draining) affect(id);
  }
  touched_.clear();
  unrated_.clear();
  if (affected_.empty()) return;
  while (true) {
    solve_affected();
    put_loads(+1);
    find_violations();
    if (joining_.empty()) break;
    put_loads(-1);
    for (const std::uint32_t id : joining_) affect(id);
    joining_.clear();
    if (affected_.size() > kSmallSet && affected_.size() > draining_ / 20) affect_everything();
  }
  commit();
}

// Joins the affected set: its load leaves its trunks until the next solve.
void FlowModel::affect(std::uint32_t id) {
  FlowState& flow = flows_[id];
  if (flow.solving) return;
  flow.solving = true;
  affected_.push_back({id, flow.rate});
  for (const Incidence& hop : hops(flow)) trunks_[hop.trunk].load -= load_units(flow.rate * hop.weight);
  if (flow.bottleneck != kNone) trunks_[flow.bottleneck].held -= 1;
}

void FlowModel::join_held(std::uint32_t trunk) {
  for (std::uint32_t i = trunks_[trunk].head; i != kNone; i = incidences_[i].next) {
    const FlowState& flow = flows_[incidences_[i].flow];
    if (!flow.solving && flow.bottleneck == trunk) joining_.push_back(incidences_[i].flow);
  }
}

void FlowModel::join_faster(std::uint32_t trunk, double level, double fastest_affected) {
  double fastest = fastest_affected;
  for (std::uint32_t i = trunks_[trunk].head; i != kNone; i = incidences_[i].next) {
    const FlowState& flow = flows_[incidences_[i].flow];
    if (flow.solving) continue;
    fastest = std::max(fastest, flow.rate);
    if (flow.rate > level * (1 + kTolerance)) joining_.push_back(incidences_[i].flow);
  }
  trunks_[trunk].fastest = fastest;
}

void FlowModel::affect_everything() {
  for (std::uint32_t id = 0; id < flows_.size(); ++id) {
    if (flows_[id].phase == Phase::draining) affect(id);
  }
}

void FlowModel::solve_affected() {
  solver_.clear();
  for (const Local& local : locals_) trunks_[local.trunk].local = kNone;
  locals_.clear();
  // The solver breaks ties by its own index, so flows go in by id and trunks in order of first use.
  std::sort(affected_.begin(), affected_.end(), [](const Affected& a, const Affected& b) { return a.flow < b.flow; });
  for (const Affected& affected : affected_) {
    solver_.add_flow();
    for (const Incidence& hop : hops(flows_[affected.flow])) {
      TrunkState& trunk = trunks_[hop.trunk];
      if (trunk.local == kNone) {
        const double available = static_cast<double>(trunk.capacity - trunk.load) / units_per_bps_;
        trunk.local = solver_.add_trunk(available, capacities_[hop.trunk], trunk.load == 0);
        locals_.push_back({hop.trunk, 0.0, -1.0});
      }
      solver_.add_hop(trunk.local, hop.weight);
    }
  }
  solver_.solve();
  for (std::uint32_t i = 0; i < affected_.size(); ++i) {
    FlowState& flow = flows_[affected_[i].flow];
    const Rate& rate = solver_.rate(i);
    const double old_rate = affected_[i].old_rate;
    flow.bottleneck = locals_[rate.trunk.index()].trunk;
    const double change = rate.bps - old_rate;
    if (change <= old_rate * kSameRate && -change <= old_rate * kSameRate && old_rate > 0) {
      flow.rate = old_rate;
    } else {
      flow.rate = rate.bps;
    }
    locals_[rate.trunk.index()].level = std::max(locals_[rate.trunk.index()].level, flow.rate);
    for (const Incidence& hop : hops(flow)) {
      Local& local = locals_[trunks_[hop.trunk].local];
      local.fastest = std::max(local.fastest, flow.rate);
    }
  }
}

void FlowModel::put_loads(std::int64_t sign) {
  for (const Affected& affected : affected_) {
    const FlowState& flow = flows_[affected.flow];
    for (const Incidence& hop : hops(flow)) trunks_[hop.trunk].load += sign * load_units(flow.rate * hop.weight);
  }
}

// Flows outside the set whose bottleneck condition no longer holds, or that break one inside: they join.
void FlowModel::find_violations() {
  for (const Local& local : locals_) {
    const TrunkState& trunk = trunks_[local.trunk];
    if (trunk.held > 0 && (!is_full(trunk) || local.fastest > trunk.level * (1 + kTolerance))) join_held(local.trunk);
    if (local.level >= 0 && trunk.fastest > local.level * (1 + kTolerance)) {
      join_faster(local.trunk, local.level, local.fastest);
    }
  }
}

void FlowModel::commit() {
  const std::int64_t now_ps = engine_.now().ps();
  for (std::uint32_t i = 0; i < affected_.size(); ++i) {
    const Affected& affected = affected_[i];
    FlowState& flow = flows_[affected.flow];
    flow.solving = false;
    TrunkState& bottleneck = trunks_[flow.bottleneck];
    bottleneck.held += 1;
    bottleneck.level = flow.rate;
    for (const Incidence& hop : hops(flow)) {
      TrunkState& trunk = trunks_[hop.trunk];
      trunk.fastest = std::max(trunk.fastest, flow.rate);
    }
    traces_.drained(affected.flow, engine_.now(), affected.old_rate);
    traces_.bottleneck(affected.flow, TrunkId(flow.bottleneck));
    if (flow.rate == affected.old_rate && affected.old_rate > 0) continue;
    if (now_ps > flow.since_ps && affected.old_rate > 0) {
      const double drained = affected.old_rate * (static_cast<double>(now_ps - flow.since_ps) * 1e-12);
      flow.left_bits = std::max(flow.left_bits - drained, 0.0);
      flow.whole = false;
    }
    flow.since_ps = now_ps;
    const Rate& rate = solver_.rate(i);
    flow.shared_capacity = rate.capacity;
    flow.sharers = rate.sharers;
    schedule_end(affected.flow);
  }
}

const bool registered = [] {
  network_models().add("flow", "max-min fair fluid flows, exact: contention without packets; the default",
                       [](NetworkSetup setup) { return std::make_unique<FlowModel>(std::move(setup)); });
  return true;
}();

}  // namespace

}  // namespace polyplane::sim
