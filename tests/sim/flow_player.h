// Plays flows and capacity changes on a network model, without cluster or schedule, and notes when each flow was delivered.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include "sim/network/network_model.h"

namespace polyplane::sim {

struct PlayedFlow {
  TimePoint start;
  Bytes size;
  Duration latency;
  std::vector<topology::Hop> hops;
  std::vector<double> loads = {};
  std::uint32_t copies = 1;
  std::optional<std::uint32_t> after = std::nullopt;  // starts when this flow is delivered; `start` counts from then
};

struct PlayedChange {
  TimePoint time;
  TrunkId trunk;
  BitRate capacity;
};

struct Play {
  std::vector<BitRate> capacities;
  std::vector<PlayedFlow> flows;
  std::vector<PlayedChange> changes = {};
};

class FlowPlayer final : public FlowSink, public EventHandler {
 public:
  explicit FlowPlayer(const Play& play, Duration quantum = {}, bool certify = false)
      : play_(play), ends_(play.flows.size()), followers_(play.flows.size()) {
    NetworkSetup setup{engine_, *this, play.capacities, static_cast<std::uint32_t>(play.flows.size())};
    setup.quantum = quantum;
    setup.certify = certify;
    model_ = network_models().at("flow")(std::move(setup));
    engine_.attach(EventKind::capacity, *this);
    for (std::uint32_t c = 0; c < play.changes.size(); ++c) {
      engine_.schedule(play.changes[c].time, EventKind::capacity, c);
    }
    for (std::uint32_t f = 0; f < play.flows.size(); ++f) {
      if (play.flows[f].after) {
        followers_[*play.flows[f].after].push_back(f);
      } else {
        start(f);
      }
    }
  }

  /// In ps; none: the flow stands still for ever.
  std::vector<std::optional<std::int64_t>> run() {
    engine_.run({});
    return ends_;
  }
  [[nodiscard]] const NetworkModel& model() const { return *model_; }

  void delivered(FlowId id) override {
    ends_[id.index()] = engine_.now().ps();
    for (const std::uint32_t follower : followers_[id.index()]) start(follower);
  }
  void handle(EventKind, std::span<const Event> events) override {
    for (const Event& event : events) {
      model_->set_capacity(play_.changes[event.id].trunk, play_.changes[event.id].capacity);
    }
  }

 private:
  void start(std::uint32_t f) {
    const PlayedFlow& flow = play_.flows[f];
    const TimePoint time = engine_.now() + flow.start.since_start();
    model_->start({FlowId(f), time, flow.size, flow.latency, flow.hops, flow.loads, flow.copies});
  }

  const Play& play_;
  Engine engine_;
  std::vector<std::optional<std::int64_t>> ends_;
  std::vector<std::vector<std::uint32_t>> followers_;
  std::unique_ptr<NetworkModel> model_;
};

}  // namespace polyplane::sim
