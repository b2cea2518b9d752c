#include <algorithm>
#include <array>
#include <map>

#include "base/error.h"
#include "base/suggest.h"
#include "configs/schema/check_values.h"
#include "sim/load_cluster.h"
#include "sim/load_scale_up.h"
#include "topology/generator.h"
#include "topology/scale_up.h"

namespace polyplane::sim {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

struct KeyOf {
  std::string_view key;
  std::string_view message, field;  // where its value goes; "" = handled by name
};

constexpr std::array kKeys{KeyOf{"endpoints", "", ""},
                           KeyOf{"per_node", "", ""},
                           KeyOf{"planes", "", ""},
                           KeyOf{"plane_mode", "", ""},
                           KeyOf{"rate", "Fabric", "port_rate"},
                           KeyOf{"lossless", "", ""},
                           KeyOf{"virtual_channels", "", ""},
                           KeyOf{"scale_up", "", ""},
                           KeyOf{"radix", "", ""},
                           KeyOf{"routing", "Cluster", "routing"},
                           KeyOf{"switch", "Fabric", "switch"},
                           KeyOf{"switch_latency", "Fabric", "switch_latency"},
                           KeyOf{"cable_latency", "Fabric", "cable_latency"},
                           KeyOf{"access_cable_latency", "Fabric", "access_cable_latency"},
                           KeyOf{"cable", "Fabric", "cable"},
                           KeyOf{"cable_length", "Fabric", "cable_length"},
                           KeyOf{"access_cable", "Fabric", "access_cable"},
                           KeyOf{"access_cable_length", "Fabric", "access_cable_length"},
                           KeyOf{"accelerator", "Node", "accelerator"},
                           KeyOf{"nic", "Node", "nic"},
                           KeyOf{"nic_rate", "Node", "nic_rate"},
                           KeyOf{"nic_latency", "Node", "nic_latency"},
                           KeyOf{"scale_up_domain_nodes", "", ""},
                           KeyOf{"scale_up_rate", "ScaleUp", "rate"},
                           KeyOf{"scale_up_peer_rate", "ScaleUp", "peer_rate"},
                           KeyOf{"scale_up_link_rate", "ScaleUp", "link_rate"},
                           KeyOf{"scale_up_latency", "ScaleUp", "latency"}};

/// Before an option of the kind of scale-up domain.
const std::string kScaleUpPrefix = "scale_up_";

/// Errors by key instead of by place.
class OneLinerSource : public configs::Source {
 public:
  explicit OneLinerSource(std::string text) : text_(std::move(text)) {}

  [[nodiscard]] std::string place(const Message& message, std::string_view field, int /*index*/) const override {
    std::string key(field);
    for (const KeyOf& known : kKeys) {
      if (known.message == message.GetDescriptor()->name() && known.field == field) key = known.key;
    }
    if (field == "switch_radix") key = "radix";
    if (field == "num_planes") key = "planes";
    if (field == "accelerators") key = "per_node";
    if (field == "nodes") key = "endpoints";
    if (message.GetDescriptor()->name() == "ScaleUp") {
      if (field == "kind") key = "scale_up";
      if (field == "domain_nodes") key = "scale_up_domain_nodes";
      if (field == "options") key = "scale_up";
    }
    return place_of(key);
  }
  [[noreturn]] void refuse(const std::string& key, const std::string& problem) const {
    throw InputError(place_of(key) + problem);
  }

 private:
  [[nodiscard]] std::string place_of(const std::string& key) const {
    return "cluster \"" + printable(text_) + "\": " + key + ": ";
  }

  std::string text_;
};

class OneLiner {
 public:
  OneLiner(const std::string& text, const Parts& parts) : source_(text), parts_(parts) {
    const std::size_t colon = text.find(':');
    const std::string generator = text.substr(0, colon);
    if (!topology::generators().contains(generator)) {
      throw InputError("cluster \"" + printable(text) +
                       "\": " + unknown_name("topology generator", generator, topology::generators().names()));
    }
    cluster_.mutable_fabric()->set_generator(generator);
    name_ = text;
    split(text.substr(colon + 1));
  }

  ClusterChoice load() { return load_cluster(source_, message(), parts_, name_); }

  /// Once.
  const v1::Cluster& message() {
    refuse_unknown_keys();
    size_nodes();
    set_texts();
    set_words();
    for (const auto& [key, value] : values_) cluster_.mutable_fabric()->add_options(key + "=" + value);
    configs::check_values(source_, cluster_);
    set_defaults();
    return cluster_;
  }

 private:
  void split(const std::string& text) {
    std::size_t from = 0;
    while (from <= text.size()) {
      const std::size_t end = std::min(text.find(',', from), text.size());
      const std::string item = text.substr(from, end - from);
      const std::size_t equals = item.find('=');
      if (equals == 0 || equals == std::string::npos || equals + 1 == item.size()) {
        source_.refuse(item.empty() ? "\"\"" : printable(item), "is not key=value");
      }
      const std::string key = item.substr(0, equals);
      if (!values_.emplace(key, item.substr(equals + 1)).second) source_.refuse(printable(key), "is given twice");
      from = end + 1;
    }
  }

