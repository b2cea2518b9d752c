#include "sim/load_flows.h"

#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include "base/suggest.h"

namespace polyplane::sim {
namespace {

struct Ends {
  std::string from, to;
};

std::string words_of(const Ends& ends) { return ends.from + "." + ends.to; }

class FlowLoader {
 public:
  FlowLoader(const configs::Source& source, const v1::Experiment& from, Experiment& experiment)
      : source_(source), from_(from), experiment_(experiment) {
    if (!experiment.cluster.graph) return;
    for (const topology::Device& device : experiment.cluster.graph->devices) devices_.insert(device.name);
    for (const GraphSpec::Edge& edge : experiment.cluster.graph->edges) {
      add_link(edge.name, {edge.from, edge.to});
      if (edge.two_way) add_link(edge.name.empty() ? "" : edge.name + "~", {edge.to, edge.from});
    }
  }

  void load_flows() {
    std::set<std::string> names;
    for (const v1::FlowJob& from : from_.flows()) {
      check(names.insert(from.name()).second, from, "name",
            [&] { return "a flow \"" + printable(from.name()) + "\" exists already"; });
      FlowJob flow{.name = from.name(),
                   .src = from.src(),
                   .dst = from.dst(),
                   .size = parse_bytes(from.size()),
                   .start = TimePoint{},
                   .route = {from.route().begin(), from.route().end()},
                   .rate_cap = std::nullopt};
      if (from.has_start()) flow.start = TimePoint{} + parse_duration(from.start());
      if (from.has_rate_cap()) flow.rate_cap = parse_bit_rate(from.rate_cap());
      check_ends(from, flow);
      check_route(from, flow);
      experiment_.flows.push_back(std::move(flow));
    }
  }

  void load_capacity_events() {
    const bool any = from_.collectives_size() + from_.flows_size() + from_.exchanges_size() > 0;
    check(
        any || from_.capacity_events_size() == 0, from_, "capacity_events",
        [] { return "are of collectives, flows and exchanges, and there is none"; }, 0);
    for (const v1::CapacityEvent& from : from_.capacity_events()) {
      check(!experiment_.cluster.graph || find_link(from.link()) != nullptr, from, "link",
            [&] { return unknown_link(from.link()); });
      experiment_.capacity_events.push_back({.time = TimePoint{} + parse_duration(from.time()),
                                             .link = from.link(),
                                             .rate = parse_bit_rate(from.rate(), true)});
    }
  }

 private:
  template <class Problem>
  void check(bool fine, const google::protobuf::Message& message, std::string_view field, const Problem& problem,
             int index = -1) const {
    if (!fine) source_.fail(message, field, problem(), index);
  }

  void check_ends(const v1::FlowJob& from, const FlowJob& flow) const {
    if (from.has_src() != from.has_dst()) {
      source_.fail(from, from.has_src() ? "dst" : "src", "is missing; state both ends or none");
    }
    if (!from.has_src()) {
      if (flow.route.empty()) source_.fail(from, "src", "is missing; a flow needs src and dst, or a route");
      return;
    }
    check(flow.src != flow.dst, from, "dst", [] { return "is the same device as src; nothing would travel"; });
    if (!experiment_.cluster.graph) return;
    for (const auto& [field, device] : {std::pair{"src", flow.src}, std::pair{"dst", flow.dst}}) {
      check(devices_.contains(device), from, field,
            [&] { return unknown_name("device", device, {devices_.begin(), devices_.end()}); });
    }
  }

  void check_route(const v1::FlowJob& from, const FlowJob& flow) const {
    if (!experiment_.cluster.graph) return;
    std::string here = flow.src;
    std::set<std::string> used;
    for (int i = 0; i < from.route_size(); ++i) {
      const std::string& name = from.route(i);
      const Ends* link = find_link(name);
      check(link != nullptr, from, "route", [&] { return unknown_link(name); }, i);
      check(
          used.insert(name).second, from, "route",
          [&] { return "link \"" + printable(name) + "\" comes twice; a route passes each link once"; }, i);
      if (!from.has_src()) continue;
      check(
          link->from == here, from, "route",
          [&] {
            return "link \"" + printable(name) + "\" starts at " + printable(link->from) +
                   ", but the route has come to " + printable(here);
          },
          i);
      here = link->to;
    }
    check(
        !from.has_dst() || from.route_size() == 0 || here == flow.dst, from, "route",
        [&] { return "it ends at " + printable(here) + ", not at dst, " + printable(flow.dst); },
        from.route_size() - 1);
  }

  void add_link(const std::string& name, const Ends& ends) {
    by_ends_[words_of(ends)] = ends;
    if (name.empty()) {
      links_.try_emplace(words_of(ends), ends);
    } else {
      links_[name] = ends;
    }
  }

  /// By its name or by its ends; null: there is none.
  [[nodiscard]] const Ends* find_link(const std::string& name) const {
    for (const auto* links : {&links_, &by_ends_}) {
      if (const auto link = links->find(name); link != links->end()) return &link->second;
    }
    return nullptr;
  }

  [[nodiscard]] std::string unknown_link(const std::string& name) const {
    std::vector<std::string> names;
    for (const auto& [known, ends] : links_) names.push_back(known);
    if (names.empty()) return "the graph has no links";
    const bool any_named =
        std::ranges::any_of(names, [&](const std::string& known) { return !by_ends_.contains(known); });
    return unknown_name("link", name, names) +
           (any_named ? ", or FROM.TO for the link from one device to another" : "");
  }

  const configs::Source& source_;
  const v1::Experiment& from_;
  Experiment& experiment_;
  std::set<std::string> devices_;                // of a graph
  std::map<std::string, Ends> links_, by_ends_;  // of a graph; a link without a name has its ends for one
};

}  // namespace

void load_flows(const configs::Source& source, const v1::Experiment& from, Experiment& experiment) {
  FlowLoader loader(source, from, experiment);
  loader.load_flows();
  loader.load_capacity_events();
}

}  // namespace polyplane::sim
