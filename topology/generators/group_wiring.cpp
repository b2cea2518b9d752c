#include "topology/generators/group_wiring.h"

#include <algorithm>

#include "base/check.h"
#include "topology/generators/direct_network.h"

namespace polyplane::topology {

const std::vector<std::string>& arrangement_names() {
  static const std::vector<std::string> names{"absolute", "relative", "circulant"};
  return names;
}

Arrangement arrangement_of(const std::string& name) {
  const auto& names = arrangement_names();
  const auto found = std::find(names.begin(), names.end(), name);
  CHECK(found != names.end(), "an arrangement of global links without a name");
  return static_cast<Arrangement>(found - names.begin());
}

GroupWiring::GroupWiring(std::int64_t groups, std::int64_t owners, std::int64_t ports, std::int64_t per_pair,
                         Arrangement arrangement)
    : groups_(groups), owners_(owners), arrangement_(arrangement) {
  if (groups == 1) return;
  const std::int64_t others = groups - 1;
  CHECK(owners >= 1 && per_pair * others <= ports, "more global cables than ports");
  rounds_ = per_pair > 0 ? per_pair : ports / others;
  if (per_pair > 0) return;
  extra_ = ports % others;
  if (extra_ % 2 != 0 && groups % 2 != 0) --extra_;
}

std::int64_t GroupWiring::place(std::int64_t group, std::int64_t peer) const {
  const std::int64_t ahead = (peer - group + groups_) % groups_;
  switch (arrangement_) {
    case Arrangement::absolute:
      return peer < group ? peer : peer - 1;
    case Arrangement::relative:
      return ahead - 1;
    case Arrangement::circulant:
      return 2 * ahead <= groups_ ? 2 * (ahead - 1) : 2 * (groups_ - ahead) - 1;
  }
  return 0;
}

std::vector<std::int64_t> GroupWiring::extra_peers(std::int64_t group) const {
  std::vector<std::int64_t> peers;
  for (std::int64_t offset = 1; offset <= extra_ / 2; ++offset) {
    peers.push_back((group + offset) % groups_);
    peers.push_back((group - offset + groups_) % groups_);
  }
  if (extra_ % 2 != 0) peers.push_back((group + groups_ / 2) % groups_);
  std::sort(peers.begin(), peers.end(),
            [&](std::int64_t a, std::int64_t b) { return place(group, a) < place(group, b); });
  return peers;
}

void GroupWiring::for_each(const std::function<void(const GlobalCable&)>& visit) const {
  std::vector<std::vector<std::int64_t>> extra;
  for (std::int64_t group = 0; group < groups_; ++group) extra.push_back(extra_peers(group));
  const std::int64_t others = groups_ - 1;
  const auto extra_port = [&](std::int64_t group, std::int64_t peer) {
    const auto& peers = extra[static_cast<std::size_t>(group)];
    const auto found = std::lower_bound(peers.begin(), peers.end(), peer, [&](std::int64_t a, std::int64_t b) {
      return place(group, a) < place(group, b);
    });
    return rounds_ * others + (found - peers.begin());
  };
  for (std::int64_t group = 0; group < groups_; ++group) {
    std::vector<std::int64_t> peers(static_cast<std::size_t>(others));
    for (std::int64_t peer = 0; peer < groups_; ++peer) {
      if (peer != group) peers[static_cast<std::size_t>(place(group, peer))] = peer;
    }
    const auto lay = [&](std::int64_t port, std::int64_t peer, std::int64_t far_port) {
      if (peer < group) return;
      visit({.group_a = group, .switch_a = owner_of(port), .group_b = peer, .switch_b = owner_of(far_port)});
    };
    for (std::int64_t round = 0; round < rounds_; ++round) {
      for (std::int64_t i = 0; i < others; ++i) {
        const std::int64_t peer = peers[static_cast<std::size_t>(i)];
        lay(round * others + i, peer, round * others + place(peer, group));
      }
    }
    for (const std::int64_t peer : extra[static_cast<std::size_t>(group)]) {
      lay(extra_port(group, peer), peer, extra_port(peer, group));
    }
  }
}

std::vector<OptionSpec> with_group_options(std::vector<OptionSpec> own, const std::string& owner,
                                           const std::string& ports) {
  own.push_back(count_option(
      "groups", "groups; 0 takes the fewest that hold the ports, at most " + ports + " / global_links + 1"));
  own.push_back(
      count_option("global_links", "cables between each pair of groups; 0 uses all global ports, spread evenly"));
  own.push_back({.name = "arrangement",
                 .kind = OptionSpec::Kind::word,
                 .default_text = "absolute",
                 .sentence = "which " + owner +
                             " of a group owns the cable to which other group; with relative all groups are "
                             "alike, and runs on full ones are folded",
                 .words = arrangement_names()});
  return own;
}

}  // namespace polyplane::topology
