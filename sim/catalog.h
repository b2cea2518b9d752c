// Finds things by name in configs/: hardware, clusters, stacks. A name with a '/' or ending in .textproto or .json is a
// file.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "sim/experiment.h"
#include "sim/stack.h"

namespace polyplane::sim {

struct CatalogEntry {
  std::string kind;  // "accelerator", "switch", "nic", "cable", "cluster", "stack"
  std::string name, sentence, source, as_of, confidence;
};

class Catalog {
 public:
  /// Where configs/ is: POLYPLANE_CONFIGS, else ../share/polyplane/configs or ../configs beside the executable, else
  /// the source tree this was built from. Throws InputError when none holds a catalogue.
  static Catalog open();
  explicit Catalog(std::string directory);

  [[nodiscard]] std::vector<CatalogEntry> list(std::string_view pattern) const;
  /// Every figure of one part with its source, as text for people.
  [[nodiscard]] std::string describe(std::string_view name) const;
  /// Name, file, or one-liner "fat_tree:tiers=2,radix=64,..." (an anonymous cluster of single-card nodes, see
  /// load_cluster.cpp).
  [[nodiscard]] ClusterChoice cluster(std::string_view name_or_file) const;
  [[nodiscard]] Stack stack(std::string_view name_or_file) const;
  /// An experiment file, names in it resolved.
  [[nodiscard]] Experiment experiment(std::string_view file) const;

 private:
  std::string directory_;
};

}  // namespace polyplane::sim
