// Where something is run, as commands ask for it by name: an experiment without work yet.
#pragma once

#include <optional>
#include <string>

#include "sim/catalog.h"
#include "sim/experiment.h"

namespace polyplane::cli {

/// Words of the command line.
struct Scene {
  std::string name;  // of the experiment
  std::string cluster;
  std::optional<std::string> stack;  // default: that of the cluster
  std::string model;
  std::optional<std::string> routing, seed;  // default: the cluster's own, 0
};

/// Throws InputError: a cluster, stack, model, routing or seed that is none.
[[nodiscard]] sim::Experiment experiment_on(const Scene& scene, const sim::Catalog& catalog);

}  // namespace polyplane::cli
