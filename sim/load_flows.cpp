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

class FlowLoader {
 public:
  FlowLoader(const configs::Source& source, const v1::Experiment& from, Experiment& experiment)
      : source_(source), from_(from), experiment_(experiment) {
    if (!experiment.cluster.graph) return;
    for (const topology::Device& device : experiment.cluster.graph->devices) devices_.insert(device.name);
    for (const GraphSpec::Edge& edge : experiment.cluster.graph->edges) {
      links_[edge.name] = {edge.from, edge.to};
      if (edge.two_way) links_[edge.name + "~"] = {edge.to, edge.from};
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
    for (const v1::CapacityEvent& from : from_.capacity_events()) {
      check(!experiment_.cluster.graph || links_.contains(from.link()) || has_ends(from.link()), from, "link",
            [&] { return unknown_name("link", from.link(), link_names()); });
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
      const auto link = links_.find(name);
      check(link != links_.end(), from, "route", [&] { return unknown_name("link", name, link_names()); }, i);
      check(
          used.insert(name).second, from, "route",
          [&] { return "link \"" + printable(name) + "\" comes twice; a route passes each link once"; }, i);
      if (!from.has_src()) continue;
      check(
          link->second.from == here, from, "route",
          [&] {
            return "link \"" + printable(name) + "\" starts at " + printable(link->second.from) +
                   ", but the route has come to " + printable(here);
          },
          i);
      here = link->second.to;
    }
    check(
        !from.has_dst() || from.route_size() == 0 || here == flow.dst, from, "route",
        [&] { return "it ends at " + printable(here) + ", not at dst, " + printable(flow.dst); },
        from.route_size() - 1);
  }

  [[nodiscard]] bool has_ends(const std::string& name) const {
    return std::ranges::any_of(links_,
                               [&](const auto& link) { return link.second.from + "." + link.second.to == name; });
  }

  [[nodiscard]] std::vector<std::string> link_names() const {
    std::vector<std::string> names;
    for (const auto& [name, ends] : links_) names.push_back(name);
    return names;
  }

  const configs::Source& source_;
  const v1::Experiment& from_;
  Experiment& experiment_;
  std::set<std::string> devices_;      // of a graph
  std::map<std::string, Ends> links_;  // of a graph
};

}  // namespace

void load_flows(const configs::Source& source, const v1::Experiment& from, Experiment& experiment) {
  FlowLoader loader(source, from, experiment);
  loader.load_flows();
  loader.load_capacity_events();
}

}  // namespace polyplane::sim
