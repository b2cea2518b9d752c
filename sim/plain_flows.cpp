#include "sim/plain_flows.h"

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <utility>

#include "base/error.h"
#include "base/suggest.h"
#include "sim/placed_error.h"

namespace polyplane::sim {

namespace {

using topology::Link;
using topology::Router;
using topology::Topology;

class Resolver {
 public:
  Resolver(const Experiment& experiment, const Topology& topology, Router& router)
      : experiment_(experiment), topology_(topology), router_(router) {
    for (std::uint32_t i = 0; i < topology.links().size(); ++i) {
      const std::string& name = topology.links()[i].name;
      if (!name.empty()) links_.emplace(name, LinkId(i));
    }
    for (std::uint32_t t = 0; t < router.trunks().size(); ++t) {
      const auto members = router.members(TrunkId(t));
      if (members.size() == 1) trunk_of_.emplace(members.front().link, TrunkId(t));
    }
    if (experiment.cluster.graph) {
      for (const GraphSpec::Edge& edge : experiment.cluster.graph->edges) {
        if (edge.shared) continue;
        unshared_.insert(edge.name);
        if (edge.two_way) unshared_.insert(edge.name + "~");
      }
    }
  }

  PlainTraffic resolve() {
    std::map<std::string, const FlowJob*> by_name;
    for (const FlowJob& job : experiment_.flows) {
      if (!by_name.emplace(job.name, &job).second)
        throw InputError("flow \"" + printable(job.name) + "\" exists twice");
    }
    for (const auto& [name, job] : by_name) {
      const auto index = static_cast<int>(job - experiment_.flows.data());
      placed("flows", index, [&] { add(*job); });
    }
    for (std::size_t i = 0; i < experiment_.capacity_events.size(); ++i) {
      placed("capacity_events", static_cast<int>(i), [&] { add(experiment_.capacity_events[i]); });
    }
    return std::move(traffic_);
  }

 private:
  template <class Add>
  static void placed(const char* field, int index, const Add& add) {
    try {
      add();
    } catch (const InputError& error) { throw PlacedError(error.what(), field, index); }
  }

  LinkId link_named(const std::string& where, const std::string& name) const {
    const auto place = links_.find(name);
    if (place != links_.end()) return place->second;
    if (const std::vector<LinkId> links = links_between(name); links.size() == 1) {
      return links.front();
    } else if (links.size() > 1) {
      throw InputError(where + ": \"" + printable(name) + "\" is " + std::to_string(links.size()) +
                       " parallel links; one of them is needed, and only a graph gives each a name");
    }
    std::set<std::string> names;
    for (const auto& [known, id] : links_) names.insert(known);
    for (const Link& link : topology_.links()) names.insert(by_ends(topology_, link));
    throw InputError(where + ": " + unknown_name("link", name, {names.begin(), names.end()}));
  }
  /// Of a name by its ends.
  std::vector<LinkId> links_between(const std::string& name) const {
    std::vector<LinkId> links;
    const std::size_t dot = name.find('.');
    if (dot == std::string::npos) return links;
    const DeviceId from = topology_.find_device(name.substr(0, dot)), to = topology_.find_device(name.substr(dot + 1));
    if (!from.valid() || !to.valid()) return links;
    for (const LinkId id : topology_.out_links(from)) {
      if (topology_.link(id).to == to) links.push_back(id);
    }
    return links;
  }
  DeviceId device_named(const std::string& where, const std::string& name) const {
    const DeviceId id = topology_.find_device(name);
    if (id.valid()) return id;
    std::vector<std::string> names;
    for (const topology::Device& device : topology_.devices()) names.push_back(device.name);
    throw InputError(where + ": " + unknown_name("device", name, names));
  }
  TrunkId trunk_of(const std::string& where, LinkId link) const {
    const auto place = trunk_of_.find(link);
    if (place != trunk_of_.end()) return place->second;
    throw InputError(where + ": link \"" + printable(by_ends(topology_, topology_.link(link))) +
                     "\" is spread over by routing " + experiment_.routing.name +
                     "; routes by name and capacity events need routing \"ecmp\" or \"static\"");
  }
  TrunkId private_trunk(BitRate capacity) {
    traffic_.private_trunks.push_back(capacity);
    return TrunkId(static_cast<std::uint32_t>(router_.trunks().size() + traffic_.private_trunks.size() - 1));
  }

