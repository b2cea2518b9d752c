#include "tests/golden/random_experiment.h"

#include <algorithm>
#include <array>
#include <string>
#include <vector>

#include "base/random.h"

namespace polyplane::golden {
namespace {

constexpr std::int64_t kGbps = 1'000'000'000;
constexpr std::int64_t kUs = 1'000'000;  // ps

class Draw {
 public:
  explicit Draw(std::uint64_t seed) : stream_(seed, 0) {}

  std::int64_t below(std::uint64_t bound) { return static_cast<std::int64_t>(stream_.below(bound)); }
  std::size_t index(std::size_t size) { return static_cast<std::size_t>(stream_.below(size)); }
  bool percent(std::uint64_t chance) { return stream_.below(100) < chance; }

  /// Round figures make ties and equal shares; crooked ones make fractions.
  BitRate rate() {
    constexpr std::array<std::int64_t, 6> kRound = {25, 50, 100, 200, 400, 800};
    if (percent(50)) return BitRate::from_bps(kRound[index(kRound.size())] * kGbps);
    return BitRate::from_bps(20 * kGbps + below(780 * kGbps));
  }
  TimePoint instant() {
    if (percent(50)) return TimePoint::from_ps(below(5) * 100 * kUs);
    return TimePoint::from_ps(below(600 * kUs));
  }
  Duration latency() {
    if (percent(30)) return Duration{};
    if (percent(50)) return Duration::from_ps(kUs / 2);
    return Duration::from_ps(below(20 * kUs));
  }
  Bytes size() {
    if (percent(5)) return Bytes{};
    if (percent(30)) return Bytes((1 + below(4)) << 20U);
    if (percent(20)) return Bytes(1 + below(4096));
    return Bytes(1 + below(16U << 20U));
  }

 private:
  RandomStream stream_;
};

sim::GraphSpec random_graph(Draw& draw, const RandomShape& shape) {
  sim::GraphSpec graph;
  graph.name = "random";
  const std::int64_t devices = 2 + draw.below(shape.devices - 1);
  for (std::int64_t d = 0; d < devices; ++d) {
    topology::Device device;
    device.name = "d" + std::to_string(d);
    if (draw.percent(40)) device.kind = topology::DeviceKind::network_switch;
    device.forwards = true;
    graph.devices.push_back(device);
  }
  const std::int64_t links = 1 + draw.below(shape.links);
  for (std::int64_t l = 0; l < links; ++l) {
    const std::int64_t from = draw.below(static_cast<std::uint64_t>(devices));
    const std::int64_t to = (from + 1 + draw.below(static_cast<std::uint64_t>(devices) - 1)) % devices;
    sim::GraphSpec::Edge edge;
    edge.name = "l" + std::to_string(l);
    edge.from = "d" + std::to_string(from);
    edge.to = "d" + std::to_string(to);
    edge.rate = draw.rate();
    edge.latency = draw.latency();
    edge.two_way = false;
    edge.shared = !draw.percent(10);
    graph.edges.push_back(edge);
  }
  return graph;
}

/// A walk along random links that comes to no device twice.
std::vector<const sim::GraphSpec::Edge*> random_path(Draw& draw, const sim::GraphSpec& graph) {
  std::vector<const sim::GraphSpec::Edge*> path = {&graph.edges[draw.index(graph.edges.size())]};
  std::vector<std::string> visited = {path[0]->from, path[0]->to};
  while (path.size() < 6 && !draw.percent(15)) {
    std::vector<const sim::GraphSpec::Edge*> next;
    for (const sim::GraphSpec::Edge& edge : graph.edges) {
      const bool fresh = std::find(visited.begin(), visited.end(), edge.to) == visited.end();
      if (edge.from == path.back()->to && fresh) next.push_back(&edge);
    }
    if (next.empty()) break;
    path.push_back(next[draw.index(next.size())]);
    visited.push_back(path.back()->to);
  }
  return path;
}

sim::FlowJob random_flow(Draw& draw, const sim::GraphSpec& graph, std::int64_t number) {
  sim::FlowJob flow;
  flow.name = "f" + std::to_string(number);
  const std::vector<const sim::GraphSpec::Edge*> path = random_path(draw, graph);
  for (const sim::GraphSpec::Edge* edge : path) flow.route.push_back(edge->name);
  if (draw.percent(50)) {
    flow.src = path.front()->from;
    flow.dst = path.back()->to;
  }
  flow.size = draw.size();
  flow.start = draw.instant();
  if (draw.percent(20)) flow.rate_cap = draw.rate();
  return flow;
}

std::vector<sim::CapacityEvent> random_capacity_events(Draw& draw, const sim::GraphSpec& graph, std::uint64_t limit) {
  std::vector<sim::CapacityEvent> events;
  for (std::int64_t e = draw.below(limit + 1); e > 0; --e) {
    const std::string& link = graph.edges[draw.index(graph.edges.size())].name;
    const sim::CapacityEvent event{draw.instant(), link, draw.percent(25) ? BitRate{} : draw.rate()};
    const auto same = [&](const sim::CapacityEvent& other) { return other.link == link && other.time == event.time; };
    if (std::none_of(events.begin(), events.end(), same)) events.push_back(event);
  }
  for (const sim::GraphSpec::Edge& edge : graph.edges) {
    const auto on_edge = [&edge](const sim::CapacityEvent& event) { return event.link == edge.name; };
    if (std::any_of(events.begin(), events.end(), on_edge)) {
      events.push_back({TimePoint::from_ps(700 * kUs + draw.below(100 * kUs)), edge.name, draw.rate()});
    }
  }
  return events;
}

}  // namespace

sim::Experiment random_experiment(std::uint64_t seed, const RandomShape& shape) {
  Draw draw(seed);
  sim::Experiment experiment;
  experiment.name = "random" + std::to_string(seed);
  experiment.seed = seed;
  const sim::GraphSpec graph = random_graph(draw, shape);
  const std::int64_t flows = 1 + draw.below(shape.flows);
  for (std::int64_t f = 0; f < flows; ++f) experiment.flows.push_back(random_flow(draw, graph, f));
  experiment.capacity_events = random_capacity_events(draw, graph, shape.capacity_events);
  experiment.cluster.graph = graph;
  return experiment;
}

}  // namespace polyplane::golden
