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

/// Sizes before building, for limits: exact counts of this plane, the cables of the ports included.
struct PlaneSize {
  int128 switches = 0, cables = 0;
};

/// `size` and `build` throw InputError, with what would fit, when the ports cannot be attached with these options; they
/// may rely on ports = nodes x (ports per node) and on counts, rates and latencies that are in range.
struct Generator {
  std::vector<OptionSpec> options;
  std::function<PlaneSize(const FabricSpec&, const Options&, std::int64_t ports, std::int64_t nodes)> size;
  std::function<void(PlaneContext&, const Options&)> build;
};

[[nodiscard]] Registry<Generator>& generators();

/// Lays the cable of a port, tier "gpu-leaf": the way in adds the latency of the switch it enters.
LinkId attach_port(PlaneContext& plane, const Port& port, DeviceId leaf);
/// Lays one cable between two switches at the fabric's port rate.
LinkId join_switches(PlaneContext& plane, DeviceId lower, DeviceId upper, std::string_view tier);
/// Adds "<prefix><role><index>" of `tier` (1 leaf, 2 spine, 3 core) in `pod` (-1: none).
DeviceId add_switch(PlaneContext& plane, std::string_view role, std::int64_t index, std::int32_t tier,
                    std::int32_t pod = -1);

/// Largest radix that a generator accepts; its third power fits 64 bits.
inline constexpr std::int64_t kMaxRadix = 100'000;
/// The option "radix", whose default is the fabric's switch_radix, and its value. Throws InputError when neither says or
/// when the value is over kMaxRadix.
[[nodiscard]] OptionSpec radix_option();
[[nodiscard]] std::int64_t radix_of(std::string_view generator, const FabricSpec& fabric, const Options& options);

}  // namespace polyplane::topology
