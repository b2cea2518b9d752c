#include "cli/partial_report.h"

#include <utility>

#include "cli/rank_choice.h"
#include "sim/simulation.h"

namespace polyplane::cli {

sim::Report partial_report(const sim::Experiment& experiment, std::vector<sim::CollectiveResult> finished) {
  sim::Report report;
  report.cluster = experiment.cluster.graph ? experiment.cluster.graph->name : experiment.cluster.spec.name;
  for (const std::uint32_t cards : cards_per_node(experiment.cluster)) report.endpoints += cards;
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
