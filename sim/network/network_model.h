// The one seam for the network: start(flow), and the sink is told when its last byte is there. Analytic, flow and
// (later) packet models differ behind it and nowhere else. A network carries flows; it does not know why they move.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <utility>
#include <vector>

#include "base/ids.h"
#include "base/registry.h"
#include "base/units.h"
#include "sim/engine/engine.h"
#include "sim/network/model_facts.h"
#include "sim/trace/trace_sink.h"
#include "topology/router.h"

namespace polyplane::sim {

/// One transfer: pays `latency` once from `start` on, using no bandwidth, then its bytes drain over the hops.
struct Flow {
  FlowId id;        // unique among flows in flight; the order of flows at one instant
  TimePoint start;  // now or later
  Bytes size;       // 0 is legal: latency only
  Duration latency;
  std::span<const topology::Hop> hops;  // read during start() only; empty: infinitely fast
  /// In a folded run one flow stands for a whole orbit: what the orbit puts on the trunk of each hop, in units of the rate
  /// of one flow. Empty: the weights of the hops. The flow alone is as fast as `hops` say, its load and its bytes are these.
  /// Where each is a whole multiple of the hop's weight, the run has the same bits as that of the orbit, flow by flow.
  std::span<const double> loads;
  std::uint32_t copies = 1;  // flows that it stands for
};

/// What a model knows of a flow in the moment of its delivery, for attribution.
struct DeliveryFacts {
  TimePoint drain_start;
  Duration start_put_off;  // by a time quantum, up to drain_start
  Duration line_time;      // what the drain takes alone, at the line rate of the narrowest trunk
  Duration waited;         // stood still: no capacity at all on its route, or drained, and the end was put off
  TrunkId narrowest;       // none for a flow without hops
  /// Time that sharing cost, by the trunk that held the flow meanwhile: over an interval dt at rate r of line rate l,
  /// dt (1 - r/l). In picoseconds, as weights: they add up to the drain less line_time and waited but for rounding.
  std::vector<std::pair<TrunkId, double>> held_by;
};

class FlowSink {
 public:
  virtual ~FlowSink() = default;
  /// Called within the batch of ends at `engine.now()`, ascending by id. May start flows.
  virtual void delivered(FlowId id) = 0;
};

/// As topology::TrunkLoads: flows from start() to delivery, where NetworkSetup::watch_loads asks for them.
class NetworkModel : public EventHandler, public topology::TrunkLoads {
 public:
  /// REQUIRES: no flow with this id is in flight; id.index() < Setup::max_flows.
  virtual void start(const Flow& flow) = 0;
  /// From now on. A flow on a trunk without capacity stands still. The analytic model refuses (InputError).
  virtual void set_capacity(TrunkId trunk, BitRate capacity) = 0;
  /// REQUIRES: NetworkSetup::explain; called from FlowSink::delivered for that flow, before it is started again.
  [[nodiscard]] virtual DeliveryFacts facts(FlowId id) const = 0;
  /// Bytes started so far, weighted by the hops, per trunk.
  [[nodiscard]] virtual double carried_bytes(TrunkId trunk) const = 0;
  /// Flows that are in flight, ascending: who stands still when the engine runs dry.
  [[nodiscard]] virtual std::vector<FlowId> in_flight() const = 0;
  [[nodiscard]] virtual ModelFacts model_facts() const = 0;
};

struct NetworkSetup {
  Engine& engine;
  FlowSink& sink;
  std::vector<BitRate> capacities;  // per trunk, at weight 1
  std::uint32_t max_flows = 0;
  bool explain = false;  // keep what facts() tells
  /// Starts and ends of flows are put off to the next multiple of this, so that many share one solve; zero: exact. The
  /// analytic model has nothing to share and puts nothing off.
  Duration quantum;
  bool certify = false;        // check the bottleneck condition of all flows after every solve
  bool watch_loads = false;    // count flows in flight by trunk; the analytic model has no loads
  TraceSink* trace = nullptr;  // told of loads of trunks; may be null
};

/// `analytic` and `flow`; each registers itself.
using NetworkFactory = std::function<std::unique_ptr<NetworkModel>(NetworkSetup)>;
[[nodiscard]] Registry<NetworkFactory>& network_models();

}  // namespace polyplane::sim
