// How the cards of one island reach those of another, in numbers within the islands: planned once for all pairs of islands
// of the same shapes at the same distances, since the choice of ways (topology/path_finder.h) depends on nothing else.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <unordered_map>
#include <vector>

#include "sim/at_once_islands.h"
#include "sim/at_once_roles.h"
#include "topology/path_finder.h"

namespace polyplane::sim {

/// One or two links that meet no vertex; slots count from IslandClass::first_slot.
struct ShortCut {
  std::uint32_t num_slots = 0;
  std::array<std::uint32_t, 2> slots{};
};

/// From a card to a card in one layer: an entry and an exit (indices of ports) with shortest paths between them, or, where
/// `entry` is kNoIndex, the short cut number `exit`.
struct PassagePorts {
  std::uint32_t entry = kNoIndex, exit = kNoIndex;
};

/// All flows from one island to another, or within one.
struct PairWays {
  struct Stretch {  // through the scale-out fabric: even over its passages
    std::uint32_t first = 0, count = 0;
  };
  /// In order of travel; kNoIndex: no such part. `near` and `far` are legs within the islands of source and destination
  /// (within the only one: near).
  struct Way {
    std::uint32_t near = kNoIndex, stretch = kNoIndex, far = kNoIndex;
  };
  struct Pair {  // even over its ways
    std::uint32_t source = 0, destination = 0;
    std::uint32_t first_way = 0, num_ways = 0;
    std::uint32_t block = 0;
    bool scale_out = false;
  };
  std::vector<PassagePorts> passages;
  std::vector<ShortCut> short_cuts;
  std::vector<Stretch> stretches;
  std::vector<Way> ways;
  std::vector<Pair> pairs;
};

/// The ways over scale-up links between cards of one island; leg a * cards + b leads from card a to card b.
struct IslandLegs {
  struct Part {
    std::uint32_t leg = 0;
    PassagePorts ports;
  };
  std::vector<Part> parts;              // passages by the vertex of their exit; short cuts last
  std::vector<std::uint32_t> passages;  // of each leg; 0: not in use
  std::vector<ShortCut> short_cuts;
  std::uint32_t known = 0;  // legs in use
  bool sorted = true;
};

class WaysTable {
 public:
  /// Keeps references.
  WaysTable(topology::PathFinder& finder, const Islands& islands, const Roles& roles);

  /// From islands of class `from` to islands of class `to`; `within` one island: from == to. `hops`: between all entries
  /// and exits of the scale-out layer, by entry, then by exit, DistanceField::kUnreachable where cut. Valid until the next
  /// call. Throws InputError when a pair that has something to send is cut off.
  [[nodiscard]] const PairWays& find(std::uint32_t from, std::uint32_t to, bool within,
                                     std::span<const std::uint16_t> hops);
  /// Those that some pair found so far uses.
  [[nodiscard]] const IslandLegs& legs(std::uint32_t shape);
  [[nodiscard]] bool sends(std::uint32_t island_class) const { return sends_[classes_[island_class].shape] != 0; }
  [[nodiscard]] bool receives(std::uint32_t island_class) const { return receives_[classes_[island_class].shape] != 0; }

 private:
  struct Key {
    std::uint32_t from_shape = 0, to_shape = 0;
    bool within = false;
    std::vector<std::uint16_t> hops;
    [[nodiscard]] bool is(std::uint32_t from, std::uint32_t to, bool in, std::span<const std::uint16_t> h) const;
  };
  struct End {  // the island of which ways are translated
    const IslandClass* island;
    std::span<const std::uint32_t> cards;
  };
  void plan(const End& from, const End& to, bool within, PairWays& ways);
  [[nodiscard]] std::uint32_t leg(const End& at, const topology::Plan& plan, const topology::Stretch& stretch);
  [[nodiscard]] std::uint32_t stretch(const End& from, const End& to, const topology::Plan& plan,
                                      const topology::Stretch& stretch, PairWays& ways) const;
  [[nodiscard]] PassagePorts ports(const End& from, const End& to, const topology::Passage& passage,
                                   const topology::Stretch& stretch, std::vector<ShortCut>& short_cuts) const;
  [[nodiscard]] std::uint32_t local(const End& at, DeviceId card) const;
  [[nodiscard]] std::uint32_t port(const Ports& ports, std::uint32_t card, const topology::Access& access) const;

  topology::PathFinder& finder_;
  const Islands& islands_;
  const Roles& roles_;
  std::span<const IslandClass> classes_;
  std::vector<char> sends_, receives_;  // by shape
  std::vector<IslandLegs> legs_;        // by shape
  std::vector<std::uint32_t> example_;  // by shape: a class that has it
  std::vector<Key> keys_;
  std::vector<PairWays> ways_;
  std::unordered_map<std::uint64_t, std::vector<std::uint32_t>> by_hash_;  // looked up, never walked
  std::uint32_t last_ = kNoIndex;
};

}  // namespace polyplane::sim
