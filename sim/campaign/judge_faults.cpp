#include "sim/campaign/judge_faults.h"

#include "base/error.h"
#include "sim/cluster_graph.h"
#include "sim/memory_estimate.h"
#include "sim/simulation.h"
#include "topology/faults.h"

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
      static_cast<void>(topology::apply_faults(whole, experiment.faults, experiment.seed));
    } catch (const InputError& error) { throw InputError("with " + plan.words(position) + ": " + error.what()); }
  }
}

}  // namespace

void judge_faults(const SweepPlan& plan, const std::vector<PointsOfCluster>& clusters, const SharedWork& work) {
  in_shares(clusters.size(), work, [&](std::size_t i, const MemoryShare& share, const std::function<bool()>&) {
    try {
      judge(plan, clusters[i], share, work.stop);  // to its end where another failed: the first error is told
    } catch (const MemoryError&) { return share.whole; }
    return true;
  });
}

}  // namespace polyplane::sim
