#include "sim/experiment_topology.h"

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/error.h"
#include "base/suggest.h"
#include "sim/cluster_graph.h"
#include "sim/placed_error.h"
#include "sim/what_if.h"
#include "topology/faults.h"

namespace polyplane::sim {

namespace {

/// The one whose selector the message begins with.
PlacedError at_fault(const std::vector<std::string>& faults, const InputError& error) {
  const std::string_view what = error.what();
  const auto fault = std::ranges::find_if(
      faults, [&](const std::string& text) { return what.starts_with("fault \"" + printable(text) + "\""); });
  return {error.what(), "faults", fault == faults.end() ? 0 : static_cast<int>(fault - faults.begin())};
}

}  // namespace

using topology::Topology;

Topology with_faults(const Topology& whole, const Experiment& experiment) {
  try {
    return topology::apply_faults(whole, experiment.faults, experiment.seed, nullptr);
  } catch (const InputError& error) { throw at_fault(experiment.faults, error); }
}

Topology build_topology(const Experiment& experiment) {
  Topology topology = build(experiment.cluster);
  if (!experiment.faults.empty()) topology = with_faults(topology, experiment);
  return experiment.what_if.tiers.empty() ? std::move(topology) : changed(topology, experiment.what_if);
}

}  // namespace polyplane::sim