  /// The value of a key, which is used up.
  std::optional<std::string> take(const std::string& key) {
    const auto place = values_.find(key);
    if (place == values_.end()) return std::nullopt;
    std::string value = place->second;
    values_.erase(place);
    return value;
  }

  std::optional<std::int32_t> take_count(const std::string& key, std::int64_t max) {
    const auto text = take(key);
    if (!text) return std::nullopt;
    const bool digits = text->find_first_not_of("0123456789") == std::string::npos;
    const std::int64_t value = !digits ? 0 : text->size() > 18 ? INT64_MAX : std::stoll(*text);
    if (key == "endpoints" && value > max) {
      throw LimitError("cluster \"" + printable(name_) + "\": endpoints: " + printable(*text) +
                       " is over the limit of " + std::to_string(max));
    }
    if (value < 1 || value > max) {
      source_.refuse(key, "\"" + printable(*text) + "\" is not a whole number from 1 to " + std::to_string(max));
    }
    return static_cast<std::int32_t>(value);
  }

  void size_nodes() {
    planes_ = take_count("planes", 1024).value_or(1);
    const std::string mode = take("plane_mode").value_or(planes_ > 1 ? "per_nic" : "single");
    v1::Fabric& fabric = *cluster_.mutable_fabric();
    v1::Planes planes = v1::single;
    if (!v1::Planes_Parse(mode, &planes)) {
      source_.refuse("plane_mode", unknown_name("value", mode, {"per_nic", "single", "striped"}));
    }
    fabric.set_planes(planes);
    if (planes_ > 1 || planes == v1::striped) fabric.set_num_planes(planes_);
    per_node_ = take_count("per_node", 10000).value_or(planes == v1::per_nic ? planes_ : 1);
    const auto endpoints = take_count("endpoints", topology::kMaxDevices);
    if (!endpoints)
      source_.refuse("endpoints", "is missing; write the number of accelerators, for example endpoints=1024");
    if (*endpoints % per_node_ != 0) {
      source_.refuse("endpoints", std::to_string(*endpoints) + " does not divide into nodes of " +
                                      std::to_string(per_node_) + " accelerators");
    }
    cluster_.set_nodes(*endpoints / per_node_);
    cluster_.mutable_node()->set_accelerators(per_node_);
    cluster_.mutable_node()->set_nics(per_node_);
    if (const auto radix = take_count("radix", 100000)) fabric.set_switch_radix(*radix);
    domain_nodes_ = take_count("scale_up_domain_nodes", 1'000'000).value_or(1);
    if (domain_nodes_ > 1) cluster_.mutable_node()->mutable_scale_up()->set_domain_nodes(domain_nodes_);
  }

  void set_texts() {
    if (has_domains()) cluster_.mutable_node()->mutable_scale_up();
    for (const KeyOf& known : kKeys) {
      if (known.message.empty()) continue;
      const auto value = take(std::string(known.key));
      if (!value) continue;
      Message* message = &cluster_;
      if (known.message == "Fabric") message = cluster_.mutable_fabric();
      if (known.message == "Node") message = cluster_.mutable_node();
      if (known.message == "ScaleUp" && !has_domains()) {
        source_.refuse(std::string(known.key), "needs nodes of several accelerators; set per_node");
      }
      if (known.message == "ScaleUp") message = cluster_.mutable_node()->mutable_scale_up();
      const FieldDescriptor* field = message->GetDescriptor()->FindFieldByName(std::string(known.field));
      message->GetReflection()->SetString(message, field, *value);
    }
  }

  void assume(const std::string& what) { cluster_.add_assumed("not given: " + what); }

  void set_defaults() {
    v1::Fabric& fabric = *cluster_.mutable_fabric();
    v1::Node& node = *cluster_.mutable_node();
    if (!fabric.has_port_rate() && !fabric.has_switch_()) {
      fabric.set_port_rate("400 Gbps");
      assume("ports of 400 Gbps");
    }
    if (!node.has_nic_rate() && !node.has_nic()) {
      const std::string rate =
          fabric.has_port_rate() ? fabric.port_rate() : parts_.network_switch(fabric.switch_()).port_rate().value();
      const std::int64_t ports = fabric.planes() == v1::striped ? planes_ : 1;
      node.set_nic_rate(std::to_string((parse_bit_rate(rate) * ports).bps()) + " bps");
    }
    if (!fabric.has_switch_latency() && !fabric.has_switch_()) {
      fabric.set_switch_latency("0 ns");
      assume("switch latency, taken as 0");
    }
    if (!fabric.has_cable_latency() && !fabric.has_cable_length()) {
      fabric.set_cable_latency("0 ns");
      assume("cable latency between switches, taken as 0");
    }
    if (!fabric.has_access_cable_latency() && !fabric.has_access_cable_length()) {
      fabric.set_access_cable_latency("0 ns");
      assume("cable latency from NIC to switch, taken as 0");
    }
    if (!node.has_nic_latency() && !node.has_nic()) {
      node.set_nic_latency("0 ns");
      assume("NIC latency, taken as 0");
    }
    if (!has_domains() || scale_up_kind() == "none") return;
    v1::ScaleUp& up = *node.mutable_scale_up();
    if (!up.has_rate() && !node.has_accelerator()) {
      up.set_rate("3600 Gbps");
      assume("scale-up rate of 450 GB/s per direction");
    }
    if (!up.has_latency()) {
      up.set_latency("0 ns");
      assume("scale-up latency, taken as 0");
    }
  }

