// Where the time of a critical path went.
#pragma once

#include <string>
#include <vector>

#include "base/units.h"

namespace polyplane::sim {

/// The parts sum to the makespan to the picosecond.
struct Attribution {
  struct TierParts {
    std::string tier;
    Duration latency, serialisation, contention;  // serialisation: at the line rate of the narrowest link
  };
  Duration launch, software;  // software: per-step and per-message costs
  Duration waiting;           // on a route without any capacity, or for a time quantum
  std::vector<TierParts> tiers;
  std::string binding_tier;  // of most serialisation + contention on the critical path; not that of the fullest link
};

}  // namespace polyplane::sim
