// Devices and links by the names that flows and capacity events give them.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "sim/experiment.h"
#include "topology/topology.h"

namespace polyplane::sim {

/// "plane0/leaf0.plane0/spine0": how routes and capacity events name a link that has no name of its own.
[[nodiscard]] std::string by_ends(const topology::Topology& topology, const topology::Link& link);

/// Keeps a reference to the topology. `where` begins the message of an InputError.
class FlowNames {
 public:
  explicit FlowNames(const topology::Topology& topology);

  /// By its name or by its ends. Throws InputError: unknown (did-you-mean), or the ends of parallel links.
  [[nodiscard]] LinkId link(const std::string& where, const std::string& name) const;
  /// Throws InputError: unknown, with a did-you-mean.
  [[nodiscard]] DeviceId device(const std::string& where, const std::string& name) const;

 private:
  [[nodiscard]] std::vector<LinkId> links_between(const std::string& ends) const;

  const topology::Topology& topology_;
  std::map<std::string, LinkId> links_;  // those with a name
};

/// How messages call one.
[[nodiscard]] std::string words_of(const FlowJob& flow);
inline constexpr const char* kCapacityEvent = "capacity event";

/// Throws PlacedError: a flow or capacity event that names an unknown device or link.
void check_flow_names(const Experiment& experiment, const topology::Topology& topology);

}  // namespace polyplane::sim
