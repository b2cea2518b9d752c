#include "topology/import/pcie_tree.h"

#include <algorithm>
#include <utility>

namespace polyplane::topology {

std::int32_t PcieTree::add(std::int32_t parent, std::string name, BitRate rate) {
  const std::int32_t depth = parent == kNone ? 0 : node(parent).depth + 1;
  nodes_.push_back({parent, std::move(name), rate, depth});
  return static_cast<std::int32_t>(nodes_.size() - 1);
}

PcieTree::Path PcieTree::path(std::int32_t a, std::int32_t b) const {
  Path path;
  path.rate = std::min(node(a).rate, node(b).rate);
  // a and b climb to where they meet; the devices themselves are no switches.
  std::int32_t switches = 0;
  const auto climb = [&](std::int32_t& from) {
    path.rate = std::min(path.rate, node(from).rate);
    from = node(from).parent;
    if (node(from).parent != kNone) ++switches;
  };
  while (a != b) {
    const bool a_top = node(a).parent == kNone, b_top = node(b).parent == kNone;
    if (a_top && b_top) {
      path.kind = PathClass::sys;
      path.rate = std::min({path.rate, node(a).rate, node(b).rate});
      return path;
    }
    if (!a_top && (b_top || node(a).depth >= node(b).depth)) {
      climb(a);
    } else {
      climb(b);
    }
  }
  if (node(a).parent == kNone) {
    path.kind = PathClass::phb;
  } else {
    --switches;  // the meeting point was reached from both sides
    path.kind = switches <= 1 ? PathClass::pix : PathClass::pxb;
  }
  return path;
}

}  // namespace polyplane::topology
