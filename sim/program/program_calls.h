// Calls of a program on a cluster: cards and contracts, and which algorithm each takes when it is alone.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "collectives/collective.h"
#include "collectives/program.h"
#include "collectives/rank_layout.h"
#include "collectives/schedule.h"
#include "sim/choose_algorithm.h"
#include "sim/program/run_program.h"

namespace polyplane::sim {

/// Roots, of kinds that have one, are the first card of each group.
struct PlacedCall {
  std::vector<std::vector<DeviceId>> groups;
  std::vector<collectives::RankLayout> layouts;       // of each group
  collectives::Collective contract;                   // of one group
  [[nodiscard]] bool alike() const;                   // are all layouts alike?
  [[nodiscard]] std::vector<DeviceId> cards() const;  // of all groups, one after the other
};

/// Equal but for which rail is which (algorithms compare rails and do not count with them) and how the domains lie in the
/// fabric: where one schedule stands for all, its levels and stripes are those of the first.
[[nodiscard]] bool alike(const collectives::RankLayout& a, const collectives::RankLayout& b);

/// Throws InputError for groups on islands and what the contract refuses.
[[nodiscard]] PlacedCall place_call(const topology::Topology& topology, const collectives::Call& call);

/// In kind, size, numbers of groups and cards, and what else decides what a call does.
[[nodiscard]] bool same_but_for_cards(const collectives::Call& a, const collectives::Call& b);
/// For each call the first that is the same in all but its name.
[[nodiscard]] std::vector<std::uint32_t> first_alike(const std::vector<collectives::Call>& calls);

/// Runs the call by itself, all groups side by side, and chooses what is "auto". Groups that lie alike are run as one
/// schedule (collectives/side_by_side.h), of which one stands for all where the topology has the symmetry.
[[nodiscard]] RowOutcome run_alone(const ProgramInput& input, topology::Router& router, const collectives::Call& call,
                                   const PlacedCall& placed);

/// Throws InputError for a name that is none, and for a protocol without costs of this family.
[[nodiscard]] const Protocol& protocol_named(const Stack& stack, const std::string& name, const std::string& family);

/// The schedule of each group with the algorithm and channels of `choice`; those of groups that lie alike are one.
[[nodiscard]] std::vector<std::shared_ptr<const collectives::Schedule>> schedules_of(const PlacedCall& placed,
                                                                                     const RowOutcome& choice);

}  // namespace polyplane::sim
