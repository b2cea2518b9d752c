// system.json of ASTRA-sim, as far as it has a meaning here: algorithms of collectives and the roofline of compute.
//
// Read: all-reduce-, all-gather-, reduce-scatter- and all-to-all-implementation of one dimension (ring, direct,
// doubleBinaryTree, halvingDoubling, with "one" before them or a window behind), peak-perf, local-mem-bw,
// roofline-enabled. Everything else is a warning that says what stands for it here, so that nothing is passed over in
// silence.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>

#include "base/import_notes.h"
#include "collectives/collective.h"
#include "collectives/import/importer.h"

namespace polyplane::collectives {

struct AstraSystem {
  std::map<CollectiveKind, std::string> algorithms;  // names of ours; others: auto
  std::optional<std::int64_t> peak;                  // flops per second, in millions (of 10^6)
  std::optional<std::int64_t> memory;                // bytes per second, in thousands
  bool roofline = false;
  std::string file;

  /// Of a node with these counts; none where the file has no rate for them.
  [[nodiscard]] std::optional<Duration> time_of(std::optional<std::int64_t> flops,
                                                std::optional<std::int64_t> bytes) const;
};

/// Throws as importer.h says.
[[nodiscard]] AstraSystem read_astra_system(const ImportFile& file, ImportNotes& notes);

}  // namespace polyplane::collectives
