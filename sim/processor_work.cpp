#include "sim/processor_work.h"

#include <algorithm>

#include "base/check.h"

namespace polyplane::sim {
namespace {

constexpr std::int64_t kPsPerSecond = 1'000'000'000'000;

/// Of any protocol and family that names a tier.
const std::string* named_tier(const Stack& stack) {
  for (const Protocol& protocol : stack.protocols) {
    for (const ProtocolCosts& costs : protocol.costs) {
      if (!costs.processor_tier.empty()) return &costs.processor_tier;
    }
  }
  return nullptr;
}

/// In units of the wire bytes of the message.
double weight_of(Duration work, BitRate capacity, Bytes wire) {
  return static_cast<double>(work.ps()) * static_cast<double>(capacity.bps()) /
         (static_cast<double>(wire.count()) * (8.0 * static_cast<double>(kPsPerSecond)));
}

}  // namespace

std::optional<std::uint32_t> processor_tier(const ProtocolCosts& costs, std::span<const std::string> tier_names) {
  if (costs.processor_tier.empty()) return std::nullopt;
  const auto place = std::ranges::find(tier_names, costs.processor_tier);
  if (place == tier_names.end()) return std::nullopt;
  return static_cast<std::uint32_t>(place - tier_names.begin());
}

bool has_processors(const Stack& stack, const topology::Topology& topology) {
  return std::ranges::any_of(stack.protocols, [&](const Protocol& protocol) {
    return std::ranges::any_of(protocol.costs, [&](const ProtocolCosts& costs) {
      return processor_tier(costs, topology.tier_names()).has_value();
    });
  });
}

std::string processors_missing(const Stack& stack, const topology::Topology& topology) {
  const std::string* const tier = named_tier(stack);
  if (tier == nullptr || has_processors(stack, topology)) return "";
  return "stack " + stack.name + ": this cluster has no links of tier \"" + *tier +
         "\" for the processors of ranks; what they do for a message is a delay of it, and messages of several lanes "
         "do "
         "not wait for each other's";
}

bool takes_processor(const ProtocolCosts& costs, const collectives::Schedule& schedule) {
  return has_reduction_cost(costs) || has_work_cost(costs) || (schedule.has_local_moves() && has_copy_cost(costs));
}

std::optional<Processors> processors_of(std::span<const topology::Hop> hops, std::span<const topology::Trunk> trunks,
                                        std::optional<std::uint32_t> tier) {
  if (!tier) return std::nullopt;
  Processors found;
  for (const topology::Hop& hop : hops) {
    if (trunks[hop.trunk.index()].tier != *tier) continue;
    if (!found.sender.valid()) found.sender = hop.trunk;
    found.receiver = hop.trunk;
  }
  if (!found.sender.valid()) return std::nullopt;
  return found;
}

Duration put_work(const ProtocolCosts& costs, const std::optional<Processors>& processors,
                  std::span<const topology::Trunk> trunks, Bytes payload, Bytes wire, bool added_up,
                  std::vector<topology::Hop>& hops) {
  const Duration delay = size_cost(costs, payload), work = work_cost(costs, payload);
  const Duration sum = added_up ? reduction_cost(costs, payload) : Duration();
  if (!processors) return delay + work * 2 + sum;
  CHECK(wire.count() > 0, "work needs a byte to stand on");
  for (topology::Hop& hop : hops) {
    const BitRate capacity = trunks[hop.trunk.index()].capacity;
    Duration here;
    if (hop.trunk == processors->sender) here += work;
    if (hop.trunk == processors->receiver) here += work + sum;
    if (here > Duration()) hop.weight += weight_of(here, capacity, wire);
  }
  return delay;
}

Duration local_cost(const ProtocolCosts& costs, const collectives::LocalBytes& bytes) {
  Duration time;
  if (bytes.copied.count() > 0) time += copy_cost(costs, bytes.copied);
  if (bytes.added.count() > 0) time += reduction_cost(costs, bytes.added);
  return time;
}

Bytes bytes_of_work(Duration work, BitRate capacity) {
  const int128 bits = static_cast<int128>(work.ps()) * capacity.bps();
  const int128 unit = static_cast<int128>(kPsPerSecond) * 8;
  return Bytes(static_cast<std::int64_t>((bits + unit / 2) / unit));
}

}  // namespace polyplane::sim
