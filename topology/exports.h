// The graph for other tools. Every device and every directed link is there, failed ones marked; names with quotes or
// control characters stay distinct.
#pragma once

#include <ostream>
#include <string>
#include <string_view>

#include "topology/topology.h"

namespace polyplane::topology {

/// Graphviz, one edge for each directed link. Backslashes and control characters in names are written \\ and \x1b.
void write_dot(std::ostream& out, const Topology& topology);

/// What the key "schema" of the graph says in files of write_graphml().
inline constexpr std::string_view kGraphmlSchema = "polyplane/graphml/1";

/// GraphML; nodes have the keys name, kind, node, plane, rail, tier, pod, part, forwards, up, in_network_reduction
/// (Device::reduces_unasked); edges link_index (the
/// LinkId), link_reverse (-1 for a one-way link), link_name, link_kind, link_tier, link_plane, rate_bps,
/// nominal_rate_bps, latency_ps, link_up; the graph schema, graph_name, lossless, virtual_channels, and `routing`, the
/// cluster's, where that is given. Parts of cables are not there. Backslashes and
/// control characters in names as in DOT. topology/import/graphml.cpp reads it back.
void write_graphml(std::ostream& out, const Topology& topology, const std::string& routing);

/// One JSON document: {"schema": "polyplane/graph/1", "name", "devices": [...], "links": [...]}, links refer to devices
/// by index. "reverse" is -1 for a one-way link. Bytes that are no UTF-8 become U+FFFD.
void write_json(std::ostream& out, const Topology& topology);

}  // namespace polyplane::topology
