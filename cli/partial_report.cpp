#include "cli/partial_report.h"

#include <utility>

#include "sim/cluster_graph.h"
#include "sim/cluster_nodes.h"
#include "sim/simulation.h"

namespace polyplane::cli {

sim::Report partial_report(const sim::Experiment& experiment, std::vector<sim::CollectiveResult> finished) {
  sim::Report report;
  report.cluster = sim::name_of(experiment.cluster);
  report.endpoints = static_cast<std::uint32_t>(sim::count_cards(experiment.cluster));
  report.assumed = sim::assumptions_of(experiment);
  report.routing = experiment.routing.name;
  report.hash = experiment.routing.name == "ecmp" ? experiment.routing.hash : "";
  report.faults = experiment.faults;
  report.seed = experiment.seed;
  report.stack = experiment.stack.name;
  report.collectives = std::move(finished);
  return report;
}

}  // namespace polyplane::cli
