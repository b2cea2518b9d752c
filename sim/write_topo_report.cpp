#include "sim/write_topo_report.h"

#include "base/utf8.h"
#include "configs/schema/report.pb.h"
#include "configs/schema/write_json.h"
#include "sim/fill_report.h"
#include "sim/write_bill.h"

namespace polyplane::sim {

TopoReport measure(const topology::Topology& topology) {
  TopoReport report;
  report.cluster = topology.name();
  report.counts = topology::count_parts(topology);
  report.hops = topology::measure_hops(topology);
  report.bisection = topology::measure_bisection(topology);
  report.path_diversity = topology::measure_path_diversity(topology);
  return report;
}

void fill(const TopoReport& report, const std::string& version, v1::TopoReport& message) {
  message.set_schema("polyplane/topo/1");
  message.set_version(version);
  message.set_cluster(valid_utf8(report.cluster));
  const topology::Counts& counts = report.counts;
  message.set_endpoints(static_cast<double>(counts.endpoints));
  message.set_nodes(static_cast<double>(counts.nodes));
  message.set_switches(static_cast<double>(counts.switches));
  for (const auto& [tier, count] : counts.switches_by_tier) {
    (*message.mutable_switches_by_tier())[valid_utf8(tier)] = static_cast<double>(count);
  }
  message.set_scaleup_switches(static_cast<double>(counts.scaleup_switches));
  message.set_links(static_cast<double>(counts.links));
  message.set_access_links(static_cast<double>(counts.access_links));
  message.set_planes(static_cast<double>(counts.planes));
  message.set_rails(static_cast<double>(counts.rails));
  if (report.hops) {
    message.set_diameter_hops(report.hops->diameter);
    message.set_mean_hops(report.hops->mean);
    message.set_unreachable_pairs(static_cast<double>(report.hops->unreachable_pairs));
  }
  if (report.bisection) message.set_bisection_gbps(report.bisection->gigabytes_per_second());
  message.set_path_diversity(report.path_diversity);
  const BillOfMaterials& bill = report.bill;
  set(*message.mutable_cost_usd(), bill.network_cost.sum, &Spread<Money>::used, &Money::dollars);
  set(*message.mutable_cost_per_endpoint_usd(), bill.per_endpoint(bill.network_cost), &Spread<Money>::used,
      &Money::dollars);
  set(*message.mutable_power_w(), bill.network_power.sum, &Spread<Power>::used, &Power::watts);
  write_bill(bill, *message.mutable_bill());
  for (const std::string& assumption : report.assumed) message.add_assumed(valid_utf8(assumption));
  for (const std::string& fault : report.faults) message.add_faults(valid_utf8(fault));
}

std::string to_json(const TopoReport& report, const std::string& version) {
  v1::TopoReport message;
  fill(report, version, message);
  return configs::to_json(message);
}

}  // namespace polyplane::sim
