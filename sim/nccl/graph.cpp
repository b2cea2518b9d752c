#include "sim/nccl/graph.h"

#include <algorithm>
#include <map>
#include <set>
#include <tuple>

#include "base/error.h"
#include "base/suggest.h"
#include "sim/nccl/graph_search.h"

namespace polyplane::sim::nccl {
namespace {

using collectives::RankLayout;
using topology::LinkKind;
using topology::Topology;

double gigabytes(BitRate rate) { return static_cast<double>(rate.bps()) / 8e9; }

/// What leaves one card.
struct Ports {
  BitRate scale_up, scale_out, host;
  std::set<DeviceId> shared_nics;
  bool switched = false;
};

Ports ports_of(const Topology& topology, DeviceId card) {
  Ports ports;
  for (const LinkId id : topology.out_links(card)) {
    const topology::Link& link = topology.link(id);
    if (!link.up) continue;
    if (link.kind == LinkKind::scale_up) {
      ports.scale_up = ports.scale_up + link.rate;
      ports.switched |= topology.device(link.to).kind == topology::DeviceKind::scaleup_switch;
    } else if (link.kind == LinkKind::scale_out) {
      ports.scale_out = ports.scale_out + link.rate;
    } else {
      ports.host = ports.host + link.rate;
      if (topology.device(link.to).kind == topology::DeviceKind::nic) ports.shared_nics.insert(link.to);
    }
  }
  return ports;
}

/// Of a NIC that cards share: what it sends into the fabric.
double nic_rate(const Topology& topology, DeviceId nic) {
  BitRate rate;
  for (const LinkId id : topology.out_links(nic)) {
    const topology::Link& link = topology.link(id);
    if (link.up && link.kind == LinkKind::scale_out) rate = rate + link.rate;
  }
  return gigabytes(rate);
}

/// Ranks of each node.
std::vector<std::vector<std::uint32_t>> nodes_of(const Topology& topology, const std::vector<DeviceId>& cards,
                                                 const RankLayout& layout) {
  std::map<std::uint32_t, std::set<std::int32_t>> hosts_of_domain;
  for (std::uint32_t r = 0; r < cards.size(); ++r) {
    hosts_of_domain[layout.place(RankId(r)).domain].insert(topology.device(cards[r]).node);
  }
  using Key = std::tuple<bool, std::int64_t>;  // a domain by itself, or a host
  std::map<Key, std::size_t> index;
  std::vector<std::vector<std::uint32_t>> nodes;
  for (std::uint32_t r = 0; r < cards.size(); ++r) {
    const std::uint32_t domain = layout.place(RankId(r)).domain;
    const std::int32_t host = topology.device(cards[r]).node;
    const bool by_domain = host < 0 || hosts_of_domain[domain].size() > 1;
    const auto [place, fresh] = index.emplace(Key{by_domain, by_domain ? std::int64_t{domain} : host}, nodes.size());
    if (fresh) nodes.emplace_back();
    nodes[place->second].push_back(r);
  }
  return nodes;
}

class Derivation {
 public:
  Derivation(const Constants& constants, const Topology& topology, const std::vector<DeviceId>& cards,
             const RankLayout& layout, const Setting& setting)
      : constants_(constants), topology_(topology), cards_(cards), layout_(layout), setting_(setting) {}

  Communicator derive() {
    const auto nodes = nodes_of(topology_, cards_, layout_);
    comm_.nodes = static_cast<std::uint32_t>(nodes.size());
    comm_.ranks = static_cast<std::uint32_t>(cards_.size());
    for (const auto& node : nodes) {
      comm_.most_local_ranks = std::max(comm_.most_local_ranks, static_cast<std::uint32_t>(node.size()));
    }
    find_cards();
    comm_.nvswitch = true;
    comm_.nvls = reduces();
    NodeFigures least;
    for (std::size_t n = 0; n < nodes.size(); ++n) {
      const NodeFigures figures = figures_of(nodes[n]);
      if (n == 0 || weaker(figures, least)) least = figures;
    }
    if (least.cards == 1) comm_.nvls = false;
    find_graphs(least);
    comm_.channels = communicator_channels(constants_, comm_);
    return std::move(comm_);
  }

 private:
  static bool weaker(const NodeFigures& a, const NodeFigures& b) {
    const auto key = [](const NodeFigures& f) { return std::tuple(f.nics * f.nic_GBps, f.card_GBps, f.nics, f.cards); };
    return key(a) < key(b);
  }

  void find_cards() {
    bool arm = true;
    for (std::size_t i = 0; i < cards_.size(); ++i) {
      const topology::Device& card = topology_.device(cards_[i]);
      const Gpu* gpu = constants_.gpu(card.part);
      if (gpu == nullptr) {
        const std::string why = card.part.empty() ? " names no part, so that its generation is not known"
                                                  : " is a part that the table of NCCL " + constants_.name +
                                                        " does not know, " + printable(card.part);
        throw InputError("NCCL's model: card " + printable(card.name) + why + "; its choice cannot be told");
      }
      const int capability = gpu->compute_capability;
      comm_.compute_capability = i == 0 ? capability : std::min(comm_.compute_capability, capability);
      comm_.highest_compute_capability = std::max(comm_.highest_compute_capability, capability);
      arm &= gpu->arm_cpu;
    }
    comm_.cpu_architecture = arm ? CpuArchitecture::arm : CpuArchitecture::x86;
    comm_.cpu_vendor = arm ? CpuVendor::other : setting_.cpu.value_or(CpuVendor::intel);
    if (!arm && !setting_.cpu && comm_.nodes > 1) {
      comm_.assumed.emplace_back("NCCL's model: the hosts have Intel CPUs; --nccl-cpu amd if not");
    }
  }

