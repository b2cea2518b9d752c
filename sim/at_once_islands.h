// Cards that share links of their own are an island: a scale-up domain, cards behind one NIC, cards joined by a cable.
// Islands that are built alike and meet the fabric at the same switches are twins.
//
// Why one of them is enough. Swapping two twin islands, card by card and link by link, is an automorphism of the graph:
// all that differs between them is which of them it is. A routing that follows the shape of the graph maps along, and so
// does the demand, since ranks of twin cards have the same role. Colour refinement never tells apart what an automorphism
// maps to each other, so links of twins always have one colour and flows of twins one class. Hence the refinement runs on
// the links of one representative of each class of islands, with counts, beside all links of the fabric. A fault or a
// degraded rate on a link of one island makes it no twin of the others to begin with.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "sim/at_once_roles.h"
#include "topology/path_finder.h"

namespace polyplane::sim {

inline constexpr std::uint32_t kNoIndex = 0xffffffffU;

/// A link of the fabric, or a link of one island that stands for that of all its twins.
struct LinkSlot {
  BitRate rate;
  Duration latency;
  std::uint64_t links = 1;  // that it stands for
};

/// One way between a card of an island and a transit graph (topology::Access).
struct Port {
  std::uint32_t card = 0;  // within the island
  topology::Vertex vertex = topology::kNoVertex;
  std::uint32_t num_slots = 0;
  std::array<std::uint32_t, 2> slots{};  // in order of travel
};

struct Ports {
  std::vector<Port> all;             // by card
  std::vector<std::uint32_t> first;  // of each card, and the end
};

/// Twins. Ports are those of the first island.
struct IslandClass {
  std::uint32_t shape = 0;                  // equal for classes that differ in where they are attached, and in rates
  std::uint64_t islands = 0;                // how many they are
  std::vector<std::uint32_t> cards, other;  // of the first and of the second island (if any), by accelerator
  std::array<Ports, 2> entries, exits;      // by topology::Layer
  std::uint32_t first_slot = 0;             // of its links
  std::uint32_t size() const { return static_cast<std::uint32_t>(cards.size()); }
};

class Islands {
 public:
  /// `role_of_card`: by accelerator.
  Islands(const topology::PathFinder& finder, std::vector<std::uint32_t> role_of_card);

  [[nodiscard]] std::span<const IslandClass> classes() const { return classes_; }
  [[nodiscard]] std::uint32_t num_shapes() const { return num_shapes_; }
  [[nodiscard]] std::uint32_t role(std::uint32_t card) const { return role_of_card_[card]; }
  /// Those of the edges of the scale-out graph first, by the index of the edge.
  [[nodiscard]] std::span<const LinkSlot> slots() const { return slots_; }
  /// kNoIndex for links that no route can use.
  [[nodiscard]] std::uint32_t slot_of(LinkId link) const { return slot_of_link_[link.index()]; }

 private:
  class Builder;
  std::vector<std::uint32_t> role_of_card_;
  std::vector<IslandClass> classes_;
  std::uint32_t num_shapes_ = 0;
  std::vector<LinkSlot> slots_;
  std::vector<std::uint32_t> slot_of_link_;
};

}  // namespace polyplane::sim
