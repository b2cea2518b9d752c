#include "topology/fault_matcher.h"

#include <fnmatch.h>

#include <algorithm>

#include "base/random.h"
#include "base/suggest.h"

namespace polyplane::topology {

namespace {

bool is_pattern(std::string_view name) { return name.find_first_of("*?[") != std::string_view::npos; }

bool matches(const std::string& pattern, const std::string& name) {
  return pattern == name || fnmatch(pattern.c_str(), name.c_str(), FNM_PATHNAME) == 0;
}

bool is_switch(DeviceKind kind) { return kind == DeviceKind::network_switch || kind == DeviceKind::scaleup_switch; }

class Matcher {
 public:
  Matcher(const Topology& topology, std::string_view text, const FaultSelector& fault)
      : topology_(topology), text_(text), fault_(fault) {}

  FaultHits match(const std::vector<bool>& touched, RandomStream& random) {
    using Target = FaultSelector::Target;
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
        select_random(touched, random);
        break;
    }
    sort_and_drop_repeats(cables_);
    return {std::move(devices_), std::move(cables_)};
  }

 private:
  [[noreturn]] void fail(const std::string& sentence) const { fail_fault(text_, sentence); }

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
      const std::string& example = on_planes.front();
      fail("\"" + printable(pattern) + "\" stands on " + plural(on_planes.size(), "plane") + "; write " +
           on_plane(example.substr(0, example.rfind('/'))) + " for one of them, " + on_plane("plane*") + " for all");
    }
    fail(unknown_name(kind, pattern, names));
  }

  /// The name that the selector gives, with the plane before each part that has none.
  [[nodiscard]] std::string on_plane(const std::string& plane) const {
    const auto placed = [&](const std::string& name) {
      return name.find('/') == std::string::npos ? plane + "/" + printable(name) : printable(name);
    };
    const std::size_t dot = fault_.target == FaultSelector::Target::link ? fault_.name.find('.') : std::string::npos;
    if (dot == std::string::npos) return placed(fault_.name);
    return placed(fault_.name.substr(0, dot)) + "." + placed(fault_.name.substr(dot + 1));
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
      const std::vector<DeviceId> from = named(fault_.name.substr(0, dot), "device", any);
      const std::vector<DeviceId> to = named(fault_.name.substr(dot + 1), "device", any);
      select_cables_between(from, to);
    }
    if (!fault_.cable) return;
    sort_and_drop_repeats(cables_);
    const auto count = static_cast<std::int64_t>(cables_.size());
    if (*fault_.cable >= count) {
      fail("there is no cable #" + std::to_string(*fault_.cable) + " among " + plural(cables_.size(), "cable") + "; " +
           range(count));
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
    if (cables_.empty()) fail_not_joined(from.front(), topology_.device(to.front()).kind);
  }

  /// Names some neighbours of the kind that was asked for.
  [[noreturn]] void fail_not_joined(DeviceId from, DeviceKind kind) const {
    std::vector<std::string> neighbours;
    for (const LinkId out : topology_.out_links(from)) {
      const Device& to = topology_.device(topology_.link(out).to);
      const bool known = std::find(neighbours.begin(), neighbours.end(), to.name) != neighbours.end();
      if (to.kind == kind && !known && neighbours.size() < 8) neighbours.push_back(to.name);
    }
    std::string list;
    for (const std::string& name : neighbours) list += (list.empty() ? "" : ", ") + printable(name);
    fail("no cable joins them" +
         (list.empty() ? "" : "; " + printable(topology_.device(from).name) + " is joined to " + list));
  }

  void select_random(const std::vector<bool>& touched, RandomStream& random) {
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
      if (!touched[i]) cables_.push_back(LinkId(i));
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
    for (std::uint64_t i = 0; i < count; ++i) { std::swap(cables_[i], cables_[i + random.below(cables_.size() - i)]); }
    cables_.resize(count);
  }

  static void sort_and_drop_repeats(std::vector<LinkId>& links) {
    std::sort(links.begin(), links.end());
    links.erase(std::unique(links.begin(), links.end()), links.end());
  }

  const Topology& topology_;
  std::string_view text_;
  const FaultSelector& fault_;
  std::vector<DeviceId> devices_;
  std::vector<LinkId> cables_;
};

}  // namespace

std::string plural(std::size_t count, std::string_view noun) {
  return std::to_string(count) + " " + std::string(noun) + (count == 1 ? "" : "s");
}

FaultHits match_fault(const Topology& topology, std::string_view text, const FaultSelector& fault,
                      const std::vector<bool>& touched, RandomStream& random) {
  return Matcher(topology, text, fault).match(touched, random);
}

}  // namespace polyplane::topology
