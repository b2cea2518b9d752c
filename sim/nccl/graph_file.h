// NCCL's own graphs, as NCCL_GRAPH_DUMP_FILE writes them (NVIDIA/nccl, src/graph/search.cc): one element a graph with
// its figures as attributes. Numbers of graphs: 0 ring, 1 tree, 2 CollNet chain, 3 NVLS, 4 CollNet direct. Left out:
// the order of cards and NICs in each channel, crossnic; attributes and elements that are not known.
#pragma once

#include <string>

#include "sim/nccl/setting.h"

namespace polyplane::sim::nccl {

/// Throws InputError with file and line: not XML, no <graphs> of version 1, a graph twice or of unknown number, an
/// attribute that is missing, no number, out of range or no path kind.
[[nodiscard]] GraphSet read_graph_file(const std::string& file);
/// The same of a text; `file` is for messages.
[[nodiscard]] GraphSet read_graphs(const std::string& file, const std::string& text);

}  // namespace polyplane::sim::nccl
