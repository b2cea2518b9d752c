// The store behind Topology, for the sources of this room only: it brings Boost.Graph into the including file.
#pragma once

#include <boost/graph/adjacency_list.hpp>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

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

struct Topology::Graph {
  struct NameHash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const noexcept { return std::hash<std::string_view>{}(text); }
  };

  std::string name;
  std::vector<Device> devices;
  std::vector<Link> links;
  std::vector<std::string> tier_names;
  std::unordered_map<std::string, DeviceId, NameHash, std::equal_to<>> by_name;  // looked up, never walked
  bool lossless = true;

  // Compiled by TopologyBuilder::build(), once.
  BoostGraph edges;
  LinkRows out, in;
  std::vector<DeviceId> accelerators;
  std::vector<std::int32_t> scaleup_domain;
  std::int32_t num_nodes = 0, num_planes = 0;
};

}  // namespace polyplane::topology
