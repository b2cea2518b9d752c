#include "topology/import/link_latencies.h"

#include <string>

#include "base/error.h"

namespace polyplane::topology {

namespace {

bool is_switch(const Device& device) { return device.kind == DeviceKind::network_switch; }

OptionSpec latency_option(std::string name, std::string sentence) {
  return {.name = std::move(name),
          .kind = OptionSpec::Kind::duration,
          .default_text = "0 ns",
          .sentence = std::move(sentence),
          .words = {}};
}

}  // namespace

std::vector<OptionSpec> LinkLatencies::options() {
  return {latency_option("switch_latency", "time through one switch, which the file does not say"),
          latency_option("cable_latency", "time along a cable between switches"),
          latency_option("access_cable_latency", "time along a cable from a NIC to a switch"),
          latency_option("nic_latency", "time through a NIC, at each end")};
}

LinkLatencies::LinkLatencies(const Options& options)
    : switch_(options.duration("switch_latency")),
      cable_(options.duration("cable_latency")),
      access_cable_(options.duration("access_cable_latency")),
      nic_(options.duration("nic_latency")) {
  for (const auto& [name, text] :
       {std::pair("switch_latency", "switch latency"), std::pair("cable_latency", "cable latency between switches"),
        std::pair("access_cable_latency", "cable latency from NIC to switch"),
        std::pair("nic_latency", "NIC latency")}) {
    if (!options.given(name)) assumed_.push_back("not given: " + std::string(text) + ", taken as 0");
    if (options.duration(name) > kMaxLatencyOption) {
      throw InputError("option " + std::string(name) + ": " + to_string(options.duration(name)) + " is more than " +
                       to_string(kMaxLatencyOption));
    }
  }
}

void LinkLatencies::say_assumed(FabricBuilder& builder) const {
  for (const std::string& sentence : assumed_) builder.assume(sentence);
}

void LinkLatencies::set_access(ImportedFabric::Edge& edge) const {
  edge.back_latency = nic_ + access_cable_;
  edge.latency = edge.back_latency + switch_;
}

void LinkLatencies::set_between_switches(ImportedFabric::Edge& edge) const {
  edge.latency = cable_ + switch_;
  edge.back_latency = edge.latency;
}

void LinkLatencies::set_direct(ImportedFabric::Edge& edge) const {
  edge.latency = nic_ + cable_ + nic_;
  edge.back_latency = edge.latency;
}

void LinkLatencies::set(const ImportedFabric& fabric, ImportedFabric::Edge& edge) const {
  const bool from = is_switch(fabric.devices[edge.from]), to = is_switch(fabric.devices[edge.to]);
  if (from && to) {
    set_between_switches(edge);
  } else if (to) {
    set_access(edge);
  } else if (from) {
    set_access(edge);
    std::swap(edge.latency, edge.back_latency);
  } else {
    set_direct(edge);
  }
}

std::vector<OptionSpec> ScaleUpOption::options() {
  return {
      {.name = "scale_up_rate",
       .kind = OptionSpec::Kind::text,
       .default_text = "none",
       .sentence =
           "joins the cards of a node (a block) by a non-blocking switch: the rate of a card, per direction, or none",
       .words = {}},
      {.name = "scale_up_latency",
       .kind = OptionSpec::Kind::duration,
       .default_text = "0 ns",
       .sentence = "from card to card in a node, with scale_up_rate",
       .words = {}}};
}

ScaleUpOption::ScaleUpOption(const Options& options) : latency_(options.duration("scale_up_latency")) {
  const std::string& text = options.text("scale_up_rate");
  if (text == "none") {
    if (options.given("scale_up_latency")) {
      throw InputError("option scale_up_latency needs scale_up_rate: the cards of a node are not joined without it");
    }
    return;
  }
  try {
    rate_ = parse_bit_rate(text);
  } catch (const InputError& error) {
    throw InputError("option scale_up_rate: " + std::string(error.what()) + "; or none");
  }
  if (rate_.bps() > kMaxImportedBps) throw InputError("option scale_up_rate: " + text + " is more than 100 Tbps");
  if (latency_ > kMaxLatencyOption) {
    throw InputError("option scale_up_latency: " + to_string(latency_) + " is more than " +
                     to_string(kMaxLatencyOption));
  }
}

void ScaleUpOption::join(FabricBuilder& builder, const std::vector<Domain>& domains) const {
  if (rate_.bps() == 0) return;
  const Duration way_in = Duration::from_ps(latency_.ps() / 2);
  for (const Domain& domain : domains) {
    if (domain.cards.size() < 2) continue;
    const std::uint32_t crossbar = builder.add_device(
        {.name = domain.name + "/nvswitch", .kind = DeviceKind::scaleup_switch, .node = domain.node, .part = ""}, 0);
    for (const std::uint32_t card : domain.cards) {
      ImportedFabric::Edge& edge = builder.add_edge(card, crossbar, rate_, LinkKind::scale_up, 0);
      edge.tier = "nvlink";
      edge.latency = way_in;
      edge.back_latency = latency_ - way_in;
    }
  }
}

void ScaleUpOption::join_nodes(FabricBuilder& builder, const std::vector<std::string>& node_names) const {
  std::vector<Domain> domains;
  for (std::size_t node = 0; node < node_names.size(); ++node) {
    domains.push_back({node_names[node], static_cast<std::int32_t>(node), {}});
  }
  for (std::uint32_t d = 0; d < builder.num_devices(); ++d) {
    const Device& device = builder.device(d);
    if (device.kind == DeviceKind::accelerator) domains[static_cast<std::size_t>(device.node)].cards.push_back(d);
  }
  join(builder, domains);
}

}  // namespace polyplane::topology
