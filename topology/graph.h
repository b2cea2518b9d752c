// The store behind Topology, for the sources of this room only: it brings Boost.Graph into the including file.
#pragma once

#include <boost/graph/adjacency_list.hpp>
#include <mutex>
#include <string>
#include <vector>

#include "topology/name_index.h"
#include "topology/topology.h"

namespace polyplane::topology {

/// Vertices are DeviceIds; each edge carries its LinkId, parallel links are parallel edges, and the out-edges of a
/// vertex stand in the order of their ids.
using BoostGraph = boost::adjacency_list<boost::vecS, boost::vecS, boost::directedS, boost::no_property, LinkId>;

/// Links by device in compressed rows: row of device d = [begin[d], begin[d + 1]) of `links`.
struct LinkRows {
  std::vector<std::uint32_t> begin;
  std::vector<LinkId> links;
};

/// Coordinates of a device: [first, first + count) of Graph::coordinates.
struct CoordinateRow {
  std::uint32_t first = 0, count = 0;
};

struct Topology::Graph {
  std::string name;
  std::vector<Device> devices;
  std::vector<Link> links;
  std::vector<std::string> tier_names;
  NameIndex by_name;
  bool lossless = true;
  std::uint32_t virtual_channels = kDefaultVirtualChannels;
  std::vector<CoordinateRow> coordinate_rows;  // by DeviceId as far as set
  std::vector<std::int32_t> coordinates;

  // Compiled by TopologyBuilder::build(), once.
  LinkRows out, in;
  std::vector<DeviceId> accelerators;
  std::vector<std::int32_t> scaleup_domain;
  std::int32_t num_nodes = 0, num_planes = 0;

  /// For algorithms of Boost.Graph: made of devices and links when first asked for, by whichever thread asks, since it
  /// takes longer and more memory than all the rest.
  [[nodiscard]] const BoostGraph& boost_graph() const;

 private:
  mutable std::once_flag once_;
  mutable BoostGraph boost_graph_;
};

}  // namespace polyplane::topology
