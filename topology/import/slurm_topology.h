// A Slurm topology, from topology.conf or topology.yaml, and the fabric that it stands for. Slurm says which nodes hang
// together and by no means how: rates, numbers of cables and cards are options.
//   tree   leaf switches with nodes, switches above them; uplinks carry what hangs below, divided by `oversubscription`
//   block  one leaf switch a block, one more switch for each group that BlockSizes makes of blocks, one above all
//   ring   a router a node and cables to both neighbours; torus: the same in three dimensions, with wrap-around
//   flat   one switch; the nodes come from the option `hosts`
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "base/options.h"
#include "topology/import/fabric_builder.h"

namespace polyplane::topology {

struct SlurmTopology {
  enum class Kind { tree, block, ring, torus, flat };
  /// A switch, a block, a ring, or nodes of a torus.
  struct Group {
    std::string name;
    int line = 0;
    std::vector<std::string> nodes;
    std::vector<std::string> children;             // switches below, of a tree
    std::array<std::int64_t, 3> anchor{}, dims{};  // of a torus, or a region of one
    std::vector<Group> regions;                    // of a torus, instead of nodes
  };
  Kind kind = Kind::tree;
  int line = 0;
  std::vector<Group> groups;
  std::vector<std::int64_t> block_sizes;
};

/// accelerators_per_node, rate, oversubscription, hosts, and those of LinkLatencies and ScaleUpOption.
[[nodiscard]] std::vector<OptionSpec> slurm_options();

/// Throws InputError: a switch or a node twice, an unknown child, a circle, sizes that do not fit.
[[nodiscard]] ImportedFabric slurm_fabric(const SlurmTopology& topology, const TextSource& source,
                                          const Options& options, FabricBuilder builder);

/// expand_hostlist() with the place in front of what it throws.
[[nodiscard]] std::vector<std::string> slurm_hosts(const TextSource& source, int line, std::string_view field,
                                                   std::string_view hostlist);

}  // namespace polyplane::topology
