// The cluster as data: a directed graph of devices and links, immutable once built. It knows no ranks, no schedules and
// no network model. Boost.Graph is behind topology.cpp; everything here is flat and cheap to walk.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/ids.h"
#include "base/units.h"

namespace polyplane::topology {

enum class DeviceKind : std::uint8_t { accelerator, nic, scaleup_switch, network_switch };
enum class LinkKind : std::uint8_t { scale_up, host, scale_out };  // host: between an accelerator and its NIC (PCIe)

/// A vertex. -1 means "does not apply".
struct Device {
  std::string name;  // unique: "node12/gpu3", "node12/nvswitch", "plane3/leaf0", "plane3/spine1"; no '.' inside
  DeviceKind kind = DeviceKind::accelerator;
  std::int32_t node = -1;
  std::int32_t plane = -1;
  std::int32_t rail =
      -1;  // accelerator or NIC: its index among those of its node; a leaf that serves one rail: that rail
  std::int32_t tier = 0;  // network switches: 1 leaf, 2 spine, 3 core; others 0
  std::int32_t pod =
      -1;  // group of leaves or of nodes below one set of spines; set by the generator where it means something
  std::string part;  // catalogue name: "nvidia-h800-sxm5", "qm9700"; may be empty
  bool forwards =
      false;             // may a route pass through? switches and NICs yes; accelerators only in meshes, rings and tori
  bool up = true;        // false: failed (its links are down as well)
  bool reduces = false;  // a switch that can add up what passes through it, and multicast (SHARP)
  bool reduces_unasked = false;  // `reduces`, and is set up to: a choice of algorithms may count on it
  std::int32_t member = -1;      // of several clusters joined (join_clusters.h): which
};

/// A directed edge; a cable is two of them, each the other's `reverse`. Parallel links stay apart.
struct Link {
  DeviceId from, to;
  BitRate rate;            // per direction; what is left of it when degraded
  BitRate nominal_rate;    // as built
  Duration latency;        // cable, plus traversal of the device it enters (switch) or the NICs at its ends
  std::uint32_t tier = 0;  // index into Topology::tier_names()
  std::int32_t plane = -1;
  LinkId reverse;  // none for a one-way link of a user's graph
  LinkKind kind = LinkKind::scale_out;
  bool up = true;
  std::string name;  // may be empty; user graphs name links for explicit routes
};

/// What a link has when nothing states it: InfiniBand switches offer 8 data lanes (of at most 15), Ethernet has 8 classes of
/// priority flow control.
inline constexpr std::uint32_t kDefaultVirtualChannels = 8;

class Topology {
 public:
  Topology(Topology&&) noexcept;
  Topology& operator=(Topology&&) noexcept;
  ~Topology();

  [[nodiscard]] const std::string& name() const;
  [[nodiscard]] std::span<const Device> devices() const { return devices_; }
  [[nodiscard]] std::span<const Link> links() const { return links_; }
  [[nodiscard]] const Device& device(DeviceId id) const { return devices_[id.index()]; }
  [[nodiscard]] const Link& link(LinkId id) const { return links_[id.index()]; }
  /// Links that leave / enter a device, by ascending LinkId (down ones included).
  [[nodiscard]] std::span<const LinkId> out_links(DeviceId id) const;
  [[nodiscard]] std::span<const LinkId> in_links(DeviceId id) const;
  /// Accelerators in node order: rank r of a job on the whole cluster sits on accelerators()[r].
  [[nodiscard]] std::span<const DeviceId> accelerators() const;
  /// Names of link tiers, e.g. "nvlink", "gpu-leaf", "leaf-spine", "spine-core", in order of first use.
  [[nodiscard]] std::span<const std::string> tier_names() const;
  [[nodiscard]] std::int32_t num_nodes() const;
  [[nodiscard]] std::int32_t num_planes() const;  // 0 when there is no scale-out fabric
  /// True for fabrics that never drop (InfiniBand credits, RoCE with PFC): routes must then be free of cyclic waits.
  [[nodiscard]] bool lossless() const;
  /// Virtual channels of every link, scale-up links included: buffers apart, each with flow control of its own.
  [[nodiscard]] std::uint32_t virtual_channels() const;
  /// Where a switch or card stands in a grid, one number from 0 a dimension; empty when it stands in none. Neighbours in
  /// dimension i are those whose coordinates differ in i alone, whatever joins them there: a line (mesh), a ring (torus) or
  /// each other (HyperX). What dimension_order needs.
  [[nodiscard]] std::span<const std::int32_t> coordinates(DeviceId id) const;
  /// Accelerators that reach each other without the scale-out fabric: index of the scale-up domain, by accelerator
  /// order. Domains are the connected components of the scale-up links that are up, numbered by their first
  /// accelerator; a card without a scale-up link is a domain of its own.
  [[nodiscard]] std::span<const std::int32_t> scaleup_domain() const;
  /// The device with that name, or none.
  [[nodiscard]] DeviceId find_device(std::string_view name) const;

  struct Graph;  // the store and the arrays compiled from it: topology/graph.h, for topology/*.cpp only
  [[nodiscard]] const Graph& graph() const { return *graph_; }

 private:
  friend class TopologyBuilder;
  explicit Topology(std::unique_ptr<Graph> graph);
  std::unique_ptr<Graph> graph_;
  std::span<const Device> devices_;  // of graph_
  std::span<const Link> links_;
};

/// Collects devices and links and hands out the immutable graph.
class TopologyBuilder {
 public:
  explicit TopologyBuilder(std::string name);
  TopologyBuilder(TopologyBuilder&&) noexcept;
  ~TopologyBuilder();

  /// Makes room for so many devices and directed links in all; more may come.
  void reserve(std::size_t devices, std::size_t links);

  /// Throws InputError when the name exists twice.
  DeviceId add_device(Device device);
  /// Two links, one each way, `reverse` set; returns the one from -> to (the other has the next id).
  LinkId add_cable(DeviceId from, DeviceId to, BitRate rate, Duration latency, LinkKind kind, std::string_view tier,
                   std::int32_t plane = -1);
  /// One direction only, for user graphs.
  LinkId add_link(DeviceId from, DeviceId to, BitRate rate, Duration latency, LinkKind kind, std::string_view tier,
                  std::string name);
  void set_lossless(bool lossless);
  /// kDefaultVirtualChannels unless set. REQUIRES: at least 1.
  void set_virtual_channels(std::uint32_t channels);
  /// Gives a switch or a card its place in a grid (Topology::coordinates()); a generator of a torus, mesh, HyperX or
  /// nd_full_mesh calls it for each vertex, all in one component with the same number of dimensions. REQUIRES: numbers
  /// from 0.
  void set_coordinates(DeviceId id, std::span<const std::int32_t> coordinates);
  /// Starts from an existing graph (faults change copies, never the original).
  static TopologyBuilder copy_of(const Topology& topology);
  /// To change what is there, never its name or its ends.
  Device& device(DeviceId id);
  Link& link(LinkId id);
  [[nodiscard]] std::size_t num_devices() const;
  [[nodiscard]] std::size_t num_links() const;

  /// Compiles the graph; links of a failed device go down with it. CHECKs that every link joins two known devices and
  /// has a positive rate.
  [[nodiscard]] Topology build() &&;

 private:
  std::unique_ptr<Topology::Graph> graph_;
};

}  // namespace polyplane::topology
