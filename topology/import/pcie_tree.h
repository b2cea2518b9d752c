// The PCIe devices below the processors of one host, and what a path between two of them carries.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/units.h"

namespace polyplane::topology {

/// How near two devices are, best first; the words of NCCL and nvidia-smi.
///   pix  at most one PCIe switch between them      pxb  several PCIe switches
///   phb  the same processor                        sys  two processors
enum class PathClass : std::uint8_t { pix, pxb, phb, sys };

class PcieTree {
 public:
  static constexpr std::int32_t kNone = -1;
  struct Node {
    std::int32_t parent = kNone;  // of a processor: none
    std::string name;             // "cpu0", "pci-0000:07:00-0"
    BitRate rate;                 // towards the parent; of a processor: to another one
    std::int32_t depth = 0;
  };

  /// A processor, when `parent` is none. Returns its index.
  std::int32_t add(std::int32_t parent, std::string name, BitRate rate);
  [[nodiscard]] const Node& node(std::int32_t index) const { return nodes_[static_cast<std::size_t>(index)]; }
  [[nodiscard]] std::size_t size() const { return nodes_.size(); }

  struct Path {
    PathClass kind = PathClass::pix;
    BitRate rate;  // of the narrowest part
  };
  /// REQUIRES: two devices that are no processors.
  [[nodiscard]] Path path(std::int32_t a, std::int32_t b) const;

 private:
  std::vector<Node> nodes_;
};

}  // namespace polyplane::topology
