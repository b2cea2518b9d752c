// The final table of a sweep, out of its store: the same whoever ran the points, in what order and how often interrupted.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "sim/campaign/sweep_search.h"
#include "sim/campaign/sweep_store.h"

namespace polyplane::sim {

struct SweptPoint {
  std::size_t position = 0;
  std::optional<SweepResult> result;  // without its report; none: open
};

struct SweepTable {
  SweepDescription description;
  std::vector<SweptPoint> points;   // by position: of a grid all, of a shard its own, of a search those that it tried
  std::optional<std::size_t> best;  // position; of a search
  bool complete = false;            // nothing is open
  std::size_t failed = 0, bugs = 0;
};

/// The variables of a description as a search sees them.
[[nodiscard]] std::vector<SearchAxis> axes_of(const SweepDescription& description);

[[nodiscard]] SweepTable table_of(SweepStore& store);

/// SweepStore::settle() with what came out, so that the report page can read the file by itself: the positions that a search
/// tried and the fingerprint are in no row. Of a sweep that was interrupted, what there is.
void settle(SweepStore& store);

/// One document of schema "polyplane/sweep/1" (configs/schema/sweep_report.proto).
[[nodiscard]] std::string to_json(const SweepTable& table);
/// A header line and one line for a point: the values of the variables, then the figures by their names in JSON. Of a
/// variable with a unit the numbers stand beside the texts.
[[nodiscard]] std::string to_csv(const SweepTable& table);

}  // namespace polyplane::sim
