#include "sim/load_cables.h"

#include <algorithm>
#include <string>

#include "base/suggest.h"
#include "configs/schema/measure.h"

namespace polyplane::sim {
namespace {

using google::protobuf::Message;
using topology::CableSpec;
using topology::FabricSpec;

Length parse_length(const std::string& text) {
  return Length::from_millimetres(configs::parse_measure(v1::Rule::length, text));
}

void check_reach(const configs::Source& source, const Message& from, std::string_view length_field,
                 const std::string& length, const v1::Cable& cable) {
  if (!cable.has_reach() || parse_length(length) <= parse_length(cable.reach().value())) return;
  source.fail(from, length_field,
              "\"" + length + "\" is beyond the reach of " + cable.name() + ", " + cable.reach().value());
}

/// One kind of cable as the file states it; texts are "" where it does not.
struct Stated {
  const Message& message;
  std::string_view cable_field, length_field, latency_field;
  std::string cable, length, latency;
};

class FabricCables {
 public:
  FabricCables(const configs::Source& source, PartLookup& parts) : source_(source), parts_(parts) {}

  Duration load(const Stated& from, CableSpec& spec) {
    if (!from.latency.empty() && !from.length.empty()) {
      fail(from, from.length_field, "contradicts " + std::string(from.latency_field) + "; state one of the two");
    }
    v1::Cable cable;
    if (!from.cable.empty()) {
      cable = parts_.part(from.message, from.cable_field, from.cable, &Parts::cable);
      spec.part = cable.name();
    }
    if (!from.length.empty()) spec.length = parse_length(from.length);
    if (!from.latency.empty()) return parse_duration(from.latency);
    if (from.length.empty()) {
      fail(from, from.latency_field, "is missing; state it or " + std::string(from.length_field));
    }
    if (from.cable.empty()) {
      fail(from, from.cable_field, "is missing; a length needs a cable that states its propagation");
    }
    if (!cable.has_propagation()) {
      fail(from, from.cable_field, cable.name() + " states no propagation; state " + std::string(from.latency_field));
    }
    check_reach(source_, from.message, from.length_field, from.length, cable);
    parts_.note_assumed(cable.name(), "propagation", cable.propagation());
    return Duration::from_ps(configs::propagation_ps(cable.propagation().value(), from.length));
  }

 private:
  [[noreturn]] void fail(const Stated& from, std::string_view field, const std::string& problem) const {
    source_.fail(from.message, field, problem);
  }

  const configs::Source& source_;
  PartLookup& parts_;
};

}  // namespace

void load_fabric_cables(const configs::Source& source, const v1::Fabric& from, PartLookup& parts, FabricSpec& fabric) {
  FabricCables cables(source, parts);
  fabric.cable_latency = cables.load({.message = from,
                                      .cable_field = "cable",
                                      .length_field = "cable_length",
                                      .latency_field = "cable_latency",
                                      .cable = from.cable(),
                                      .length = from.cable_length(),
                                      .latency = from.cable_latency()},
                                     fabric.cable);
  fabric.access_cable_latency = cables.load({.message = from,
                                             .cable_field = from.has_access_cable() ? "access_cable" : "cable",
                                             .length_field = "access_cable_length",
                                             .latency_field = "access_cable_latency",
                                             .cable = from.has_access_cable() ? from.access_cable() : from.cable(),
                                             .length = from.access_cable_length(),
                                             .latency = from.access_cable_latency()},
                                            fabric.access_cable);
  for (const v1::TierCable& tier : from.tiers()) {
    if (std::ranges::find(fabric.tier_cables, tier.tier(), &FabricSpec::TierCable::tier) != fabric.tier_cables.end()) {
      source.fail(tier, "tier", "\"" + printable(tier.tier()) + "\" is given twice");
    }
    FabricSpec::TierCable loaded{.tier = tier.tier(), .cable = {}, .latency = {}};
    loaded.latency = cables.load({.message = tier,
                                  .cable_field = "cable",
                                  .length_field = "cable_length",
                                  .latency_field = "cable_latency",
                                  .cable = tier.has_cable() ? tier.cable() : from.cable(),
                                  .length = tier.cable_length(),
                                  .latency = tier.cable_latency()},
                                 loaded.cable);
    fabric.tier_cables.push_back(std::move(loaded));
  }
}

CableSpec load_scale_up_cable(const configs::Source& source, const v1::ScaleUp& from, const PartLookup& parts) {
  CableSpec spec;
  if (from.has_cable_length() && !from.has_cable()) {
    source.fail(from, "cable", "is missing; a length is of a cable");
  }
  if (!from.has_cable()) return spec;
  const v1::Cable cable = parts.part(from, "cable", from.cable(), &Parts::cable);
  spec.part = cable.name();
  if (!from.has_cable_length()) return spec;
  check_reach(source, from, "cable_length", from.cable_length(), cable);
  spec.length = parse_length(from.cable_length());
  return spec;
}

}  // namespace polyplane::sim
