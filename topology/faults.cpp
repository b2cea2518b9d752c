#include "topology/faults.h"

#include <fnmatch.h>

#include <algorithm>

#include "base/error.h"
#include "base/random.h"
#include "base/suggest.h"
#include "topology/fault_selector.h"

namespace polyplane::topology {

namespace {

bool is_pattern(std::string_view name) { return name.find_first_of("*?[") != std::string_view::npos; }

bool matches(const std::string& pattern, const std::string& name) {
  return pattern == name || fnmatch(pattern.c_str(), name.c_str(), FNM_PATHNAME) == 0;
}

bool is_switch(DeviceKind kind) { return kind == DeviceKind::network_switch || kind == DeviceKind::scaleup_switch; }

/// "1 cable", "8 cables".
std::string plural(std::size_t count, std::string_view noun, std::string_view many) {
  return std::to_string(count) + " " + std::string(count == 1 ? noun : many);
}

/// Applies selectors one after another to a copy.
class FaultApplier {
 public:
  FaultApplier(const Topology& topology, std::uint64_t seed)
      : topology_(topology), builder_(TopologyBuilder::copy_of(topology)), seed_(seed) {
    touched_.assign(topology.links().size(), false);
    for (std::size_t i = 0; i < touched_.size(); ++i) touched_[i] = has_fault(topology.links()[i]);
  }

  /// Returns what was hit.
  std::string apply(std::string_view text, std::uint64_t position) {
    using Target = FaultSelector::Target;
    text_ = text;
    fault_ = parse_fault_selector(text);
    devices_.clear();
    cables_.clear();
    switch (fault_.target) {
      case Target::plane:
        select_plane();
        break;
      case Target::node:
        select_node();
        break;
      case Target::device:
        select_devices("device", [](const Device&) { return true; });
        break;
      case Target::network_switch:
        select_devices("switch", [](const Device& device) { return is_switch(device.kind); });
        break;
      case Target::nic:
        select_nic_ports();
        break;
      case Target::link:
        select_link();
        break;
      case Target::random_cables:
        select_random(position);
        break;
    }
    return strike();
  }

  Topology build() && { return std::move(builder_).build(); }

 private:
  [[noreturn]] void fail(const std::string& sentence) const { fail_fault(text_, sentence); }

  static bool has_fault(const Link& link) { return !link.up || link.rate != link.nominal_rate; }

  /// The link that stands for its cable.
  [[nodiscard]] LinkId cable_of(LinkId id) const {
    const LinkId reverse = topology_.link(id).reverse;
    return reverse.valid() ? std::min(id, reverse) : id;
  }

  void select_cables_of(DeviceId device) {
    for (const LinkId id : topology_.out_links(device)) cables_.push_back(cable_of(id));
    for (const LinkId id : topology_.in_links(device)) cables_.push_back(cable_of(id));
  }

  void select_device(DeviceId device) {
    devices_.push_back(device);
    select_cables_of(device);
  }

  template <class Condition>
  void select_cables_if(Condition condition) {
    for (std::uint32_t i = 0; i < topology_.links().size(); ++i) {
      if (condition(topology_.links()[i])) cables_.push_back(cable_of(LinkId(i)));
    }
  }

  template <class Condition>
  [[nodiscard]] std::vector<DeviceId> devices_if(Condition condition) const {
    std::vector<DeviceId> found;
    for (std::uint32_t i = 0; i < topology_.devices().size(); ++i) {
      if (condition(topology_.devices()[i])) found.emplace_back(i);
    }
    return found;
  }

  /// "from 0 to 7".
  [[nodiscard]] std::string range(std::int64_t count) const {
    return count > 1 ? "from 0 to " + std::to_string(count - 1) : "only 0";
  }

  void select_plane() {
    for (const DeviceId id : devices_if([&](const Device& device) { return device.plane == fault_.index; })) {
      select_device(id);
    }
    select_cables_if([&](const Link& link) { return link.plane == fault_.index; });
    if (!devices_.empty() || !cables_.empty()) return;
    fail("there is no plane " + std::to_string(fault_.index) + "; " +
         (topology_.num_planes() > 0 ? range(topology_.num_planes()) : "the cluster has no scale-out fabric"));
  }

  void select_node() {
    for (const DeviceId id : devices_if([&](const Device& device) { return device.node == fault_.index; })) {
      select_device(id);
    }
    if (!devices_.empty()) return;
    fail("there is no node " + std::to_string(fault_.index) + "; " +
         (topology_.num_nodes() > 0 ? range(topology_.num_nodes()) : "the graph has no nodes"));
  }

