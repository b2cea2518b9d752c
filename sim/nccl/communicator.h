// What NCCL knows of the GPUs of one communicator when it estimates its algorithms: how many nodes and ranks, which
// generation, and what its graph search found. Derived from a cluster (graph.h) or read from NCCL's own dump
// (graph_file.h).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace polyplane::sim::nccl {

/// What two devices are joined by, near to far, in NCCL's words. NVB: over another GPU's NVLink; C2C: chip to chip;
/// PIX, PXB: one PCIe switch, several; P2C: the CPU's C2C, then PCIe; PXN: the NIC of an NVLink peer; PHB: the host
/// bridge; SYS: between sockets; NET: the network; DIS: nothing.
enum class PathType : std::uint8_t { loc, nvl, nvb, c2c, pix, pxb, p2c, pxn, phb, sys, net, dis };
[[nodiscard]] std::string_view to_string(PathType type);
[[nodiscard]] std::optional<PathType> parse_path_type(std::string_view name);

/// How channels run through a node; numbered as in NCCL's graph files.
enum class Pattern : std::uint8_t { balanced_tree = 1, split_tree, tree, ring, nvls, collnet_direct };

/// One result of NCCL's graph search; no channels: there is no such graph.
struct GraphFigures {
  Pattern pattern = Pattern::ring;
  std::uint32_t channels = 0;
  double speed_intra = 0, speed_inter = 0;  // GB/s of a channel, in a node and between nodes
  double latency_inter_us = 0;              // of the NIC, on top of the table's
  PathType type_intra = PathType::nvl, type_inter = PathType::pix;
  bool same_channels = false;  // all channels run through the same cards in the same order
};

enum class CpuArchitecture : std::uint8_t { x86, arm, other };
enum class CpuVendor : std::uint8_t { intel, amd, mixed, other };

/// NCCL's CollNet: reduction in the network's switches (SHARP), which its users must turn on.
struct CollNet {
  bool enabled = false;
  std::uint32_t heads = 0;  // cards of a node with a NIC that takes part
  bool all_gather = false, reduce_scatter = false;
};

struct Communicator {
  std::uint32_t nodes = 1, ranks = 1;  // node: cards that NVLink or PCIe joins
  std::uint32_t most_local_ranks = 1;
  int compute_capability = 0, highest_compute_capability = 0;  // 90 is 9.0; over all cards
  CpuArchitecture cpu_architecture = CpuArchitecture::x86;
  CpuVendor cpu_vendor = CpuVendor::intel;
  std::uint32_t channels = 1;  // that it runs, copies counted: see communicator_channels() in graph.h
  bool nvswitch = false, nvls = false;
  CollNet collnet;
  GraphFigures ring, tree, collnet_direct, collnet_chain, nvls_graph;
  std::vector<std::string> assumed;  // what was not known and taken for so
};

}  // namespace polyplane::sim::nccl
