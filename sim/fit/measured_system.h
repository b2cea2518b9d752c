// A file of configs/measurements: published times of one system, and what is simulated in their place.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "sim/catalog.h"
#include "sim/fit/measurement.h"

namespace polyplane::sim {

struct SystemSeries {
  MeasurementSeries series;  // its file and tool are empty
  std::string algorithm = "auto", protocol = "auto";
};

struct MeasuredSystem {
  std::string name, description, source;
  std::vector<std::string> assumed;
  std::string cluster, stack;        // for Catalog
  bool fitted = false;               // some of its times chose numbers of the stack
  std::vector<SystemSeries> series;  // at least one, none empty
};

/// Names of the shipped ones, ascending.
[[nodiscard]] std::vector<std::string> measured_systems();
/// A name, or a file. Throws InputError: an unknown name (did-you-mean), and what the file says wrong, with its line.
[[nodiscard]] MeasuredSystem load_measured_system(const std::string& name_or_file);

}  // namespace polyplane::sim
