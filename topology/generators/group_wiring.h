// Global cables between groups of switches, for dragonflies: which switch of which group owns which. No graph.
//
// All groups have the same number of global ports in use. They are dealt to pairs of groups in rounds: in each round a
// group has one cable to every other. What is left over, fewer ports than there are other groups, goes to groups that are
// near in number: offsets 1, 2, ... both ways (and half way round when one is left of an odd number). Where ports in use
// and groups are both odd, one port of each group stays empty.
//
// Inside a round, ports are in the order of the arrangement (Kim et al., ISCA 2008; Camarero et al., ACM TACO 2014;
// Hastings et al., IEEE CLUSTER 2015), i being the own group and g the number of groups:
//   absolute   0, 1, ..., g - 1 without i
//   relative   i + 1, i + 2, ..., i + g - 1 modulo g (palmtree is its mirror image)
//   circulant  i + 1, i - 1, i + 2, i - 2, ... modulo g
// Ports are owned by switches in order and in equal shares, so switches differ by one cable at most.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "base/options.h"

namespace polyplane::topology {

enum class Arrangement : std::uint8_t { absolute, relative, circulant };
/// Their names, in this order.
[[nodiscard]] const std::vector<std::string>& arrangement_names();
[[nodiscard]] Arrangement arrangement_of(const std::string& name);

/// `own` and the options of all networks of groups: groups, global_links, arrangement. `owner`: what has the global ports;
/// `ports`: how many of them a group has, in words.
[[nodiscard]] std::vector<OptionSpec> with_group_options(std::vector<OptionSpec> own, const std::string& owner,
                                                         const std::string& ports);

/// One cable, a < b.
struct GlobalCable {
  std::int64_t group_a = 0, switch_a = 0;  // switches count inside their group
  std::int64_t group_b = 0, switch_b = 0;
};

class GroupWiring {
 public:
  /// `ports`: global ports of a group that may be used, over `owners` switches; `per_pair`: cables between each pair of
  /// groups, 0 uses as many ports as there are. REQUIRES: groups >= 1, and with several of them owners >= 1 and
  /// per_pair * (groups - 1) <= ports.
  GroupWiring(std::int64_t groups, std::int64_t owners, std::int64_t ports, std::int64_t per_pair,
              Arrangement arrangement);

  [[nodiscard]] std::int64_t cables() const { return groups_ * used() / 2; }
  /// Ports of each group that have a cable.
  [[nodiscard]] std::int64_t used() const { return rounds_ * (groups_ - 1) + extra_; }
  /// All cables, by the lower group, then by its port.
  void for_each(const std::function<void(const GlobalCable&)>& visit) const;

 private:
  /// Position of group `peer` among the others of `group`, from 0.
  [[nodiscard]] std::int64_t place(std::int64_t group, std::int64_t peer) const;
  [[nodiscard]] std::int64_t owner_of(std::int64_t port) const { return port * owners_ / used(); }
  /// By place: the other groups that `group` has an extra cable to.
  [[nodiscard]] std::vector<std::int64_t> extra_peers(std::int64_t group) const;

  std::int64_t groups_, owners_;
  std::int64_t rounds_ = 0, extra_ = 0;
  Arrangement arrangement_;
};

}  // namespace polyplane::topology
