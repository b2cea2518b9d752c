// Traces of an experiment: foreign files that become programs (collectives/import/importer.h), put on cards.
#pragma once

#include <cstdint>

#include "configs/schema/document.h"
#include "configs/schema/experiment.pb.h"
#include "sim/experiment.h"

namespace polyplane::sim {

/// Appends to `experiment`. `cards`: of its cluster. Throws InputError through document.fail(): unknown formats and
/// modes, files that are wrong, ranks that do not fit the cluster or the trace, mode flows where an actor is several
/// cards.
void load_traces(const configs::Document& document, const v1::Experiment& from, std::int64_t cards,
                 Experiment& experiment);

}  // namespace polyplane::sim
