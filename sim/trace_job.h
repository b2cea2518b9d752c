// A trace or a schedule of point-to-point operations that an experiment runs, by itself on the cluster.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "collectives/program.h"
#include "sim/program/program_mode.h"

namespace polyplane::sim {

struct TraceJob {
  std::string name, format;
  std::shared_ptr<const collectives::Program> program;  // on cards of the cluster
  ProgramMode mode = ProgramMode::flows;
  std::vector<std::string> notes;  // what the reader left out or assumed
};

}  // namespace polyplane::sim
