#include "tests/golden/oracle_problem.h"

#include <map>
#include <stdexcept>
#include <string>

namespace polyplane::golden {
namespace {

std::size_t index_of(const std::map<std::string, std::size_t>& links, const std::string& name) {
  const auto place = links.find(name);
  if (place == links.end()) throw std::invalid_argument("no link is named " + name);
  return place->second;
}

}  // namespace

oracle::Problem to_problem(const sim::Experiment& experiment) {
  if (!experiment.cluster.graph.has_value() || !experiment.faults.empty()) {
    throw std::invalid_argument("the oracle needs a plain graph without faults");
  }
  oracle::Problem problem;
  std::map<std::string, std::size_t> links;
  std::vector<std::int64_t> latency_ps;
  for (const sim::GraphSpec::Edge& edge : experiment.cluster.graph->edges) {
    for (const std::string& name : {edge.name, edge.name + "~"}) {
      if (name != edge.name && !edge.two_way) continue;
      links.emplace(name, problem.links.size());
      problem.links.push_back({.capacity_bps = edge.rate.bps(), .shared = edge.shared});
      latency_ps.push_back(edge.latency.ps());
    }
  }
  for (const sim::FlowJob& job : experiment.flows) {
    if (job.route.empty()) throw std::invalid_argument("flow " + job.name + " has no route");
    oracle::Flow flow{.start_ps = job.start.ps(), .size_bits = job.size.count() * 8};
    for (const std::string& name : job.route) {
      const std::size_t link = index_of(links, name);
      flow.hops.push_back({.link = link});
      flow.latency_ps += latency_ps[link];
    }
    if (job.rate_cap.has_value()) flow.cap_bps = job.rate_cap->bps();
    problem.flows.push_back(flow);
  }
  for (const sim::CapacityEvent& event : experiment.capacity_events) {
    problem.capacity_events.push_back(
        {.time_ps = event.time.ps(), .link = index_of(links, event.link), .capacity_bps = event.rate.bps()});
  }
  return problem;
}

std::int64_t end_ps(const sim::Report& report, const std::string& flow) {
  const sim::FlowResult* found = nullptr;
  for (const sim::FlowResult& result : report.flows) {
    if (result.name != flow) continue;
    if (found != nullptr) throw std::invalid_argument("the report has flow " + flow + " twice");
    found = &result;
  }
  if (found == nullptr) throw std::invalid_argument("the report lacks flow " + flow);
  return found->end.ps();
}

}  // namespace polyplane::golden