  /// Devices whose name matches; never empty. `kind` is the noun for errors.
  template <class Condition>
  [[nodiscard]] std::vector<DeviceId> named(const std::string& pattern, std::string_view kind,
                                            Condition condition) const {
    if (!is_pattern(pattern)) {
      const DeviceId id = topology_.find_device(pattern);
      if (id.valid() && condition(topology_.device(id))) return {id};
    }
    std::vector<DeviceId> found =
        devices_if([&](const Device& device) { return condition(device) && matches(pattern, device.name); });
    if (found.empty()) fail_unknown(pattern, kind, condition);
    return found;
  }

  template <class Condition>
  [[noreturn]] void fail_unknown(const std::string& pattern, std::string_view kind, Condition condition) const {
    if (is_pattern(pattern)) {
      fail("no " + std::string(kind) + " matches \"" + printable(pattern) + "\"; '*' does not pass a '/'");
    }
    std::vector<std::string> names;
    std::vector<std::string> on_planes;
    for (const Device& device : topology_.devices()) {
      if (!condition(device)) continue;
      names.push_back(device.name);
      if (device.plane >= 0 && device.name.ends_with("/" + pattern)) on_planes.push_back(device.name);
    }
    if (!on_planes.empty()) {
      fail("\"" + printable(pattern) + "\" stands on " + plural(on_planes.size(), "plane", "planes") + "; write " +
           on_planes.front() + " for one of them, plane*/" + printable(pattern) + " for all" + link_example());
    }
    fail(unknown_name(kind, pattern, names));
  }

  /// For a link between two bare names: how the whole selector would read.
  [[nodiscard]] std::string link_example() const {
    if (fault_.target != FaultSelector::Target::link) return "";
    const std::size_t dot = fault_.name.find('.');
    const auto on_plane = [](std::string_view name) {
      return name.find('/') == std::string_view::npos ? "plane0/" + std::string(name) : std::string(name);
    };
    return " (here: link=" + printable(on_plane(std::string_view(fault_.name).substr(0, dot))) + "." +
           printable(on_plane(std::string_view(fault_.name).substr(dot + 1))) + ")";
  }

  template <class Condition>
  void select_devices(std::string_view kind, Condition condition) {
    for (const DeviceId id : named(fault_.name, kind, condition)) select_device(id);
  }

  void select_nic_ports() {
    const auto is_card = [](const Device& device) {
      return device.kind == DeviceKind::accelerator || device.kind == DeviceKind::nic;
    };
    for (const DeviceId id : named(fault_.name, "card", is_card)) {
      const std::size_t before = cables_.size();
      std::string shared;
      for (const LinkId out : topology_.out_links(id)) {
        const Link& link = topology_.link(out);
        if (link.kind == LinkKind::scale_out) cables_.push_back(cable_of(out));
        if (link.kind == LinkKind::host) shared = topology_.device(link.to).name;
      }
      if (cables_.size() > before || is_pattern(fault_.name)) continue;
      fail(printable(topology_.device(id).name) + " has no scale-out port of its own" +
           (shared.empty() ? "" : "; it shares " + printable(shared)));
    }
    if (cables_.empty()) fail("no card that matches has a scale-out port of its own");
  }

  void select_link() {
    for (std::uint32_t i = 0; i < topology_.links().size(); ++i) {
      if (topology_.links()[i].name == fault_.name) cables_.push_back(cable_of(LinkId(i)));
    }
    if (cables_.empty()) {
      const std::size_t dot = fault_.name.find('.');
      if (dot == std::string::npos) fail_unknown_link();
      const auto any = [](const Device&) { return true; };
      select_cables_between(named(fault_.name.substr(0, dot), "device", any),
                            named(fault_.name.substr(dot + 1), "device", any));
    }
    if (!fault_.cable) return;
    sort_and_drop_repeats(cables_);
    const auto count = static_cast<std::int64_t>(cables_.size());
    if (*fault_.cable >= count) {
      fail("there is no cable #" + std::to_string(*fault_.cable) + " among " +
           plural(cables_.size(), "cable", "cables") + "; " + range(count));
    }
    cables_ = {cables_[static_cast<std::size_t>(*fault_.cable)]};
  }

  [[noreturn]] void fail_unknown_link() const {
    std::vector<std::string> names;
    for (const Link& link : topology_.links()) {
      if (!link.name.empty()) names.push_back(link.name);
    }
    if (names.empty()) { fail("a link is named by the devices at its ends, as in link=leaf0.spine1"); }
    fail(unknown_name("link", fault_.name, names) + ", or A.B for the cables between two devices");
  }

