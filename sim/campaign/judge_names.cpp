#include "sim/campaign/judge_names.h"

#include "base/error.h"
#include "sim/cluster_graph.h"
#include "sim/experiment_topology.h"
#include "sim/flow_names.h"
#include "sim/memory_estimate.h"
#include "sim/placed_error.h"

namespace polyplane::sim {
namespace {

void judge(const SweepPlan& plan, const PointsOfCluster& positions, const MemoryShare& share,
           const std::function<bool()>& stop) {
  const ClusterChoice cluster = plan.load(positions.front()).experiment.cluster;
  const std::uint64_t bytes = foretell_topology(size_of(cluster), cluster.spec.default_routing);
  static_cast<void>(foretold_peak({2 * bytes, 1, share.bytes}, 0, "cluster " + name_of(cluster) + " with its faults"));
  const topology::Topology whole = build(cluster);
  for (const std::size_t position : positions) {
    if (stop && stop()) return;
    const Experiment experiment = plan.load(position).experiment;
    try {
      if (!experiment.faults.empty()) static_cast<void>(with_faults(whole, experiment));
      check_flow_names(experiment, whole);
    } catch (const PlacedError& error) {
      throw InputError("with " + plan.words(position) + ": " + plan.place_of(position, error.field(), error.index()) +
                       error.what());
    }
  }
}

}  // namespace

std::vector<std::string> judged_names(const Experiment& experiment) {
  std::vector<std::string> names = experiment.faults;
  if (experiment.cluster.graph) return names;  // the rest was checked when it was read
  for (const FlowJob& flow : experiment.flows) {
    names.insert(names.end(), {flow.src, flow.dst});
    names.insert(names.end(), flow.route.begin(), flow.route.end());
  }
  for (const CapacityEvent& event : experiment.capacity_events) names.push_back(event.link);
  return names;
}

void judge_names(const SweepPlan& plan, const std::vector<PointsOfCluster>& clusters, const SharedWork& work) {
  in_shares(clusters.size(), work, [&](std::size_t i, const MemoryShare& share, const std::function<bool()>&) {
    try {
      judge(plan, clusters[i], share, work.stop);  // to its end where another failed: the first error is told
    } catch (const MemoryError&) { return share.whole; }
    return true;
  });
}

}  // namespace polyplane::sim
