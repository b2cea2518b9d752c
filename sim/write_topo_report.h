// What `topo` measures, as one JSON document.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/units.h"
#include "sim/bill_of_materials.h"
#include "topology/metrics.h"

namespace polyplane::sim {

/// A cluster on paper. What could not be measured (too large, cut apart) is absent, never 0.
struct TopoReport {
  std::string cluster;
  topology::Counts counts;
  std::optional<topology::Hops> hops;
  std::optional<BitRate> bisection;
  double path_diversity = 0;
  std::vector<std::string> assumed;
  std::vector<std::string> faults;  // what each selector took away
  BillOfMaterials bill;             // of the cluster as built
};

/// All but the bill, the assumptions and the faults.
[[nodiscard]] TopoReport measure(const topology::Topology& topology);

/// Schema "polyplane/topo/1" (configs/schema/report.proto); figures that nobody knows are null.
[[nodiscard]] std::string to_json(const TopoReport& report, const std::string& version);

}  // namespace polyplane::sim
