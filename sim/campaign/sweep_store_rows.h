// What the rows of a store say, in words; for sweep_store.cpp and the merge.
#pragma once

#include <string>

#include "sim/campaign/sweep_store.h"

namespace polyplane::sim {

/// A description but for its keys, as JSON, and back. Throws InputError that names the store.
[[nodiscard]] std::string description_text(const SweepDescription& description);
[[nodiscard]] SweepDescription description_of(const std::string& text, const std::string& path);

/// Throws InputError for a word that to_string() does not have.
[[nodiscard]] SweepFailure parse_failure(const std::string& word, const std::string& path);

/// Throws InputError that says what differs when `found` in the store at `path` is not what `wanted` needs.
void refuse_other_sweep(const SweepDescription& wanted, const SweepDescription& found, const std::string& path);

struct FoundResult {
  const SweepResult& result;
  const std::string& where;
};
/// What two results of one point differ in.
[[nodiscard]] std::string disagreement(const SweepDescription& description, const std::string& key,
                                       const FoundResult& a, const FoundResult& b);

}  // namespace polyplane::sim
