#include "sim/at_once_classes.h"

#include <utility>

#include "base/check.h"
#include "base/random.h"

namespace polyplane::sim {

namespace {

using topology::Modular;

/// Colours, classes and keys each have a random function of their own.
Modular random_form(std::uint64_t seed, std::uint64_t kind, std::uint64_t of) {
  return Modular::from_hash(mix64(mix64(mix64(seed) ^ kind) ^ of));
}
constexpr std::uint64_t kOfColour = 1, kOfFlow = 2;

Duration software(const FlowGroup& group, const Sending& sending) {
  return group.pair->scale_out ? sending.software_out : sending.software_up;
}

std::uint64_t flow_key(const FlowGroup& group, const Signature& signature, const Sending& sending) {
  const Duration delay = software(group, sending) + Duration::from_ps(signature.latency_ps);
  const auto bytes = static_cast<std::uint64_t>(sending.wire_bytes[group.pair->block].count());
  return mix64(signature.sum.value() ^ mix64(static_cast<std::uint64_t>(delay.ps()) ^ mix64(bytes)));
}

std::vector<Signature> traces_of(const std::vector<std::uint32_t>& colour, const Islands& islands, std::uint64_t seed) {
  std::vector<Modular> form;
  std::vector<Signature> traces;
  traces.reserve(colour.size());
  for (std::size_t s = 0; s < colour.size(); ++s) {
    while (form.size() <= colour[s]) form.push_back(random_form(seed, kOfColour, form.size()));
    traces.push_back({form[colour[s]], islands.slots()[s].latency.ps()});
  }
  return traces;
}

}  // namespace

std::optional<AtOnceClasses> AtOnceClasses::find(const topology::PathFinder& finder, const Islands& islands,
                                                 WaysTable& ways, const Inverses& inverses, const Sending& sending,
                                                 std::uint64_t seed) {
  AtOnceClasses found;
  found.seed_ = seed;
  KeyTable colours;
  for (const LinkSlot& slot : islands.slots()) {
    found.link_class_.push_back(colours.number(mix64(static_cast<std::uint64_t>(slot.rate.bps()))));
  }
  Sweep<Signature, Modular> sweep(finder, islands, ways, inverses);
  std::vector<Modular> forms;  // of flow classes
  std::vector<std::uint32_t> finer(islands.slots().size());
  while (true) {
    found.flows_.clear();
    found.keys_.clear();
    forms.clear();
    bool too_many = false;
    const auto visit = [&](const FlowGroup& group, const Signature& signature) {
      if (too_many) return Modular{};
      const std::uint64_t key = flow_key(group, signature, sending);
      const std::uint32_t number = found.keys_.number(key);
      if (number == found.flows_.size()) {
        if (number >= kMostFlowClasses) {
          too_many = true;
          sweep.abandon();
          return Modular{};
        }
        const IslandClass& from = islands.classes()[group.from];
        const IslandClass& to = islands.classes()[group.to];
        const bool second = group.from == group.to && !group.within;
        forms.push_back(random_form(seed, kOfFlow, key));
        found.flows_.push_back({.flows = 0,
                                .size = sending.wire_bytes[group.pair->block],
                                .software = software(group, sending),
                                .latency = Duration::from_ps(signature.latency_ps),
                                .source = from.cards[group.pair->source],
                                .destination = (second ? to.other : to.cards)[group.pair->destination]});
      }
      found.flows_[number].flows += group.flows;
      return forms[number];
    };
    const std::vector<Modular> sums = sweep.run(traces_of(found.link_class_, islands, seed), visit);
    if (too_many) return std::nullopt;
    found.rounds_ += 1;
    const std::uint32_t before = colours.size();
    colours.clear();
    for (std::size_t s = 0; s < sums.size(); ++s) {
      finer[s] = colours.number(mix64(sums[s].value() ^ mix64(found.link_class_[s])));
    }
    if (colours.size() == before) break;
    found.link_class_ = finer;
  }
  found.links_.assign(colours.size(), 0);
  for (std::size_t s = 0; s < finer.size(); ++s) found.links_[found.link_class_[s]] += islands.slots()[s].links;
  return found;
}

std::vector<Signature> AtOnceClasses::link_traces(const Islands& islands) const {
  return traces_of(link_class_, islands, seed_);
}

std::uint32_t AtOnceClasses::flow_class(const FlowGroup& group, const Signature& signature,
                                        const Sending& sending) const {
  const std::uint32_t number = keys_.find(flow_key(group, signature, sending));
  CHECK(number != KeyTable::kNew, "a flow of no class");
  return number;
}

}  // namespace polyplane::sim
