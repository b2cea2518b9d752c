// One non-blocking switch for the whole plane.
#include "base/error.h"
#include "topology/generator.h"

namespace polyplane::topology {

namespace {

PlaneSize single_switch_size(const FabricSpec& fabric, const Options& options, std::int64_t ports,
                             std::int64_t /*nodes*/) {
  const std::int64_t radix = radix_of("single_switch", fabric, options);
  if (ports > radix) {
    throw InputError("single_switch: one switch of radix " + std::to_string(radix) + " cannot take " +
                     std::to_string(ports) + " ports; use generator fat_tree, a larger radix or more planes");
  }
  return {.switches = 1, .cables = ports};
}

void build_single_switch(PlaneContext& plane, const Options& /*options*/) {
  const DeviceId leaf = add_switch(plane, "leaf", 0, 1);
  for (const Port& port : plane.ports) attach_port(plane, port, leaf);
}

const bool kRegistered = [] {
  generators().add("single_switch",
                   "One non-blocking switch, for small clusters and for hand arithmetic that leaves the fabric out",
                   {.options = {radix_option()}, .size = single_switch_size, .build = build_single_switch});
  return true;
}();

}  // namespace

}  // namespace polyplane::topology
