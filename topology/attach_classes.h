// Accelerators that meet the fabric at the same places are one class: every other card is equally far from all of them,
// so distances are computed between classes.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "topology/shortest_paths.h"

namespace polyplane::topology {

/// A vertex of the scale-out layer, `hops` links away from a card (or a card from it).
struct Attach {
  Vertex vertex = kNoVertex;
  std::uint32_t hops = 0;
  friend auto operator<=>(const Attach&, const Attach&) = default;
};

/// Where the cards of a class enter and leave the fabric by ports of their own, and by those of peer cards of their
/// scale-up domain. All sorted, one entry a vertex.
struct AttachClass {
  std::vector<Attach> entries, exits;
  std::vector<Attach> peer_entries, peer_exits;  // empty unless asked for
  std::vector<std::uint32_t> members;            // by index into Topology::accelerators()
  friend auto operator<=>(const AttachClass&, const AttachClass&) = default;
};

/// Distances inside scale-up domains.
class DomainDistances {
 public:
  static constexpr std::uint32_t kUnreachable = 0xffffffffU;

  explicit DomainDistances(const Topology& topology);
  /// The cards of that card's domain, itself included, ascending.
  [[nodiscard]] std::span<const std::uint32_t> domain_of(std::uint32_t accelerator) const;
  /// Links from each card of domain_of(accelerator) to it, over scale-up links only; kUnreachable where there is no such
  /// path. The span is valid until the next call.
  [[nodiscard]] std::span<const std::uint32_t> to(std::uint32_t accelerator);

 private:
  const Topology& topology_;
  ShortestPaths paths_;
  std::vector<std::vector<std::uint32_t>> members_;  // by domain
  std::vector<std::uint32_t> position_;              // by DeviceId: index into accelerators()
  std::vector<std::uint32_t> distances_;
};

/// Classes of the accelerators that are up, in a fixed order. `domains`: fills in the peer attaches; null leaves them out
/// and makes fewer classes.
[[nodiscard]] std::vector<AttachClass> find_attach_classes(const Topology& topology, const TransitGraph& scale_out,
                                                           DomainDistances* domains);

}  // namespace polyplane::topology
