#include "sim/processor_work.h"

#include <algorithm>

#include "base/error.h"

namespace polyplane::sim {
namespace {

constexpr std::int64_t kPsPerSecond = 1'000'000'000'000;

constexpr double kMostWeight = 0x1p30;

/// Of each protocol and family, in order.
template <class Visit>
void for_each_costs(const Stack& stack, const Visit& visit) {
  for (const Protocol& protocol : stack.protocols) {
    for (const ProtocolCosts& costs : protocol.costs) visit(costs);
  }
}

/// In units of the wire bytes of the message.
double weight_of(Duration work, BitRate capacity, Bytes wire) {
  const double weight = static_cast<double>(work.ps()) * static_cast<double>(capacity.bps()) /
                        (static_cast<double>(wire.count()) * (8.0 * static_cast<double>(kPsPerSecond)));
  if (weight > kMostWeight) {
    throw LimitError("the stack's work of " + to_string(work) + " for a message of " + to_string(wire) +
                     " outweighs it more than 2^30 times at " + to_string(capacity));
  }
  return weight;
}

}  // namespace

std::optional<std::uint32_t> processor_tier(const ProtocolCosts& costs, std::span<const std::string> tier_names) {
  if (costs.processor_tier.empty()) return std::nullopt;
  const auto place = std::ranges::find(tier_names, costs.processor_tier);
  if (place == tier_names.end()) return std::nullopt;
  return static_cast<std::uint32_t>(place - tier_names.begin());
}

std::string named_processor_tier(const Stack& stack) {
  std::string named;
  for_each_costs(stack, [&](const ProtocolCosts& costs) {
    if (named.empty()) named = costs.processor_tier;
  });
  return named;
}

std::vector<std::string> named_processor_tiers(const Stack& stack, const topology::Topology& topology) {
  std::vector<std::string> names;
  for_each_costs(stack, [&](const ProtocolCosts& costs) {
    const bool is_there = processor_tier(costs, topology.tier_names()).has_value();
    if (is_there && std::ranges::find(names, costs.processor_tier) == names.end()) {
      names.push_back(costs.processor_tier);
    }
  });
  return names;
}

bool has_processors(const Stack& stack, const topology::Topology& topology) {
  return !named_processor_tiers(stack, topology).empty();
}

std::string processors_missing(const Stack& stack, const topology::Topology& topology) {
  const ProtocolCosts* without = nullptr;
  for_each_costs(stack, [&](const ProtocolCosts& costs) {
    const bool states = has_work_cost(costs) || !costs.processor_tier.empty();
    if (without == nullptr && states && !processor_tier(costs, topology.tier_names())) without = &costs;
  });
  if (without == nullptr) return "";
  std::string text = "stack " + stack.name + ": ";
  if (without->processor_tier.empty()) {
    text += "family " + without->family + " names no processor_tier";
  } else {
    text += "this cluster has no links of tier \"" + without->processor_tier + "\" for the processors of ranks";
    const char* before = " (its tiers: ";
    for (const std::string& tier : topology.tier_names()) {
      text += before + tier;
      before = ", ";
    }
    if (!topology.tier_names().empty()) text += ")";
  }
  return text +
         "; what a processor does for a message is a delay of it, and messages of several lanes do not wait for "
         "each other's";
}

bool takes_processor(const ProtocolCosts& costs, const collectives::Schedule& schedule) {
  return has_reduction_cost(costs) || has_work_cost(costs) || works_within_ranks(costs, schedule);
}

bool works_within_ranks(const ProtocolCosts& costs, const collectives::Schedule& schedule) {
  return schedule.has_local_moves() && (has_reduction_cost(costs) || has_copy_cost(costs));
}

Processors processors_of(std::span<const topology::Hop> hops, std::span<const topology::Trunk> trunks,
                         std::optional<std::uint32_t> tier) {
  Processors found;
  if (!tier) return found;
  for (std::size_t i = 0; i < hops.size(); ++i) {
    if (trunks[hops[i].trunk.index()].tier != *tier) continue;
    const std::size_t behind = hops.size() - 1 - i;
    if (i <= behind && !found.sender.valid()) found.sender = hops[i].trunk;
    if (behind <= i) found.receiver = hops[i].trunk;
  }
  return found;
}

MessageWork put_work(const ProtocolCosts& costs, const Processors& processors, std::span<const topology::Trunk> trunks,
                     const WorkedMessage& message, Bytes& wire, std::vector<topology::Hop>& hops) {
  MessageWork put{size_cost(costs, message.payload), {}, {}};
  const Duration work = work_cost(costs, message.payload);
  Duration received = message.to_agent ? Duration() : work;
  if (message.added_up) received += reduction_cost(costs, message.payload);
  (processors.sender.valid() ? put.sender : put.delay) += work;
  (processors.receiver.valid() ? put.receiver : put.delay) += received;
  if (put.sender + put.receiver == Duration()) return put;
  const bool is_empty = wire == Bytes();
  if (is_empty) wire = Bytes(1);
  for (topology::Hop& hop : hops) {
    if (is_empty) hop.weight = 0;
    Duration here;
    if (hop.trunk == processors.sender) here += put.sender;
    if (hop.trunk == processors.receiver) here += put.receiver;
    if (here > Duration()) hop.weight += weight_of(here, trunks[hop.trunk.index()].nominal(), wire);
  }
  if (is_empty) std::erase_if(hops, [](const topology::Hop& hop) { return hop.weight == 0; });
  return put;
}

Duration local_cost(const ProtocolCosts& costs, std::span<const collectives::LocalWork> work) {
  Duration time;
  for (const collectives::LocalWork& one : work) {
    if (one.bytes.count() > 0) time += one.add ? reduction_cost(costs, one.bytes) : copy_cost(costs, one.bytes);
  }
  return time;
}

Bytes bytes_of_work(Duration work, const topology::Trunk& processor) {
  const BitRate rate = processor.nominal();
  const int128 bits = static_cast<int128>(work.ps()) * rate.bps();
  const int128 unit = static_cast<int128>(kPsPerSecond) * 8;
  const int128 bytes = (bits + unit / 2) / unit;
  if (bytes > INT64_MAX) {
    throw LimitError("the stack's work of " + to_string(work) + " within a rank is more than its processor's link, " +
                     to_string(rate) + ", can be given");
  }
  return Bytes(static_cast<std::int64_t>(bytes));
}

double load_of_work(Duration work, const topology::Trunk& processor) {
  return static_cast<double>(work.ps()) * static_cast<double>(processor.nominal().bps()) /
         (8.0 * static_cast<double>(kPsPerSecond));
}

std::vector<ProcessorTier> processor_tiers(const topology::Topology& topology, std::span<const topology::Trunk> trunks,
                                           std::span<const double> trunk_bytes, std::span<const Duration> trunk_work) {
  std::vector<double> work(topology.tier_names().size()), all(work.size());
  for (std::size_t t = 0; t < trunk_work.size(); ++t) {
    work[trunks[t].tier] += load_of_work(trunk_work[t], trunks[t]);
    all[trunks[t].tier] += trunk_bytes[t];
  }
  std::vector<ProcessorTier> tiers;
  for (std::size_t tier = 0; tier < work.size(); ++tier) {
    if (work[tier] > 0) tiers.push_back({topology.tier_names()[tier], std::min(work[tier] / all[tier], 1.0)});
  }
  return tiers;
}

}  // namespace polyplane::sim
