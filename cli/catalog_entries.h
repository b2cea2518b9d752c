// Everything that has a name: the files of configs/ and the guests in the code.
#pragma once

#include <string>
#include <vector>

#include "sim/catalog.h"

namespace polyplane::cli {

/// Flags of `catalog`: "algorithms", "topologies", "scale-ups", "clusters", "stacks", "hardware", "routings", "models", "importers", "prices".
[[nodiscard]] const std::vector<std::string>& catalog_kinds();

/// Entries of these kinds (all when empty), in the order of catalog_kinds(), then by name. `pattern`: a part of the name
/// in any case, or a shell pattern; "" is everything. Guests have no source: the code is.
[[nodiscard]] std::vector<sim::CatalogEntry> catalog_entries(const sim::Catalog& catalog,
                                                             const std::vector<std::string>& kinds,
                                                             const std::string& pattern);

}  // namespace polyplane::cli
