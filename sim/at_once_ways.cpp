#include "sim/at_once_ways.h"

#include <algorithm>
#include <tuple>

#include "base/check.h"
#include "base/random.h"

namespace polyplane::sim {

using topology::Access;
using topology::Layer;
using topology::Passage;
using topology::Plan;
using topology::Stretch;

WaysTable::WaysTable(topology::PathFinder& finder, const Islands& islands, const Roles& roles)
    : finder_(finder),
      islands_(islands),
      roles_(roles),
      classes_(islands.classes()),
      sends_(islands.num_shapes()),
      receives_(islands.num_shapes()),
      legs_(islands.num_shapes()),
      example_(islands.num_shapes()) {
  std::vector<char> role_sends(roles.num_roles()), role_receives(roles.num_roles());
  for (std::uint32_t from = 0; from < roles.num_roles(); ++from) {
    for (std::uint32_t to = 0; to < roles.num_roles(); ++to) {
      if (roles.block(from, to) != Roles::kNoBlock) role_sends[from] = role_receives[to] = 1;
    }
  }
  for (std::uint32_t c = 0; c < classes_.size(); ++c) {
    const IslandClass& island = classes_[c];
    example_[island.shape] = c;
    for (const std::uint32_t card : island.cards) {
      if (role_sends[islands.role(card)] != 0) sends_[island.shape] = 1;
      if (role_receives[islands.role(card)] != 0) receives_[island.shape] = 1;
    }
  }
}

bool WaysTable::Key::is(std::uint32_t from, std::uint32_t to, bool in, std::span<const std::uint16_t> h) const {
  return from_shape == from && to_shape == to && within == in &&
         std::equal(hops.begin(), hops.end(), h.begin(), h.end());
}

const PairWays& WaysTable::find(std::uint32_t from, std::uint32_t to, bool within,
                                std::span<const std::uint16_t> hops) {
  const IslandClass& source = classes_[from];
  const IslandClass& destination = classes_[to];
  if (last_ != kNoIndex && keys_[last_].is(source.shape, destination.shape, within, hops)) return ways_[last_];
  std::uint64_t hash = mix64((std::uint64_t{source.shape} << 33U) ^ (std::uint64_t{destination.shape} << 1U)) + within;
  for (const std::uint16_t distance : hops) hash = mix64(hash ^ distance);
  std::vector<std::uint32_t>& alike = by_hash_[hash];
  for (const std::uint32_t i : alike) {
    if (!keys_[i].is(source.shape, destination.shape, within, hops)) continue;
    last_ = i;
    return ways_[i];
  }
  last_ = static_cast<std::uint32_t>(keys_.size());
  alike.push_back(last_);
  keys_.push_back({source.shape, destination.shape, within, {hops.begin(), hops.end()}});
  ways_.emplace_back();
  const bool other = from == to && !within;
  plan({&source, source.cards}, {&destination, other ? destination.other : destination.cards}, within, ways_.back());
  return ways_.back();
}

const IslandLegs& WaysTable::legs(std::uint32_t shape) {
  IslandLegs& legs = legs_[shape];
  if (!legs.sorted) {
    const std::vector<Port>& exits = classes_[example_[shape]].exits[static_cast<std::size_t>(Layer::scale_up)].all;
    const auto order = [&exits](const IslandLegs::Part& part) {
      const bool is_short = part.ports.entry == kNoIndex;
      return std::tuple(is_short, is_short ? topology::kNoVertex : exits[part.ports.exit].vertex, part.leg,
                        part.ports.entry, part.ports.exit);
    };
    std::sort(legs.parts.begin(), legs.parts.end(),
              [&order](const IslandLegs::Part& a, const IslandLegs::Part& b) { return order(a) < order(b); });
    legs.sorted = true;
  }
  return legs;
}

void WaysTable::plan(const End& from, const End& to, bool within, PairWays& result) {
  std::vector<std::uint32_t> known(from.cards.size() * to.cards.size(), kNoIndex);  // stretches by their cards
  for (std::uint32_t s = 0; s < from.cards.size(); ++s) {
    for (std::uint32_t d = 0; d < to.cards.size(); ++d) {
      const std::uint32_t block = roles_.block(islands_.role(from.cards[s]), islands_.role(to.cards[d]));
      if (block == Roles::kNoBlock || from.cards[s] == to.cards[d]) continue;
      const auto cards = finder_.topology().accelerators();
      const Plan& plan = finder_.plan(cards[from.cards[s]], cards[to.cards[d]]);
      const auto first_way = static_cast<std::uint32_t>(result.ways.size());
      for (const topology::Way& planned : plan.ways) {
        PairWays::Way way;
        for (std::uint32_t i = 0; i < planned.num_stretches; ++i) {
          const Stretch& part = planned.stretches[i];
          if (part.layer == Layer::scale_out) {
            std::uint32_t& number = known[local(from, part.from) * to.cards.size() + local(to, part.to)];
            if (number == kNoIndex) number = stretch(from, to, plan, part, result);
            way.stretch = number;
          } else if (way.stretch == kNoIndex) {
            way.near = leg(from, plan, part);
          } else {
            way.far = leg(to, plan, part);
          }
        }
        result.ways.push_back(way);
      }
      const auto num_ways = static_cast<std::uint32_t>(plan.ways.size());
      result.pairs.push_back({s, d, first_way, num_ways, block, plan.scale_out});
    }
  }
  CHECK(within || std::all_of(result.ways.begin(), result.ways.end(),
                              [](const PairWays::Way& way) { return way.stretch != kNoIndex; }),
        "a way between islands that does not leave them");
}

std::uint32_t WaysTable::leg(const End& at, const Plan& plan, const Stretch& stretch) {
  const std::uint32_t size = at.island->size();
  const std::uint32_t leg = local(at, stretch.from) * size + local(at, stretch.to);
  IslandLegs& legs = legs_[at.island->shape];
  legs.passages.resize(std::size_t{size} * size);
  if (legs.passages[leg] > 0) return leg;
  legs.passages[leg] = stretch.count;
  legs.known += 1;
  legs.sorted = false;
  for (std::uint32_t i = 0; i < stretch.count; ++i) {
    legs.parts.push_back({leg, ports(at, at, plan.passages[stretch.first + i], stretch, legs.short_cuts)});
  }
  return leg;
}

std::uint32_t WaysTable::stretch(const End& from, const End& to, const Plan& plan, const Stretch& stretch,
                                 PairWays& ways) const {
  ways.stretches.push_back({static_cast<std::uint32_t>(ways.passages.size()), stretch.count});
  for (std::uint32_t i = 0; i < stretch.count; ++i) {
    ways.passages.push_back(ports(from, to, plan.passages[stretch.first + i], stretch, ways.short_cuts));
  }
  return static_cast<std::uint32_t>(ways.stretches.size() - 1);
}

PassagePorts WaysTable::ports(const End& from, const End& to, const Passage& passage, const Stretch& stretch,
                              std::vector<ShortCut>& short_cuts) const {
  if (passage.head.vertex == topology::kNoVertex) {
    ShortCut short_cut{passage.num_links, {}};
    for (std::uint32_t i = 0; i < passage.num_links; ++i) {
      short_cut.slots[i] = islands_.slot_of(passage.head.links[i]) - from.island->first_slot;
    }
    short_cuts.push_back(short_cut);
    return {kNoIndex, static_cast<std::uint32_t>(short_cuts.size() - 1)};
  }
  const auto layer = static_cast<std::size_t>(stretch.layer);
  return {port(from.island->entries[layer], local(from, stretch.from), passage.head),
          port(to.island->exits[layer], local(to, stretch.to), passage.tail)};
}

std::uint32_t WaysTable::local(const End& at, DeviceId card) const {
  const auto place = std::lower_bound(at.cards.begin(), at.cards.end(), finder_.position(card));
  CHECK(place != at.cards.end() && *place == finder_.position(card), "a way over a card of a third island");
  return static_cast<std::uint32_t>(place - at.cards.begin());
}

std::uint32_t WaysTable::port(const Ports& ports, std::uint32_t card, const Access& access) const {
  for (std::uint32_t i = ports.first[card]; i < ports.first[card + 1]; ++i) {
    const Port& port = ports.all[i];
    if (port.num_slots != access.num_links) continue;
    bool same = true;
    for (std::uint32_t l = 0; l < port.num_slots; ++l)
      same = same && port.slots[l] == islands_.slot_of(access.links[l]);
    if (same) return i;
  }
  CHECK(false, "an access that is no port of its island");
}

}  // namespace polyplane::sim
