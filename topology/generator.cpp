#include "topology/generator.h"

#include "base/error.h"

namespace polyplane::topology {

Registry<Generator>& generators() {
  static Registry<Generator> registry("topology generator");
  return registry;
}

LinkId attach_port(PlaneContext& plane, const Port& port, DeviceId leaf) {
  const LinkId into_leaf =
      plane.builder.add_cable(port.device, leaf, port.rate, plane.access_latency + plane.fabric.switch_latency,
                              LinkKind::scale_out, "gpu-leaf", plane.plane);
  plane.builder.link(plane.builder.link(into_leaf).reverse).latency = plane.access_latency;
  return into_leaf;
}

LinkId join_switches(PlaneContext& plane, DeviceId lower, DeviceId upper, std::string_view tier) {
  Duration propagation = plane.fabric.cable_latency;
  for (const FabricSpec::TierCable& other : plane.fabric.tier_cables) {
    if (other.tier == tier) propagation = other.latency;
  }
  return plane.builder.add_cable(lower, upper, plane.fabric.port_rate, propagation + plane.fabric.switch_latency,
                                 LinkKind::scale_out, tier, plane.plane);
}

DeviceId add_switch(PlaneContext& plane, std::string_view role, std::int64_t index, std::int32_t tier,
                    std::int32_t pod) {
  return plane.builder.add_device(Device{.name = plane.prefix + std::string(role) + std::to_string(index),
                                         .kind = DeviceKind::network_switch,
                                         .node = -1,
                                         .plane = plane.plane,
                                         .rail = -1,
                                         .tier = tier,
                                         .pod = pod,
                                         .part = plane.fabric.switch_part,
                                         .forwards = true,
                                         .up = true});
}

OptionSpec radix_option() {
  return {.name = "radix",
          .kind = OptionSpec::Kind::integer,
          .default_text = "0",
          .sentence = "ports of a switch; 0 takes the fabric's switch_radix",
          .min = 0,
          .max = kMaxRadix,
          .words = {}};
}

std::int64_t radix_of(std::string_view generator, const FabricSpec& fabric, const Options& options) {
  const std::int64_t radix = options.integer("radix") > 0 ? options.integer("radix") : fabric.switch_radix;
  if (radix < 1) {
    throw InputError(std::string(generator) +
                     ": the radix of the switches is not known; set the fabric's switch_radix or the option radix");
  }
  if (radix > kMaxRadix) {
    throw InputError(std::string(generator) + ": a radix of " + std::to_string(radix) + " is too large; at most " +
                     std::to_string(kMaxRadix));
  }
  return radix;
}

}  // namespace polyplane::topology
