#include "sim/program/program_calls.h"

#include <algorithm>
#include <map>
#include <string>
#include <tuple>
#include <utility>

#include "base/error.h"
#include "base/suggest.h"
#include "sim/placement.h"

namespace polyplane::sim {

using collectives::Call;
using collectives::Collective;

namespace {

Collective with_exact_shares(const Call& call, std::uint32_t ranks) {
  using enum collectives::CollectiveKind;
  const bool whole = call.kind == all_reduce || call.kind == broadcast || call.kind == reduce || call.kind == sendrecv;
  Collective::Shape shape;
  shape.kind = call.kind;
  shape.ranks = ranks;
  shape.element_bytes = call.element_bytes;
  shape.elements_per_block =
      call.kind == barrier ? 0 : call.size.count() / call.element_bytes / (whole ? 1 : std::int64_t{ranks});
  return Collective(std::move(shape));
}

Collective contract_of(const Call& call, const collectives::RankLayout& layout) {
  const auto ranks = static_cast<std::uint32_t>(call.groups.front().size());
  if (call.tokens) {
    collectives::TokenRouting routing = *call.tokens;
    if (routing.ranks_per_node == 0) routing.ranks_per_node = layout.uniform_domain_size();
    return Collective::of_tokens(call.kind, ranks, routing, call.size);
  }
  if (call.exact_shares && call.matrix.empty()) return with_exact_shares(call, ranks);
  if (call.matrix.empty()) return Collective::sized(call.kind, ranks, call.size, call.element_bytes, RankId(0));
  Collective::Shape shape;
  shape.kind = call.kind;
  shape.ranks = ranks;
  shape.element_bytes = call.element_bytes;
  shape.matrix = call.matrix;
  return Collective(std::move(shape));
}

}  // namespace

bool alike(const collectives::RankLayout& a, const collectives::RankLayout& b) {
  const bool same = a.num_ranks() == b.num_ranks() && a.rails_meet() == b.rails_meet() && a.grid() == b.grid() &&
                    a.reducers() == b.reducers();
  if (!same) return false;
  std::map<std::uint32_t, std::uint32_t> to, back;  // rails of a as rails of b, and the other way round
  for (std::uint32_t r = 0; r < a.num_ranks(); ++r) {
    collectives::RankPlace of_a = a.place(RankId(r));
    const collectives::RankPlace& of_b = b.place(RankId(r));
    const bool fits = to.emplace(of_a.rail, of_b.rail).first->second == of_b.rail &&
                      back.emplace(of_b.rail, of_a.rail).first->second == of_a.rail;
    of_a.rail = of_b.rail;
    if (!fits || of_a != of_b) return false;
  }
  return true;
}

bool PlacedCall::alike() const {
  return std::ranges::all_of(layouts, [&](const auto& layout) { return sim::alike(layout, layouts.front()); });
}

std::vector<DeviceId> PlacedCall::cards() const {
  std::vector<DeviceId> all;
  for (const std::vector<DeviceId>& group : groups) all.insert(all.end(), group.begin(), group.end());
  return all;
}

PlacedCall place_call(const topology::Topology& topology, const Call& call) {
  const auto accelerators = topology.accelerators();
  std::vector<std::vector<DeviceId>> groups;
  std::vector<collectives::RankLayout> layouts;
  for (const std::vector<std::uint32_t>& group : call.groups) {
    std::vector<DeviceId>& devices = groups.emplace_back();
    for (const std::uint32_t card : group) devices.push_back(accelerators[card]);
    refuse_islands(topology, devices);
    layouts.push_back(make_layout(topology, devices));
  }
  Collective contract = contract_of(call, layouts.front());
  return {std::move(groups), std::move(layouts), std::move(contract)};
}

bool same_but_for_cards(const Call& a, const Call& b) {
  return a.kind == b.kind && a.size == b.size && a.element_bytes == b.element_bytes && a.algorithm == b.algorithm &&
         a.protocol == b.protocol && a.groups.size() == b.groups.size() &&
         a.groups.front().size() == b.groups.front().size() && a.exact_shares == b.exact_shares &&
         a.matrix == b.matrix && a.tokens == b.tokens;
}

std::vector<std::uint32_t> first_alike(const std::vector<Call>& calls) {
  using Key = std::tuple<collectives::CollectiveKind, std::int64_t, std::size_t, std::uint32_t, std::string>;
  std::map<Key, std::vector<std::uint32_t>> distinct;
  std::vector<std::uint32_t> first;
  for (std::uint32_t c = 0; c < calls.size(); ++c) {
    const Call& call = calls[c];
    std::vector<std::uint32_t>& others =
        distinct[{call.kind, call.size.count(), call.groups.size(), call.groups.front().front(), call.algorithm}];
    const auto found = std::ranges::find_if(others, [&](std::uint32_t other) {
      return same_but_for_cards(call, calls[other]) && call.groups == calls[other].groups;
    });
    const bool is_new = found == others.end();
    first.push_back(is_new ? c : *found);
    if (is_new) others.push_back(c);
  }
  return first;
}

RowOutcome run_alone(const ProgramInput& input, topology::Router& router, const Call& call, const PlacedCall& placed) {
  Foldings foldings;
  RowRequest request{
      .topology = input.topology,
      .router = router,
      .stack = input.stack,
      .model = input.model,
      .job_name = call.name,
      .groups = placed.groups,
      .layouts = placed.layouts,
      .collective = placed.contract,
      .algorithm = call.algorithm,
      .protocol = call.protocol,
      .explain = input.explain && input.mode == ProgramMode::timed,
      .stop = input.stop,
      .foldings = foldings,
      .short_cuts = {.symmetry = input.symmetry, .uncontended = !input.certify, .clockless = input.symmetry},
      .quantum = input.quantum,
      .certify = input.certify,
      .memory = input.memory};
  if (placed.groups.size() > 1 && placed.alike()) {
    request.copies = static_cast<std::uint32_t>(placed.groups.size());
    request.groups = {placed.cards()};
    request.layouts.resize(1, placed.layouts.front());
  }
  return compute_row(request);
}

const Protocol& protocol_named(const Stack& stack, const std::string& name, const std::string& family) {
  std::vector<std::string> names;
  for (const Protocol& protocol : stack.protocols) {
    names.push_back(protocol.name);
    if (protocol.name != name) continue;
    if (std::ranges::find(protocol.costs, family, &ProtocolCosts::family) != protocol.costs.end()) return protocol;
    throw InputError("protocol " + name + " of stack " + stack.name + " has no costs for algorithms like " + family);
  }
  throw InputError(unknown_name("protocol of stack " + stack.name, name, names));
}

std::vector<std::shared_ptr<const collectives::Schedule>> schedules_of(const PlacedCall& placed,
                                                                       const RowOutcome& choice) {
  const auto& algorithm = collectives::find_algorithm(placed.contract.kind(), choice.algorithm);
  std::vector<std::shared_ptr<const collectives::Schedule>> schedules;
  const bool one_for_all = placed.alike();  // as where it was chosen
  for (std::size_t g = 0; g < placed.layouts.size(); ++g) {
    const auto same = one_for_all ? 0 : std::ranges::find(placed.layouts, placed.layouts[g]) - placed.layouts.begin();
    if (same < static_cast<std::ptrdiff_t>(g)) {
      schedules.push_back(schedules[static_cast<std::size_t>(same)]);
      continue;
    }
    schedules.push_back(
        collectives::make_schedule(algorithm, {placed.contract, placed.layouts[g], choice.channels, choice.slices}));
  }
  return schedules;
}

}  // namespace polyplane::sim
