#include "cli/scene.h"

#include "cli/values.h"
#include "sim/network/network_model.h"
#include "topology/router.h"

namespace polyplane::cli {

sim::Experiment experiment_on(const Scene& scene, const sim::Catalog& catalog) {
  sim::Experiment experiment;
  experiment.name = scene.name;
  experiment.cluster = catalog.cluster(scene.cluster);
  experiment.stack = scene.stack ? catalog.stack(*scene.stack) : catalog.stack_of(experiment.cluster);
  experiment.model = one_of("--model", scene.model, sim::network_models().names());
  experiment.seed = scene.seed ? parse_seed("--seed", *scene.seed) : 0;
  experiment.routing.seed = experiment.seed;
  experiment.routing.name = scene.routing.value_or(experiment.cluster.spec.default_routing);
  one_of("--routing", experiment.routing.name, topology::routings().names());
  return experiment;
}

}  // namespace polyplane::cli
