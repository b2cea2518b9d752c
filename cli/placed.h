// Runs of experiments out of a file: what only the built graph finds wrong is said at its place in the file.
#pragma once

#include <string>

#include "base/error.h"
#include "sim/catalog.h"
#include "sim/placed_error.h"

namespace polyplane::cli {

/// `work` is of the experiment in `file`.
template <class Work>
auto with_places_of(const std::string& file, const Work& work) {
  try {
    return work();
  } catch (const sim::PlacedError& error) {
    throw InputError(sim::Catalog::place_of(file, error.field(), error.index()) + error.what());
  }
}

}  // namespace polyplane::cli
