#include "sim/bounds.h"

#include <algorithm>
#include <map>

#include "base/check.h"
#include "sim/network/line_rate.h"

namespace polyplane::sim {

namespace {

using collectives::Collective;
using collectives::CollectiveKind;
using collectives::SwitchUse;
using topology::DeviceKind;
using topology::Link;
using topology::Topology;

/// Bytes that a contract forces across one cut, and over a whole partition into groups.
struct Forced {
  std::int64_t out = 0, in = 0;
};

/// Of a dispatch: a block leaves the group of its source once if anyone else needs it, and comes once into each group that
/// does. Combine is its mirror, since sums are made on both sides of a cut.
std::vector<Forced> forced_of_tokens(const collectives::TokenTraffic& tokens,
                                     const std::vector<std::uint32_t>& group_of, std::size_t groups) {
  std::vector<Forced> forced(groups);
  std::vector<std::uint32_t> last_block(groups, UINT32_MAX);  // that came into each group
  for (std::uint32_t b = 0; b < tokens.blocks().size(); ++b) {
    const collectives::TokenTraffic::Block& block = tokens.blocks()[b];
    const std::uint32_t own = group_of[block.source];
    bool leaves = false;
    for (const std::uint32_t rank : tokens.destinations(block)) {
      const std::uint32_t group = group_of[rank];
      if (group == own || last_block[group] == b) continue;
      last_block[group] = b;
      forced[group].in += block.bytes;
      leaves = true;
    }
    if (leaves) forced[own].out += block.bytes;
  }
  return forced;
}

/// Group of each rank -> forced bytes of each group. Blocks are few for all kinds but alltoall, which is counted
/// pairwise, and those of tokens.
std::vector<Forced> forced_bytes(const Collective& collective, const std::vector<std::uint32_t>& group_of,
                                 std::size_t groups) {
  std::vector<Forced> forced(groups);
  const std::uint32_t ranks = collective.ranks();
  const auto block_bytes = [&](std::uint64_t block) { return collective.piece_bytes(block, 0, 1).count(); };
  const std::uint32_t root = group_of[collective.root().index()];
  switch (collective.kind()) {
    case CollectiveKind::all_reduce:
      for (Forced& group : forced) group.out = group.in = block_bytes(0);
      break;
    case CollectiveKind::broadcast:
      for (std::size_t g = 0; g < groups; ++g) (g == root ? forced[g].out : forced[g].in) = block_bytes(0);
      break;
    case CollectiveKind::reduce:
      for (std::size_t g = 0; g < groups; ++g) (g == root ? forced[g].in : forced[g].out) = block_bytes(0);
      break;
    case CollectiveKind::all_gather:
    case CollectiveKind::reduce_scatter: {
      // Blocks of other groups must come in (all_gather) or, as partial sums, go out (reduce_scatter), and each own
      // block once the other way.
      std::int64_t total = 0;
      std::vector<std::int64_t> own(groups, 0);
      for (std::uint32_t r = 0; r < ranks; ++r) {
        own[group_of[r]] += block_bytes(r);
        total += block_bytes(r);
      }
      for (std::size_t g = 0; g < groups; ++g) {
        forced[g] = {own[g], total - own[g]};
        if (collective.kind() == CollectiveKind::reduce_scatter) std::swap(forced[g].out, forced[g].in);
      }
      break;
    }
    case CollectiveKind::gather:
    case CollectiveKind::scatter:
      for (std::uint32_t r = 0; r < ranks; ++r) {
        if (group_of[r] == root) continue;
        const bool gather = collective.kind() == CollectiveKind::gather;
        (gather ? forced[group_of[r]].out : forced[group_of[r]].in) += block_bytes(r);
        (gather ? forced[root].in : forced[root].out) += block_bytes(r);
      }
      break;
    case CollectiveKind::sendrecv:
      for (std::uint32_t r = 0; r < ranks; ++r) {
        const std::uint32_t to = (r + 1) % ranks;
        if (group_of[r] == group_of[to]) continue;
        forced[group_of[r]].out += block_bytes(r);
        forced[group_of[to]].in += block_bytes(r);
      }
      break;
    case CollectiveKind::alltoall: {
      std::vector<std::int64_t> members(groups, 0);
      for (const std::uint32_t g : group_of) members[g] += 1;
      for (std::size_t g = 0; g < groups; ++g) {
        forced[g].out = forced[g].in = members[g] * (static_cast<std::int64_t>(ranks) - members[g]) * block_bytes(0);
      }
      break;
    }
    case CollectiveKind::alltoallv:
      for (std::uint32_t i = 0; i < ranks; ++i) {
        for (std::uint32_t j = 0; j < ranks; ++j) {
          if (group_of[i] == group_of[j]) continue;
          const std::int64_t bytes = block_bytes(static_cast<std::uint64_t>(i) * ranks + j);
          forced[group_of[i]].out += bytes;
          forced[group_of[j]].in += bytes;
        }
      }
      break;
    case CollectiveKind::dispatch:
    case CollectiveKind::combine:
      forced = forced_of_tokens(*collective.tokens(), group_of, groups);
      if (collective.kind() == CollectiveKind::combine) {
        for (Forced& group : forced) std::swap(group.out, group.in);
      }
      break;
    case CollectiveKind::barrier:
      break;
  }
  return forced;
}

/// Bytes that must leave all groups together, where that is more than the sum of what each must send.
uint128 forced_total(const Collective& collective, std::size_t groups) {
  const auto others = static_cast<uint128>(groups) - 1;
  const auto size = static_cast<uint128>(collective.size().count());
  switch (collective.kind()) {
    case CollectiveKind::all_reduce:
      return 2 * others * size;
    case CollectiveKind::broadcast:
    case CollectiveKind::reduce:
    case CollectiveKind::all_gather:
    case CollectiveKind::reduce_scatter:
      return others * size;
    default:
      return 0;
  }
}

constexpr std::int64_t kNone = INT64_MAX;

/// The least of what leaves and enters cards.
struct LeastLinks {
  std::int64_t out_ps = kNone, in_ps = kNone;
};

Duration wire_time(uint128 bytes, BitRate rate, Efficiency efficiency) {
  return least_time(
      bytes * 8 * static_cast<uint128>(efficiency.denominator) / static_cast<uint128>(efficiency.numerator), rate);
}

}  // namespace

Bounds::Bounds(const Topology& topology, const std::vector<DeviceId>& devices, const std::vector<BitRate>& rates) {
  CHECK(rates.empty() || rates.size() == topology.links().size(), "a rate for each link");
  const auto rate = [&](LinkId id) { return rates.empty() ? topology.link(id).rate : rates[id.index()]; };
  const std::size_t num_devices = topology.devices().size();
  // The scale-up domain of every device: that of a card, or of a card beside it for its switches and NICs.
  std::vector<std::int32_t> domain_of(num_devices, -1);
  for (std::size_t i = 0; i < topology.accelerators().size(); ++i) {
    domain_of[topology.accelerators()[i].index()] = topology.scaleup_domain()[i];
  }
  for (const Link& link : topology.links()) {
    const DeviceKind kind = topology.device(link.to).kind;
    const bool inside = kind == DeviceKind::scaleup_switch || kind == DeviceKind::nic;
    if (inside && topology.device(link.from).kind == DeviceKind::accelerator) {
      domain_of[link.to.index()] = domain_of[link.from.index()];
    }
  }
  // Between cards of one scale-up domain nothing leaves it (topology/router.h): then only its own links count.
  const auto domain_of_rank = [&](DeviceId card) { return domain_of[card.index()]; };
  const bool one_domain = std::all_of(devices.begin(), devices.end(), [&](DeviceId card) {
    return domain_of_rank(card) == domain_of_rank(devices.front());
  });
  const auto counts = [&](LinkId id) {
    const Link& link = topology.link(id);
    return link.up && (!one_domain || link.kind == topology::LinkKind::scale_up);
  };
  bool cards_are_joined = false;
  Partition cards{"cards", {}, {}}, domains{"scale-up domains", {}, {.in_domains = true}};
  LeastLinks least, least_of_any;
  std::map<std::int32_t, std::size_t> domain_cut;
  for (std::uint32_t r = 0; r < devices.size(); ++r) {
    const DeviceId card = devices[r];
    Cut cut{"card " + topology.device(card).name, {RankId(r)}, {}, {}}, whole = cut;
    for (const LinkId id : topology.out_links(card)) {
      const std::int64_t latency_ps = topology.link(id).latency.ps();
      if (!topology.link(id).up) continue;
      whole.out = whole.out + rate(id);
      least_of_any.out_ps = std::min(least_of_any.out_ps, latency_ps);
      if (!counts(id)) continue;
      cut.out = cut.out + rate(id);
      least.out_ps = std::min(least.out_ps, latency_ps);
      if (topology.device(topology.link(id).to).kind == DeviceKind::accelerator) cards_are_joined = true;
    }
    for (const LinkId id : topology.in_links(card)) {
      const std::int64_t latency_ps = topology.link(id).latency.ps();
      if (!topology.link(id).up) continue;
      whole.in = whole.in + rate(id);
      least_of_any.in_ps = std::min(least_of_any.in_ps, latency_ps);
      if (!counts(id)) continue;
      cut.in = cut.in + rate(id);
      least.in_ps = std::min(least.in_ps, latency_ps);
    }
    whole_cards_.cuts.push_back(std::move(whole));
    cards.cuts.push_back(std::move(cut));
    const std::int32_t domain = domain_of[card.index()];
    const auto [place, fresh] = domain_cut.emplace(domain, domains.cuts.size());
    if (fresh) {
      std::string name = "the domain of " + topology.device(card).name;
      domains.cuts.push_back({std::move(name), {}, {}, {}});
    }
    domains.cuts[place->second].inside.emplace_back(r);
  }
  for (std::uint32_t i = 0; i < topology.links().size(); ++i) {
    const Link& link = topology.links()[i];
    const std::int32_t from = domain_of[link.from.index()], to = domain_of[link.to.index()];
    if (!link.up || from == to) continue;
    if (const auto place = domain_cut.find(from); from >= 0 && place != domain_cut.end()) {
      domains.cuts[place->second].out = domains.cuts[place->second].out + rate(LinkId(i));
    }
    if (const auto place = domain_cut.find(to); to >= 0 && place != domain_cut.end()) {
      domains.cuts[place->second].in = domains.cuts[place->second].in + rate(LinkId(i));
    }
  }
  add_members(topology, devices, rate);
  partitions_.push_back(std::move(cards));
  if (domains.cuts.size() > 1) partitions_.push_back(std::move(domains));
  whole_cards_.plural = "cards";
  // A path leaves one card and enters another, over two links unless a cable joins two cards.
  const auto latency_of = [&](const LeastLinks& links) {
    if (links.out_ps == kNone || links.in_ps == kNone) return Latency{};
    const Duration one = Duration::from_ps(std::min(links.out_ps, links.in_ps));
    return Latency{cards_are_joined ? one : Duration::from_ps(links.out_ps + links.in_ps), one};
  };
  latency_ = latency_of(least);
  latency_of_any_ = latency_of(least_of_any);
}

void Bounds::add_members(const Topology& topology, const std::vector<DeviceId>& devices,
                         const std::function<BitRate(LinkId)>& rate) {
  Partition members{"members", {}, {.in_domains = true}};
  std::map<std::int32_t, std::size_t> cut_of;
  for (std::uint32_t r = 0; r < devices.size(); ++r) {
    const auto [place, fresh] = cut_of.emplace(topology.device(devices[r]).member, members.cuts.size());
    if (fresh) members.cuts.push_back({"the member of " + topology.device(devices[r]).name, {}, {}, {}});
    members.cuts[place->second].inside.emplace_back(r);
  }
  if (members.cuts.size() < 2) return;
  members.inside.in_fabric = std::ranges::all_of(topology.devices(), [&](const topology::Device& device) {
    return device.kind != DeviceKind::network_switch || !device.reduces || cut_of.contains(device.member);
  });
  for (std::uint32_t i = 0; i < topology.links().size(); ++i) {
    const Link& link = topology.links()[i];
    const std::int32_t from = topology.device(link.from).member, to = topology.device(link.to).member;
    if (!link.up || from == to) continue;
    if (const auto place = cut_of.find(from); place != cut_of.end()) {
      members.cuts[place->second].out = members.cuts[place->second].out + rate(LinkId(i));
    }
    if (const auto place = cut_of.find(to); place != cut_of.end()) {
      members.cuts[place->second].in = members.cuts[place->second].in + rate(LinkId(i));
    }
  }
  partitions_.push_back(std::move(members));
}

LowerBound Bounds::over_cuts(const Partition& partition, const Collective& collective, Efficiency efficiency,
                             SwitchUse switches) const {
  std::vector<std::uint32_t> group_of(collective.ranks());
  BitRate all_out, all_in;
  for (std::uint32_t g = 0; g < partition.cuts.size(); ++g) {
    for (const RankId rank : partition.cuts[g].inside) group_of[rank.index()] = g;
    all_out = all_out + partition.cuts[g].out;
    all_in = all_in + partition.cuts[g].in;
  }
  LowerBound best{{}, "latency"};
  const auto offer = [&](uint128 bytes, BitRate rate, const std::string& reason) {
    if (bytes == 0 || rate.bps() == 0) return;
    const Duration time = wire_time(bytes, rate, efficiency);
    if (time > best.time) best = {time, reason};
  };
  const std::vector<Forced> forced = forced_bytes(collective, group_of, partition.cuts.size());
  for (std::size_t g = 0; g < forced.size(); ++g) {
    offer(static_cast<uint128>(forced[g].out), partition.cuts[g].out, "bytes out of " + partition.cuts[g].name);
    offer(static_cast<uint128>(forced[g].in), partition.cuts[g].in, "bytes into " + partition.cuts[g].name);
  }
  if (!partition.holds(switches)) return best;
  const uint128 total = forced_total(collective, partition.cuts.size());
  offer(total, all_out, "bytes out of all " + partition.plural);
  offer(total, all_in, "bytes into all " + partition.plural);
  return best;
}

LowerBound Bounds::over_all(const Collective& collective, Efficiency efficiency, SwitchUse switches) const {
  LowerBound widest{{}, "latency"};
  for (const Partition& counted : partitions_) {
    const Partition& partition = switches.in_fabric && &counted == &partitions_.front() ? whole_cards_ : counted;
    if (partition.cuts.size() < 2) continue;
    const LowerBound cut = over_cuts(partition, collective, efficiency, switches);
    if (cut.time > widest.time) widest = cut;
  }
  return widest;
}

LowerBound Bounds::lower_bound(const Collective& collective, const Stack& stack, SwitchUse switches,
                               bool links_shared) const {
  CHECK(!stack.protocols.empty(), "a stack without protocols");
  const Latency& latency = switches.in_fabric ? latency_of_any_ : latency_;
  LowerBound best;
  bool first = true;
  for (const Protocol& protocol : stack.protocols) {
    for (const ProtocolCosts& costs : protocol.costs) {
      LowerBound bound{costs.launch, "launch"};
      if (collective.ranks() > 1 && (collective.size().count() > 0 || collective.kind() == CollectiveKind::barrier)) {
        bound.time += costs.message + std::min(costs.step_scale_up, costs.step_scale_out);
        const Efficiency efficiency = costs.efficiency.value_or(protocol.efficiency);
        LowerBound widest{{}, "latency"};
        if (links_shared) widest = over_all(collective, efficiency, switches);
        bound.reason = "latency";
        if (widest.time > bound.time + latency.to_another) {
          bound.reason = widest.reason;
          if (switches.any() && over_all(collective, efficiency, {}).time > widest.time) {
            bound.reason += ", where switches reduce";
          }
        }
        bound.time += switches.any() ? std::max(latency.to_another, latency.of_one_link + widest.time)
                                     : latency.to_another + widest.time;
      }
      if (first || bound.time < best.time) best = bound;
      first = false;
    }
  }
  return best;
}

}  // namespace polyplane::sim