  void set_words() {
    if (const auto lossless = take("lossless")) {
      if (*lossless != "true" && *lossless != "false") {
        source_.refuse("lossless", unknown_name("value", *lossless, {"false", "true"}));
      }
      cluster_.mutable_fabric()->set_lossless(*lossless == "true");
    }
    if (const auto channels = take_count("virtual_channels", 256)) {
      cluster_.mutable_fabric()->set_virtual_channels(*channels);
    }
    const auto kind = take("scale_up");
    if (!has_domains()) {
      if (kind) source_.refuse("scale_up", "needs nodes of several accelerators; set per_node");
      return;
    }
    v1::ScaleUp& up = *cluster_.mutable_node()->mutable_scale_up();
    if (kind) {
      up.set_kind(*kind);
    } else if (!cluster_.node().has_accelerator()) {
      up.set_kind("switched");
    }
    take_scale_up_options(up);
  }

  /// scale_up_NAME=VALUE, where the kind declares an option of that name.
  void take_scale_up_options(v1::ScaleUp& up) {
    const std::string kind = scale_up_kind();
    if (!topology::scale_ups().contains(kind)) return;
    for (const OptionSpec& option : topology::scale_ups().at(kind).options) {
      if (const auto value = take(kScaleUpPrefix + option.name)) up.add_options(option.name + "=" + *value);
    }
  }

  /// As it is known before the cluster is loaded; "" when nobody says.
  [[nodiscard]] std::string scale_up_kind() const {
    if (cluster_.node().scale_up().has_kind()) return cluster_.node().scale_up().kind();
    if (!cluster_.node().has_accelerator()) return "";
    return scale_up_kind_of(part_or_none(cluster_.node().accelerator()).scale_up().kind());
  }

  /// An unknown accelerator is refused by load_cluster(), with its place.
  [[nodiscard]] v1::Accelerator part_or_none(const std::string& name) const {
    const auto known = parts_.accelerators();
    return std::ranges::binary_search(known, name) ? parts_.accelerator(name) : v1::Accelerator();
  }

  [[nodiscard]] bool has_domains() const { return per_node_ > 1 || domain_nodes_ > 1; }

  /// All of them: a line has no file whose schema lists them.
  static std::string unknown_key(const std::string& key, const std::vector<std::string>& known) {
    const std::string close = nearest(key, known);
    std::string message = "unknown key \"" + printable(key) + "\"" +
                          (close.empty() ? "." : "; did you mean \"" + close + "\"?") + " Allowed: ";
    for (std::size_t i = 0; i < known.size(); ++i) message += (i == 0 ? "" : ", ") + known[i];
    return message;
  }

  /// Did-you-mean over the keys of the line and the options of the generator together.
  void refuse_unknown_keys() const {
    std::vector<std::string> known;
    for (const KeyOf& key : kKeys) known.emplace_back(key.key);
    for (const OptionSpec& option : topology::generators().at(cluster_.fabric().generator()).options) {
      if (std::ranges::find(known, option.name) == known.end()) known.push_back(option.name);
    }
    for (const std::string& kind : topology::scale_ups().names()) {
      for (const OptionSpec& option : topology::scale_ups().at(kind).options) {
        const std::string key = kScaleUpPrefix + option.name;
        if (std::ranges::find(known, key) == known.end()) known.push_back(key);
      }
    }
    std::ranges::sort(known);
    for (const auto& [key, value] : values_) {
      if (std::ranges::find(known, key) == known.end()) source_.refuse(printable(key), unknown_key(key, known));
    }
  }

  OneLinerSource source_;
  const Parts& parts_;
  std::string name_;
  std::map<std::string, std::string> values_;
  v1::Cluster cluster_;
  std::int32_t planes_ = 1, per_node_ = 1, domain_nodes_ = 1;
};

}  // namespace

ClusterChoice load_one_liner(const std::string& text, const Parts& parts) { return OneLiner(text, parts).load(); }

v1::Cluster one_liner_message(const std::string& text, const Parts& parts) { return OneLiner(text, parts).message(); }

}  // namespace polyplane::sim
