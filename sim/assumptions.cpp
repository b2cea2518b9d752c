#include "sim/assumptions.h"

#include <utility>

#include "sim/processor_work.h"
#include "sim/simulation.h"

namespace polyplane::sim {

std::vector<std::string> assumptions_of(const Experiment& experiment) {
  std::vector<std::string> assumed = experiment.cluster.spec.assumed;
  assumed.insert(assumed.end(), experiment.stack.assumed.begin(), experiment.stack.assumed.end());
  for (const CollectiveJob& job : experiment.collectives) {
    assumed.insert(assumed.end(), job.assumed.begin(), job.assumed.end());
  }
  return assumed;
}

std::vector<std::string> assumptions_of(const Experiment& experiment, const topology::Topology& topology) {
  std::vector<std::string> assumed = assumptions_of(experiment);
  std::string missing = processors_missing(experiment.stack, topology);
  if (!missing.empty()) assumed.push_back(std::move(missing));
  return assumed;
}

}  // namespace polyplane::sim
