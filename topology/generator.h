// The seam for topology guests: one file each under topology/generators/, self-registered. A generator lays one plane:
// it is given the ports to attach and adds switches and cables. Planes, nodes and NICs are the house's work.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "base/options.h"
#include "base/registry.h"
#include "topology/cluster_spec.h"
#include "topology/topology.h"

namespace polyplane::topology {

/// One NIC port that wants a place on this plane, in node order then rail order.
struct Port {
  DeviceId device;  // accelerator that owns its NIC, or a NIC vertex
  std::int32_t node = 0;
  std::int32_t rail = 0;
  BitRate rate;
};

struct PlaneContext {
  TopologyBuilder& builder;
  const FabricSpec& fabric;
  std::vector<Port> ports;
  std::int32_t plane = 0;
  std::string prefix;  // "plane3/" when there are several planes, else ""
  Duration
      access_latency;  // of a port's cable: NIC + cable; the generator adds the switch it enters where it enters one
};

/// Sizes before building, for limits: exact counts of this plane.
struct PlaneSize {
  int128 switches = 0, cables = 0;
};

struct Generator {
  std::vector<OptionSpec> options;
  std::function<PlaneSize(const FabricSpec&, const Options&, std::int64_t ports, std::int64_t nodes)> size;
  std::function<void(PlaneContext&, const Options&)> build;
};

[[nodiscard]] Registry<Generator>& generators();

}  // namespace polyplane::topology