  void add_named_route(const FlowJob& job, const std::string& where, PlainFlow& flow) {
    DeviceId at;
    std::set<LinkId> used;
    for (const std::string& name : job.route) {
      const LinkId id = link_named(where, name);
      const Link& link = topology_.link(id);
      if (!link.up) throw InputError(where + ": link \"" + printable(name) + "\" is down");
      if (!used.insert(id).second) throw InputError(where + ": the route uses link \"" + printable(name) + "\" twice");
      if (at.valid() && !job.src.empty() && link.from != at) {
        throw InputError(where + ": the route breaks before link \"" + printable(name) + "\", which starts at " +
                         topology_.device(link.from).name + ", not at " + topology_.device(at).name);
      }
      if (!at.valid() && !job.src.empty() && device_named(where, job.src) != link.from) {
        throw InputError(where + ": the route starts at " + topology_.device(link.from).name + ", not at " + job.src);
      }
      at = link.to;
      flow.latency += link.latency;
      if (unshared_.contains(name)) {
        const TrunkId own = private_trunk(link.rate);
        private_of_[id].push_back(own);
        flow.hops.push_back({own, 1.0});
      } else {
        flow.hops.push_back({trunk_of(where, id), 1.0});
      }
    }
    if (!job.dst.empty() && device_named(where, job.dst) != at) {
      throw InputError(where + ": the route ends at " + topology_.device(at).name + ", not at " + job.dst);
    }
  }

  void add(const FlowJob& job) {
    const std::string where = "flow \"" + printable(job.name) + "\"";
    PlainFlow flow;
    flow.name = job.name;
    flow.start = job.start;
    flow.size = job.size;
    if (!job.route.empty()) {
      add_named_route(job, where, flow);
    } else {
      if (job.src.empty() || job.dst.empty()) throw InputError(where + ": needs src and dst, or a route");
      const DeviceId src = device_named(where, job.src), dst = device_named(where, job.dst);
      for (const DeviceId end : {src, dst}) {
        if (topology_.device(end).kind != topology::DeviceKind::accelerator) {
          throw InputError(where + ": " + topology_.device(end).name +
                           " is no accelerator; give a route by link names");
        }
      }
      if (src == dst) throw InputError(where + ": src and dst are the same device");
      if (!unshared_.empty()) throw InputError(where + ": a graph with unshared links needs routes by link names");
      topology::Route route;
      router_.route({src, dst, static_cast<std::uint32_t>(traffic_.flows.size())}, route);
      flow.latency = route.latency;
      flow.hops = route.hops;
    }
    if (job.rate_cap) flow.hops.push_back({private_trunk(*job.rate_cap), 1.0});
    traffic_.flows.push_back(std::move(flow));
  }

  void add(const CapacityEvent& event) {
    const std::string where = "capacity event";
    const LinkId link = link_named(where, event.link);
    if (!changed_.emplace(event.time, link).second) {
      throw InputError(where + ": link \"" + printable(event.link) + "\" changes twice at " +
                       to_string(event.time.since_start()));
    }
    if (!unshared_.contains(topology_.link(link).name)) {
      traffic_.changes.push_back({event.time, trunk_of(where, link), event.rate});
      return;
    }
    for (const TrunkId own : private_of_[link]) traffic_.changes.push_back({event.time, own, event.rate});
  }

  const Experiment& experiment_;
  const Topology& topology_;
  Router& router_;
  std::map<std::string, LinkId> links_;
  std::map<LinkId, TrunkId> trunk_of_;
  std::set<std::string> unshared_;
  std::map<LinkId, std::vector<TrunkId>> private_of_;
  std::set<std::pair<TimePoint, LinkId>> changed_;
  PlainTraffic traffic_;
};

}  // namespace

std::string by_ends(const Topology& topology, const Link& link) {
  return topology.device(link.from).name + "." + topology.device(link.to).name;
}

std::vector<BitRate> highest_rates(const Experiment& experiment, const Topology& topology) {
  std::map<std::string, BitRate> raised;
  for (const CapacityEvent& event : experiment.capacity_events) {
    BitRate& highest = raised[event.link];
    highest = std::max(highest, event.rate);
  }
  std::vector<BitRate> rates;
  for (const Link& link : topology.links()) {
    BitRate rate = link.rate;
    if (!raised.empty()) {
      for (const std::string& name : {link.name, by_ends(topology, link)}) {
        if (const auto place = raised.find(name); place != raised.end()) rate = std::max(rate, place->second);
      }
    }
    rates.push_back(rate);
  }
  return rates;
}

PlainTraffic resolve_flows(const Experiment& experiment, const Topology& topology, Router& router) {
  return Resolver(experiment, topology, router).resolve();
}

}  // namespace polyplane::sim
