// The figures with which one release of NCCL estimates its algorithms, as plain values. They come out of a file
// (configs/stacks/nccl-tuning, read by load_tuning.h); sim/nccl/tuning.h says what each does.
//
// Units are NCCL's own, since its rules add and compare them as they are: microseconds, and GB/s of 10^9 bytes.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/units.h"

namespace polyplane::sim::nccl {

/// In NCCL's order, which decides between equals.
enum class Algorithm : std::uint8_t { tree, ring, collnet_direct, collnet_chain, nvls, nvls_tree, pat };
enum class Protocol : std::uint8_t { ll, ll128, simple };
inline constexpr std::size_t kAlgorithms = 7, kProtocols = 3;

/// "Tree", "Ring", "CollNetDirect", "CollNetChain", "NVLS", "NVLSTree", "PAT"; "LL", "LL128", "Simple".
[[nodiscard]] std::string_view to_string(Algorithm algorithm);
[[nodiscard]] std::string_view to_string(Protocol protocol);

/// Of each algorithm and protocol, us; 0 where there is none.
using Latencies = std::array<std::array<double, kProtocols>, kAlgorithms>;
/// On one node, on two, on more; GB/s.
using BySize = std::array<double, 3>;

struct Generation {
  std::string name;  // "Hopper"
  int compute_capability = 0;
  double ll_max_one_node = 0;                      // total
  BySize ring_ll128, tree_ll128, tree, nvls_tree;  // most of one channel
  double nvls_efficiency = 0;
  double nvlink = 0;                               // one link, one direction
  std::vector<double> speeds_intra, speeds_inter;  // of a channel, falling: those that the graph search tries
};

/// Of the rules in tuning.h and graph.h, by the names of the schema (configs/schema/nccl_tuning.proto).
struct Factors {
  double ring_ll = 0, ring_ll128 = 0, tree = 0, tree_ll_divisor = 0;
  double tree_ll128_one_node = 0, tree_ll128 = 0;  // payload of what is on the wire
  double plain_tree_pattern = 0, pat = 0, collnet_direct_network = 0, collnet_direct_all_reduce = 0;
  int collnet_direct_all_reduce_from = 0;
  double collnet_direct_arity_us = 0, pat_network_divisor = 0, pat_per_rank_us = 0;
  double post_amd_us = 0, post_other_us = 0;
  int posts_simple = 0;
  double plateau = 0, plateau_before = 0;
  int plateau_before_capability = 0;
  std::int64_t plateau_from_bytes = 0;
  int nvls_tree_correction_from = 0, tree_corrections = 0, nvls_tree_corrections = 0;
  int ll128_from = 0, ll128_far_from = 0;
  std::uint32_t most_nvls_cards = 0, most_collnet_cards = 0;
};

struct ChannelRules {
  std::uint32_t most = 0, copies = 0, few = 0;
  double fast = 0;  // GB/s, as the next ones
  int fast_from = 0;
  double slowest_worth = 0, split_from = 0, split_fast = 0;
  int split_after = 0;
  std::uint32_t split_few = 0;
  double pci = 0;
};

struct Gpu {
  std::string accelerator;  // catalogue name
  int compute_capability = 0;
  std::uint32_t nvlinks = 0;
  bool arm_cpu = false;
};

struct Constants {
  std::string name;  // "v2.30.7-1"
  std::vector<std::string> assumed;
  Latencies base{}, nvlink{}, pci{}, network{};
  std::vector<Generation> generations;  // rising, the first from capability 0
  BySize ll_max_other_cpu{}, ll_max_amd_cpu{};
  std::array<std::vector<double>, kProtocols> tree_correction;
  Factors factors;
  ChannelRules channels;
  std::vector<Gpu> gpus;

  [[nodiscard]] const Generation& generation(int compute_capability) const;
  /// Null where the table does not know it.
  [[nodiscard]] const Gpu* gpu(std::string_view accelerator) const;
};

}  // namespace polyplane::sim::nccl
