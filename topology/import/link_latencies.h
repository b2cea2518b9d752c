// Latencies of a format that has none: options of its reader, under the names that the one-line cluster uses. Zero, as
// there, when not given; what is not given is said in ImportedFabric::assumed.
#pragma once

#include <string>
#include <vector>

#include "base/options.h"
#include "base/units.h"
#include "topology/import/fabric_builder.h"

namespace polyplane::topology {

/// Most that one of these options may be; sums of a few stay below what a cluster file allows.
inline constexpr Duration kMaxLatencyOption = Duration::from_ps(100'000'000'000);

class LinkLatencies {
 public:
  /// switch_latency, cable_latency, access_cable_latency, nic_latency.
  [[nodiscard]] static std::vector<OptionSpec> options();

  explicit LinkLatencies(const Options& options);
  /// For readers whose fabric has scale-out links.
  void say_assumed(FabricBuilder& builder) const;

  /// A cable from a card or NIC to a switch: the way in pays for the switch it enters, as a native fabric's does.
  void set_access(ImportedFabric::Edge& edge) const;
  void set_between_switches(ImportedFabric::Edge& edge) const;
  /// Between two cards or NICs without a switch.
  void set_direct(ImportedFabric::Edge& edge) const;
  /// Whichever of the three the ends of a scale-out edge ask for.
  void set(const ImportedFabric& fabric, ImportedFabric::Edge& edge) const;

 private:
  Duration switch_, cable_, access_cable_, nic_;
  std::vector<std::string> assumed_;
};

/// scale_up_rate ("none" unless given) and scale_up_latency: joins the cards of each node (of each block, where a format has
/// those) by one non-blocking switch.
class ScaleUpOption {
 public:
  [[nodiscard]] static std::vector<OptionSpec> options();
  /// Throws InputError: a wrong rate, a latency without a rate.
  explicit ScaleUpOption(const Options& options);
  [[nodiscard]] bool given() const { return rate_.bps() > 0; }

  /// A node, or several that share one scale-up domain.
  struct Domain {
    std::string name;
    std::int32_t node = -1;  // none where there are several
    std::vector<std::uint32_t> cards;
  };
  /// Adds "<name>/nvswitch" and its links for each domain with several cards.
  void join(FabricBuilder& builder, const std::vector<Domain>& domains) const;
  /// The same for each node; `node_names` by node number.
  void join_nodes(FabricBuilder& builder, const std::vector<std::string>& node_names) const;

 private:
  BitRate rate_;  // zero: none
  Duration latency_;
};

}  // namespace polyplane::topology
