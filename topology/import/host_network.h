// The network behind NICs of which a file knows the hosts alone: one non-blocking switch a plane, and as many copies of
// the hosts as the option `nodes` asks for.
#pragma once

#include <cstdint>
#include <vector>

#include "base/options.h"
#include "topology/import/fabric_builder.h"
#include "topology/import/link_latencies.h"

namespace polyplane::topology {

class HostNetwork {
 public:
  /// nodes, and those of LinkLatencies.
  [[nodiscard]] static std::vector<OptionSpec> options();
  /// `builder` must outlive the network.
  HostNetwork(const Options& options, FabricBuilder& builder);

  [[nodiscard]] std::int64_t copies() const { return copies_; }
  /// The edge from a NIC to the switch of its plane, which is made when it is first asked for.
  ImportedFabric::Edge& join(std::uint32_t nic, std::int32_t plane, BitRate rate, int line);
  /// Numbers the switches and says what was assumed.
  void finish();

 private:
  FabricBuilder& builder_;
  LinkLatencies latencies_;
  std::int64_t copies_;
};

}  // namespace polyplane::topology
