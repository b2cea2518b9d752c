#include "sim/plain_flows.h"

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <utility>

#include "base/check.h"
#include "base/error.h"
#include "base/suggest.h"
#include "sim/flow_names.h"
#include "sim/placed_error.h"

namespace polyplane::sim {

namespace {

using topology::Link;
using topology::Router;
using topology::Topology;

class Resolver {
 public:
  Resolver(const Experiment& experiment, const Topology& topology, Router& router)
      : experiment_(experiment), topology_(topology), router_(router), names_(topology) {
    for (std::uint32_t t = 0; t < router.trunks().size(); ++t) {
      const auto members = router.members(TrunkId(t));
      if (members.size() == 1) trunk_of_.emplace(members.front().link, TrunkId(t));
    }
    if (experiment.cluster.graph) find_unshared(*experiment.cluster.graph);
  }

  PlainTraffic resolve() {
    std::map<std::string, const FlowJob*> by_name;
    for (const FlowJob& job : experiment_.flows) {
      if (!by_name.emplace(job.name, &job).second)
        throw InputError("flow \"" + printable(job.name) + "\" exists twice");
    }
    for (const auto& [name, job] : by_name) {
      const auto index = static_cast<int>(job - experiment_.flows.data());
      at_entry("flows", index, [&] { add(*job); });
    }
    for (std::size_t i = 0; i < experiment_.capacity_events.size(); ++i) {
      at_entry("capacity_events", static_cast<int>(i), [&] { add(experiment_.capacity_events[i]); });
    }
    return std::move(traffic_);
  }

 private:
  /// Links of a graph have ids in the order of its edges, the reverse of a two-way one behind it.
  void find_unshared(const GraphSpec& graph) {
    std::uint32_t next = 0;
    for (const GraphSpec::Edge& edge : graph.edges) {
      for (std::uint32_t ways = edge.two_way ? 2 : 1; ways > 0; --ways, ++next) {
        if (!edge.shared) unshared_.insert(LinkId(next));
      }
    }
    CHECK(next == topology_.links().size(), "a graph with other links than its edges");
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
      const LinkId id = names_.link(where, name);
      const Link& link = topology_.link(id);
      if (!link.up) throw InputError(where + ": link \"" + printable(name) + "\" is down");
      if (!used.insert(id).second) throw InputError(where + ": the route uses link \"" + printable(name) + "\" twice");
      if (at.valid() && !job.src.empty() && link.from != at) {
        throw InputError(where + ": the route breaks before link \"" + printable(name) + "\", which starts at " +
                         topology_.device(link.from).name + ", not at " + topology_.device(at).name);
      }
      if (!at.valid() && !job.src.empty() && names_.device(where, job.src) != link.from) {
        throw InputError(where + ": the route starts at " + topology_.device(link.from).name + ", not at " + job.src);
      }
      at = link.to;
      flow.latency += link.latency;
      if (unshared_.contains(id)) {
        const TrunkId own = private_trunk(link.rate);
        private_of_[id].push_back(own);
        flow.hops.push_back({own, 1.0});
      } else {
        flow.hops.push_back({trunk_of(where, id), 1.0});
      }
    }
    if (!job.dst.empty() && names_.device(where, job.dst) != at) {
      throw InputError(where + ": the route ends at " + topology_.device(at).name + ", not at " + job.dst);
    }
  }

  void add(const FlowJob& job) {
    const std::string where = words_of(job);
    PlainFlow flow;
    flow.name = job.name;
    flow.start = job.start;
    flow.size = job.size;
    if (!job.route.empty()) {
      add_named_route(job, where, flow);
    } else {
      if (job.src.empty() || job.dst.empty()) throw InputError(where + ": needs src and dst, or a route");
      const DeviceId src = names_.device(where, job.src), dst = names_.device(where, job.dst);
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
    const std::string where = kCapacityEvent;
    const LinkId link = names_.link(where, event.link);
    if (!changed_.emplace(event.time, link).second) {
      throw InputError(where + ": link \"" + printable(event.link) + "\" changes twice at " +
                       to_string(event.time.since_start()));
    }
    if (!unshared_.contains(link)) {
      traffic_.changes.push_back({event.time, trunk_of(where, link), event.rate});
      return;
    }
    for (const TrunkId own : private_of_[link]) traffic_.changes.push_back({event.time, own, event.rate});
  }

  const Experiment& experiment_;
  const Topology& topology_;
  Router& router_;
  FlowNames names_;
  std::map<LinkId, TrunkId> trunk_of_;
  std::set<LinkId> unshared_;
  std::map<LinkId, std::vector<TrunkId>> private_of_;
  std::set<std::pair<TimePoint, LinkId>> changed_;
  PlainTraffic traffic_;
};

}  // namespace

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