  void select_cables_between(const std::vector<DeviceId>& from, const std::vector<DeviceId>& to) {
    std::vector<bool> at_end(topology_.devices().size(), false);
    for (const DeviceId id : to) at_end[id.index()] = true;
    for (const DeviceId id : from) {
      for (const LinkId out : topology_.out_links(id)) {
        if (at_end[topology_.link(out).to.index()]) cables_.push_back(cable_of(out));
      }
      for (const LinkId in : topology_.in_links(id)) {
        if (at_end[topology_.link(in).from.index()]) cables_.push_back(cable_of(in));
      }
    }
    if (!cables_.empty()) return;
    std::vector<std::string> neighbours;
    for (const LinkId out : topology_.out_links(from.front())) {
      const std::string& name = topology_.device(topology_.link(out).to).name;
      if (neighbours.size() < 8 && std::find(neighbours.begin(), neighbours.end(), name) == neighbours.end()) {
        neighbours.push_back(name);
      }
    }
    std::string sentence = "no cable joins them; " + printable(topology_.device(from.front()).name) + " is joined to";
    for (const std::string& name : neighbours) sentence += " " + printable(name);
    fail(sentence);
  }

  void select_random(std::uint64_t position) {
    const auto tiers = topology_.tier_names();
    const auto tier = std::find(tiers.begin(), tiers.end(), fault_.name);
    if (tier == tiers.end()) fail(unknown_name("tier of links", fault_.name, {tiers.begin(), tiers.end()}));
    std::size_t in_tier = 0;
    for (std::uint32_t i = 0; i < topology_.links().size(); ++i) {
      if (topology_.links()[i].tier != static_cast<std::uint32_t>(tier - tiers.begin()) ||
          cable_of(LinkId(i)) != LinkId(i)) {
        continue;
      }
      ++in_tier;
      if (!touched_[i]) cables_.push_back(LinkId(i));
    }
    std::uint64_t count = static_cast<std::uint64_t>(fault_.count);
    if (fault_.share_millionths) {
      const auto share = static_cast<std::uint64_t>(*fault_.share_millionths);
      count = std::max<std::uint64_t>(1, (in_tier * share + 500'000) / 1'000'000);
    }
    if (count > cables_.size()) {
      fail(std::to_string(count) + " cables are more than the " + std::to_string(cables_.size()) + " of " +
           std::to_string(in_tier) + " in tier " + fault_.name + " that have no fault so far");
    }
    RandomStream random(seed_, position);
    for (std::uint64_t i = 0; i < count; ++i) { std::swap(cables_[i], cables_[i + random.below(cables_.size() - i)]); }
    cables_.resize(count);
  }

  static void sort_and_drop_repeats(std::vector<LinkId>& links) {
    std::sort(links.begin(), links.end());
    links.erase(std::unique(links.begin(), links.end()), links.end());
  }

  std::string strike() {
    sort_and_drop_repeats(cables_);
    for (const LinkId cable : cables_) {
      strike_link(cable);
      if (topology_.link(cable).reverse.valid()) strike_link(topology_.link(cable).reverse);
    }
    if (!fault_.at) {
      for (const DeviceId device : devices_) builder_.device(device).up = false;
    }
    std::string hit = std::string(text_) + ": ";
    if (!devices_.empty()) hit += plural(devices_.size(), "device", "devices") + " and ";
    hit += plural(cables_.size(), "cable", "cables");
    if (!fault_.at) return hit + " down";
    return hit + " degraded";
  }

  void strike_link(LinkId id) {
    touched_[id.index()] = true;
    Link& link = builder_.link(id);
    if (!fault_.at) {
      link.up = false;
      return;
    }
    const BitRate left = fault_.at->rate ? *fault_.at->rate : share_of(link.nominal_rate, fault_.at->millionths);
    if (left > link.nominal_rate) {
      fail(to_string(left) + " is more than the nominal " + to_string(link.nominal_rate) + " of " +
           printable(topology_.device(link.from).name) + " -> " + printable(topology_.device(link.to).name));
    }
    link.rate = std::min(link.rate, left);
  }

  [[nodiscard]] BitRate share_of(BitRate nominal, std::int64_t millionths) const {
    const int128 bps = static_cast<int128>(nominal.bps()) * millionths / 1'000'000;
    if (bps == 0) fail("less than 1 bps would be left; leave \" at\" out to take links down");
    return BitRate::from_bps(static_cast<std::int64_t>(bps));
  }

  const Topology& topology_;
  TopologyBuilder builder_;
  std::uint64_t seed_;
  std::vector<bool> touched_;  // by link: has a fault so far
  // Of the selector at hand.
  std::string_view text_;
  FaultSelector fault_;
  std::vector<DeviceId> devices_;
  std::vector<LinkId> cables_;
};

}  // namespace

Topology apply_faults(const Topology& topology, const std::vector<std::string>& selectors, std::uint64_t seed,
                      std::vector<std::string>* what) {
  FaultApplier applier(topology, seed);
  for (std::size_t i = 0; i < selectors.size(); ++i) {
    std::string hit = applier.apply(selectors[i], i);
    if (what != nullptr) what->push_back(std::move(hit));
  }
  return std::move(applier).build();
}

}  // namespace polyplane::topology
