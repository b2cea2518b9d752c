// What the time of a result would be if one thing were 10 % better (sensitivity.h).
#pragma once

#include <string>

#include "base/units.h"

namespace polyplane::sim {

struct Sensitivity {
  std::string what;  // "rate of leaf-spine"
  Duration time;
};

}  // namespace polyplane::sim