  /// Every domain has switches that reduce.
  [[nodiscard]] bool reduces() const {
    const Generation& generation = constants_.generation(comm_.compute_capability);
    const auto& switches = layout_.reducers().domain_switches;
    return generation.nvls_efficiency > 0 && !switches.empty() &&
           std::ranges::none_of(switches, [](const auto& of_domain) { return of_domain.empty(); });
  }

  NodeFigures figures_of(const std::vector<std::uint32_t>& ranks) {
    const Generation& generation = constants_.generation(comm_.compute_capability);
    NodeFigures node;
    node.cards = static_cast<std::uint32_t>(ranks.size());
    node.compute_capability = comm_.compute_capability;
    const std::uint32_t domain = layout_.place(RankId(ranks.front())).domain;
    const bool one_domain =
        std::ranges::all_of(ranks, [&](std::uint32_t r) { return layout_.place(RankId(r)).domain == domain; });
    bool switched = true;
    std::uint32_t cards_with_nics = 0;
    std::set<DeviceId> shared;
    for (std::size_t i = 0; i < ranks.size(); ++i) {
      const DeviceId card = cards_[ranks[i]];
      const Ports ports = ports_of(topology_, card);
      const double nvlink = constants_.gpu(topology_.device(card).part)->nvlinks * generation.nvlink;
      double inside = std::min(nvlink, gigabytes(ports.scale_up));
      if (!one_domain) inside = ports.host.bps() > 0 ? gigabytes(ports.host) : constants_.channels.pci;
      node.card_GBps = i == 0 ? inside : std::min(node.card_GBps, inside);
      switched &= ports.switched;
      shared.insert(ports.shared_nics.begin(), ports.shared_nics.end());
      if (ports.scale_out.bps() > 0) add_nic(node, cards_with_nics, gigabytes(ports.scale_out));
    }
    if (comm_.nodes > 1) {
      node.type_inter = !shared.empty() ? PathType::pxb : cards_with_nics == node.cards ? PathType::pix : PathType::pxn;
    }
    for (const DeviceId nic : shared) add_nic(node, cards_with_nics, nic_rate(topology_, nic));
    node.nics = cards_with_nics;
    node.path_GBps = switched || !one_domain || node.cards < 2 ? node.card_GBps : node.card_GBps / (node.cards - 1);
    node.type_intra = node.cards == 1 ? PathType::loc : one_domain ? PathType::nvl : PathType::phb;
    comm_.nvswitch &= switched && one_domain && node.cards > 1;
    return node;
  }

  static void add_nic(NodeFigures& node, std::uint32_t& nics, double rate) {
    node.nic_GBps = nics == 0 ? rate : std::min(node.nic_GBps, rate);
    ++nics;
  }

  void find_graphs(const NodeFigures& node) {
    const bool several = comm_.nodes > 1;
    comm_.ring = ring_graph(constants_, node, several);
    comm_.tree = tree_graph(constants_, node, several, comm_.ring);
    if (comm_.nvls) comm_.nvls_graph = nvls_graph(constants_, node, several);
    if (setting_.collnet && several) {
      comm_.collnet = {.enabled = true, .heads = node.nics, .all_gather = true, .reduce_scatter = true};
      comm_.collnet_direct = collnet_direct_graph(constants_, node, comm_.ring);
      comm_.collnet_chain = comm_.tree;
      comm_.collnet_chain.pattern = Pattern::tree;
    }
    if (!setting_.graphs) return;
    const GraphSet& given = *setting_.graphs;
    if (!given.ring || !given.tree) {
      throw InputError(printable(given.file) + ": the graph of " + (given.ring ? "the tree" : "the ring") +
                       " is missing; NCCL writes both to NCCL_GRAPH_DUMP_FILE");
    }
    comm_.ring = *given.ring;
    comm_.tree = *given.tree;
    comm_.nvls &= given.nvls.has_value();
    if (given.nvls) comm_.nvls_graph = *given.nvls;
    if (comm_.collnet.enabled && (!given.collnet_direct || !given.collnet_chain)) {
      throw InputError(printable(given.file) +
                       ": there is no graph of CollNet; NCCL writes it with NCCL_COLLNET_ENABLE=1");
    }
    if (comm_.collnet.enabled) {
      comm_.collnet_direct = *given.collnet_direct;
      comm_.collnet_chain = *given.collnet_chain;
    }
  }

  const Constants& constants_;
  const Topology& topology_;
  const std::vector<DeviceId>& cards_;
  const RankLayout& layout_;
  const Setting& setting_;
  Communicator comm_;
};

}  // namespace

Communicator derive_communicator(const Constants& constants, const Topology& topology,
                                 const std::vector<DeviceId>& cards, const RankLayout& layout, const Setting& setting) {
  return Derivation(constants, topology, cards, layout, setting).derive();
}

std::uint32_t communicator_channels(const Constants& constants, const Communicator& communicator) {
  const ChannelRules& rules = constants.channels;
  std::uint32_t channels = std::min(communicator.ring.channels, communicator.tree.channels);
  channels = std::max(std::min(rules.most, rules.copies * channels), 1U);
  const GraphFigures& chain = communicator.collnet_chain;
  if (communicator.collnet.enabled && chain.speed_intra > chain.speed_inter &&
      communicator.ranks > communicator.nodes) {
    channels = std::min(rules.most, channels + channels / 2);
  }
  if (communicator.compute_capability >= rules.fast_from && communicator.nodes > 1 &&
      communicator.ring.speed_intra > rules.fast && channels < rules.few) {
    channels = std::min(rules.most, 2 * channels);
  }
  return channels;
}

}  // namespace polyplane::sim::nccl
