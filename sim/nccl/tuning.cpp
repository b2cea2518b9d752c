#include "sim/nccl/tuning.h"

#include <algorithm>
#include <bit>
#include <utility>

#include "base/check.h"
#include "collectives/kind_traits.h"

namespace polyplane::sim::nccl {
namespace {

using collectives::CollectiveKind;

std::size_t index(Algorithm algorithm) { return static_cast<std::size_t>(algorithm); }
std::size_t index(Protocol protocol) { return static_cast<std::size_t>(protocol); }

bool is_nvls(Algorithm algorithm) { return algorithm == Algorithm::nvls || algorithm == Algorithm::nvls_tree; }
bool is_collnet(Algorithm algorithm) {
  return algorithm == Algorithm::collnet_direct || algorithm == Algorithm::collnet_chain;
}
bool is_gathering(CollectiveKind kind) {
  return kind == CollectiveKind::all_gather || kind == CollectiveKind::reduce_scatter;
}

/// REQUIRES: n > 0.
int log2_floor(std::uint64_t n) { return static_cast<int>(std::bit_width(n)) - 1; }

std::uint32_t ring_steps(CollectiveKind kind, std::uint32_t ranks) {
  if (kind == CollectiveKind::all_reduce) return 2 * (ranks - 1);
  return is_gathering(kind) ? ranks - 1 : ranks;
}

bool serves(Algorithm algorithm, CollectiveKind kind) {
  if (algorithm == Algorithm::ring) return true;
  if (kind == CollectiveKind::all_reduce) return algorithm != Algorithm::pat;
  return is_gathering(kind) &&
         (algorithm == Algorithm::pat || algorithm == Algorithm::nvls || algorithm == Algorithm::collnet_direct);
}

}  // namespace

const GraphFigures& graph_of(const Communicator& communicator, Algorithm algorithm) {
  switch (algorithm) {
    case Algorithm::ring:
      return communicator.ring;
    case Algorithm::collnet_direct:
      return communicator.collnet_direct;
    case Algorithm::collnet_chain:
      return communicator.collnet_chain;
    case Algorithm::nvls:
    case Algorithm::nvls_tree:
      return communicator.nvls_graph;
    default:
      return communicator.tree;
  }
}

bool has_choice(CollectiveKind collective) {
  return collective == CollectiveKind::all_reduce || is_gathering(collective) ||
         collective == CollectiveKind::broadcast || collective == CollectiveKind::reduce;
}

CostModel::CostModel(const Constants& constants, const Communicator& communicator, CollectiveKind collective,
                     Reduction reduction)
    : constants_(constants),
      communicator_(communicator),
      generation_(constants.generation(communicator.compute_capability)),
      collective_(collective),
      reduction_(std::move(reduction)),
      by_size_(std::min(communicator.nodes, 3U) - 1),
      ranks_per_node_(static_cast<double>(communicator.ranks) / communicator.nodes),
      whole_ranks_per_node_(communicator.ranks / communicator.nodes),
      steps_(ring_steps(collective, communicator.ranks)) {
  CHECK(communicator.ranks >= 2 && communicator.nodes >= 1 && has_choice(collective), "NCCL has nothing to choose");
  const bool amd = communicator.cpu_vendor == CpuVendor::amd || communicator.cpu_vendor == CpuVendor::mixed;
  ll_max_ = communicator.nodes == 1 ? generation_.ll_max_one_node
                                    : (amd ? constants.ll_max_amd_cpu : constants.ll_max_other_cpu)[by_size_];
  for (std::size_t a = 0; a < kAlgorithms; ++a) {
    for (std::size_t p = 0; p < kProtocols; ++p) {
      const auto algorithm = static_cast<Algorithm>(a);
      const auto protocol = static_cast<Protocol>(p);
      Estimate& entry = table_[a][p];
      entry.why_not = why_not(algorithm, protocol);
      if (!entry.why_not.empty()) continue;
      entry.bandwidth_GBps = bandwidth(algorithm, protocol);
      entry.latency_us = latency(algorithm, protocol);
      if (entry.bandwidth_GBps <= 0) entry.why_not = "has no bandwidth on " + generation_.name + " cards";
    }
  }
}

/// What NCCL's switches or PAT cannot reduce.
std::string CostModel::why_not_reduced(Algorithm algorithm) const {
  if (!collectives::reduces(collective_)) return "";
  const std::string what = reduction_.operation + " of " + reduction_.datatype;
  if (is_nvls(algorithm) && !nvls_does(reduction_)) return "does no " + what;
  const bool through_fabric = is_collnet(algorithm) || (algorithm == Algorithm::nvls && communicator_.nodes > 1);
  if (through_fabric && communicator_.collnet.enabled && !collnet_does(reduction_)) {
    return "needs a CollNet (SHARP) that does " + what;
  }
  const bool pat = algorithm == Algorithm::pat && collective_ == CollectiveKind::reduce_scatter;
  return pat && scales(reduction_) ? "does no " + what : "";
}

std::string CostModel::why_not(Algorithm algorithm, Protocol protocol) const {
  const GraphFigures& graph = graph_of(communicator_, algorithm);
  const bool several = communicator_.nodes > 1;
  const std::uint32_t local = communicator_.most_local_ranks;
  const std::string collective(collectives::to_string(collective_));
  if (!serves(algorithm, collective_)) return "does no " + collective;
  if (algorithm != Algorithm::tree && algorithm != Algorithm::ring && protocol != Protocol::simple) {
    return "has Simple only";
  }
  if (algorithm == Algorithm::pat && communicator_.ranks != communicator_.nodes) return "needs one card a node";
  if (is_nvls(algorithm) && !communicator_.nvls) return "needs NVSwitches that reduce";
  if (std::string why = why_not_reduced(algorithm); !why.empty()) return why;
  if (algorithm == Algorithm::nvls_tree && !several) return "needs several nodes";
  if (is_nvls(algorithm) && graph.channels < 2) return "needs two channels";
  if (is_nvls(algorithm) && collective_ != CollectiveKind::all_reduce && local > constants_.factors.most_nvls_cards) {
    return "takes at most " + std::to_string(constants_.factors.most_nvls_cards) + " cards a node";
  }
  if ((is_collnet(algorithm) || (algorithm == Algorithm::nvls && several)) && !communicator_.collnet.enabled) {
    return "needs CollNet (SHARP)";
  }
  if (is_collnet(algorithm) && local > constants_.factors.most_collnet_cards) {
    return "takes at most " + std::to_string(constants_.factors.most_collnet_cards) + " cards a node";
  }
  if (algorithm == Algorithm::collnet_direct && !communicator_.nvswitch) return "needs NVSwitches";
  if (several && is_gathering(collective_) && (algorithm == Algorithm::nvls || is_collnet(algorithm))) {
    const bool offered = collective_ == CollectiveKind::all_gather ? communicator_.collnet.all_gather
                                                                   : communicator_.collnet.reduce_scatter;
    if (!offered) return "needs a CollNet that does " + collective;
    if (local > communicator_.collnet.heads) return "needs a NIC for each card";
  }
  if (graph.channels == 0 && !(algorithm == Algorithm::collnet_direct && is_gathering(collective_))) {
    return "has no graph";
  }
  if (protocol != Protocol::ll128) return "";
  const int capability = communicator_.compute_capability;
  const Factors& factors = constants_.factors;
  if (capability < factors.ll128_from) return "needs compute capability " + std::to_string(factors.ll128_from);
  const PathType farthest = capability >= factors.ll128_far_from ? PathType::pxn : PathType::pxb;
  if (graph.type_inter > farthest) return "needs the NIC within " + std::string(to_string(farthest));
  if (graph.type_intra > PathType::nvb) return "needs NVLink between all cards of a node";
  if (communicator_.highest_compute_capability != capability && capability < factors.ll128_far_from) {
    return "needs cards of one generation";
  }
  return "";
}

double CostModel::speed_of_nvls(const GraphFigures& graph, Algorithm algorithm) const {
  const double channels = graph.channels;
  double intra = graph.speed_intra * generation_.nvls_efficiency * (channels - 1) / channels;
  // An all-reduce reads and writes through the switch at the same time.
  intra *= collective_ == CollectiveKind::all_reduce ? 2.0 : (ranks_per_node_ - 1) / ranks_per_node_;
  if (algorithm == Algorithm::nvls) return std::min(intra, graph.speed_inter);
  const double inter = graph.speed_inter * (communicator_.nodes <= 2 ? 2.0 : 1.0);
  return std::min({intra, inter, generation_.nvls_tree[by_size_]});
}

double CostModel::bus_of_tree(double bus, Protocol protocol) const {
  const Factors& factors = constants_.factors;
  const double channels = communicator_.tree.channels;
  bus = std::min(bus * factors.tree, channels * generation_.tree[by_size_]);
  if (protocol == Protocol::ll) bus = std::min(bus / factors.tree_ll_divisor, ll_max_);
  if (protocol == Protocol::ll128) {
    const double payload = communicator_.nodes == 1 ? factors.tree_ll128_one_node : factors.tree_ll128;
    bus = std::min(bus * payload, channels * generation_.tree_ll128[by_size_]);
  }
  return communicator_.tree.pattern == Pattern::tree ? bus * factors.plain_tree_pattern : bus;
}

double CostModel::bus_of_collnet_direct(double bus) const {
  const GraphFigures& graph = communicator_.collnet_direct;
  const Factors& factors = constants_.factors;
  if (is_gathering(collective_)) {
    return ranks_per_node_ * std::min(graph.speed_intra, graph.speed_inter * factors.collnet_direct_network);
  }
  // Full speed needs a NIC for each card; half of what is missing is lost.
  const double cards_per_nic = ranks_per_node_ / graph.channels;
  bus /= cards_per_nic - (cards_per_nic - 1) / 2;
  const bool newer = communicator_.compute_capability >= factors.collnet_direct_all_reduce_from;
  return newer ? bus * factors.collnet_direct_all_reduce : bus;
}

double CostModel::bandwidth(Algorithm algorithm, Protocol protocol) const {
  const GraphFigures& graph = graph_of(communicator_, algorithm);
  const Factors& factors = constants_.factors;
  double speed = communicator_.nodes <= 2 || is_collnet(algorithm) ? graph.speed_intra : graph.speed_inter;
  if (is_nvls(algorithm)) speed = speed_of_nvls(graph, algorithm);
  double bus = graph.channels * speed;
  if (algorithm == Algorithm::ring && protocol == Protocol::ll) bus = std::min(bus * factors.ring_ll, ll_max_);
  if (algorithm == Algorithm::ring && protocol == Protocol::ll128) {
    bus = std::min(bus * factors.ring_ll128, graph.channels * generation_.ring_ll128[by_size_]);
  }
  if (algorithm == Algorithm::tree) bus = bus_of_tree(bus, protocol);
  if (algorithm == Algorithm::pat) bus *= factors.pat;
  if (algorithm == Algorithm::collnet_direct) bus = bus_of_collnet_direct(bus);
  // From what passes a card to the array: a ring passes it steps / ranks times, a tree twice.
  if (algorithm != Algorithm::ring && is_gathering(collective_)) return bus;
  if (algorithm == Algorithm::ring || is_nvls(algorithm)) return bus * communicator_.ranks / steps_;
  return bus / 2;
}

double CostModel::latency_of_ring(Protocol protocol, double intra, double inter) const {
  const Factors& factors = constants_.factors;
  std::uint32_t outside = 0;
  if (communicator_.nodes > 1) {
    outside = (communicator_.nodes - 1) * (collective_ == CollectiveKind::all_reduce ? 2 : 1);
    const bool amd =
        communicator_.cpu_architecture == CpuArchitecture::x86 && communicator_.cpu_vendor == CpuVendor::amd;
    const double post = amd ? factors.post_amd_us : factors.post_other_us;
    intra = std::max(intra, post * (protocol == Protocol::simple ? factors.posts_simple : 1));
  }
  return (steps_ - outside) * intra + outside * inter;
}

/// Broadcast and reduce: from one rank to the next along the ring.
double CostModel::latency_of_chain(Protocol protocol) const {
  const bool nvlink = communicator_.ring.type_intra == PathType::nvl;
  const Latencies& hops = communicator_.nodes > 1 ? constants_.network : nvlink ? constants_.nvlink : constants_.pci;
  if (communicator_.ring.same_channels) return hops[index(Algorithm::ring)][index(protocol)];
  // With Simple, chunks wait for each other as in a tree.
  const Algorithm as = protocol == Protocol::simple ? Algorithm::tree : Algorithm::ring;
  return steps_ * hops[index(as)][index(protocol)];
}

double CostModel::latency(Algorithm algorithm, Protocol protocol) const {
  const GraphFigures& graph = graph_of(communicator_, algorithm);
  const Factors& factors = constants_.factors;
  const Latencies& inside = graph.type_intra == PathType::nvl ? constants_.nvlink : constants_.pci;
  const double base = constants_.base[index(algorithm)][index(protocol)];
  const double intra = inside[index(algorithm)][index(protocol)];
  // One card a node hides nothing: the tree's hop. Simple also flushes.
  const bool alone = communicator_.ranks == communicator_.nodes;
  const double inter = constants_.network[index(alone ? Algorithm::tree : algorithm)][index(protocol)] +
                       graph.latency_inter_us * (protocol == Protocol::simple ? 2 : 1);
  const double others = whole_ranks_per_node_ - 1;
  const int depth = log2_floor(communicator_.nodes);
  switch (algorithm) {
    case Algorithm::ring:
      if (collective_ == CollectiveKind::broadcast || collective_ == CollectiveKind::reduce) {
        return base + latency_of_chain(protocol);
      }
      return base + latency_of_ring(protocol, intra, inter);
    case Algorithm::tree:
      return base + 2 * (others * intra + depth * inter);
    case Algorithm::collnet_direct:
      return base + 2 * (std::min(1.0, others) * intra + others * factors.collnet_direct_arity_us) + inter;
    case Algorithm::collnet_chain:
      return base + 2 * others * intra + inter;
    case Algorithm::nvls:
      return communicator_.nodes > 1 ? intra + inter : intra;
    case Algorithm::nvls_tree:
      return base + intra + 2 * depth * inter;
    case Algorithm::pat:
      return base + depth * inter / factors.pat_network_divisor + communicator_.ranks * factors.pat_per_rank_us;
  }
  return base;
}

std::optional<double> CostModel::time_us(Algorithm algorithm, Protocol protocol, Bytes size) const {
  const Estimate& entry = estimate(algorithm, protocol);
  if (!entry.why_not.empty()) return std::nullopt;
  const Factors& factors = constants_.factors;
  double bandwidth = entry.bandwidth_GBps, latency = entry.latency_us;
  if (collective_ == CollectiveKind::all_reduce) {
    const auto doublings = static_cast<std::uint64_t>(size.count()) / 64;
    const int log = doublings == 0 ? -1 : log2_floor(doublings);
    const bool late = communicator_.compute_capability >= factors.nvls_tree_correction_from &&
                      communicator_.cpu_architecture == CpuArchitecture::x86;
    const int corrected = algorithm == Algorithm::tree                ? factors.tree_corrections
                          : algorithm == Algorithm::nvls_tree && late ? factors.nvls_tree_corrections
                                                                      : 0;
    if (log >= 0 && log < corrected) {
      bandwidth *= constants_.tree_correction[index(protocol)][static_cast<std::size_t>(log)];
    }
    const std::int64_t share = size.count() / (std::int64_t{communicator_.channels} * communicator_.ranks);
    if (algorithm == Algorithm::ring && protocol == Protocol::simple && communicator_.nodes > 1 &&
        share >= factors.plateau_from_bytes) {
      const bool before = communicator_.compute_capability < factors.plateau_before_capability;
      latency *= before ? factors.plateau_before : factors.plateau;
    }
  }
  const double time = latency + static_cast<double>(size.count()) / (1000 * bandwidth);
  const bool loses = algorithm == Algorithm::ring && collectives::reduces(collective_) && is_fp8(reduction_) &&
                     communicator_.ranks > kFp8RingRanks;
  return loses ? time * kFp8RingFactor : time;
}

std::optional<Choice> CostModel::choose(Bytes size, std::string_view only) const {
  std::optional<Choice> best;
  for (std::size_t a = 0; a < kAlgorithms; ++a) {
    for (std::size_t p = 0; p < kProtocols; ++p) {
      const auto algorithm = static_cast<Algorithm>(a);
      const auto protocol = static_cast<Protocol>(p);
      if (only != "auto" && only != to_string(protocol)) continue;
      const std::optional<double> time = time_us(algorithm, protocol, size);
      if (time && (!best || *time < best->time_us)) best = Choice{algorithm, protocol, *time};
    }
  }
  return best;
}

}  // namespace polyplane::sim::nccl
