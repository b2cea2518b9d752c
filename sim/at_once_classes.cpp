#include "sim/at_once_classes.h"

#include <utility>

#include "base/check.h"
#include "base/random.h"
#include "sim/simulation.h"

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

/// Numbers flows by their keys. One a round.
class FlowNumbering {
 public:
  FlowNumbering(const AtOnceProblem& problem, std::uint64_t seed) : problem_(problem), seed_(seed) {}

  /// The random form of the flow's class.
  Modular add(const FlowGroup& group, const Signature& signature) {
    const std::uint64_t key = flow_key(group, signature, problem_.sending());
    const std::uint32_t number = keys.number(key);
    if (number == flows.size()) {
      flows.push_back(first_of_class(group, signature));
      forms_.push_back(random_form(seed_, kOfFlow, key));
    }
    flows[number].flows += group.flows;
    return forms_[number];
  }

  KeyTable keys;
  std::vector<FlowClass> flows;

 private:
  [[nodiscard]] FlowClass first_of_class(const FlowGroup& group, const Signature& signature) const {
    const IslandClass& from = problem_.islands().classes()[group.from];
    const IslandClass& to = problem_.islands().classes()[group.to];
    const bool other = group.from == group.to && !group.within;
    return {.flows = 0,
            .size = problem_.sending().wire_bytes[group.pair->block],
            .software = software(group, problem_.sending()),
            .latency = Duration::from_ps(signature.latency_ps),
            .source = from.cards[group.pair->source],
            .destination = (other ? to.other : to.cards)[group.pair->destination]};
  }

  const AtOnceProblem& problem_;
  std::uint64_t seed_;
  std::vector<Modular> forms_;
};

}  // namespace

std::optional<AtOnceClasses> AtOnceClasses::find(AtOnceProblem& problem, std::uint64_t seed,
                                                 const std::function<bool()>& stop) {
  AtOnceClasses found;
  found.seed_ = seed;
  const Islands& islands = problem.islands();
  KeyTable colours;
  for (const LinkSlot& slot : islands.slots()) {
    found.link_class_.push_back(colours.number(mix64(static_cast<std::uint64_t>(slot.rate.bps()))));
  }
  auto first_sweep = problem.sweep<Signature, FormAndBytes>();
  auto sweep = problem.sweep<Signature, Modular>();
  std::vector<Modular> sums;
  std::vector<std::uint32_t> finer(islands.slots().size());
  while (true) {
    FlowNumbering numbering(problem, seed);
    const std::vector<Signature> traces = traces_of(found.link_class_, islands, seed);
    const auto is_enough = [&] {
      if (stop && stop()) throw Interrupted{};
      return numbering.flows.size() > kMostFlowClasses;
    };
    if (found.rounds_ == 0) {
      const auto loads = first_sweep.run(traces, is_enough, [&](const FlowGroup& group, const Signature& signature) {
        const auto bytes = static_cast<double>(problem.sending().wire_bytes[group.pair->block].count());
        return FormAndBytes{numbering.add(group, signature), bytes};
      });
      for (const FormAndBytes& load : loads) {
        sums.push_back(load.form);
        found.link_bytes_.push_back(load.bytes);
      }
    } else {
      sums = sweep.run(traces, is_enough, [&](const FlowGroup& group, const Signature& signature) {
        return numbering.add(group, signature);
      });
    }
    if (is_enough()) return std::nullopt;
    found.rounds_ += 1;
    found.flows_ = std::move(numbering.flows);
    found.keys_ = std::move(numbering.keys);
    const std::uint32_t before = colours.size();
    colours = {};
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
