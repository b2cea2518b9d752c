// The options that say how a run is computed, common to perf and run.
#pragma once

#include <optional>
#include <string>

#include "base/units.h"
#include "cli/command.h"
#include "sim/simulation.h"

namespace polyplane::cli {

/// How a run is computed; of these the quantum alone changes results.
struct ComputeArguments {
  std::optional<std::string> threads, time_quantum, max_memory;
  bool no_symmetry = false, certify = false;
};

void add_compute(Command& command, ComputeArguments& compute);

/// --threads (default: the processors of this machine), --max-memory, --no-symmetry, --certify. Throws InputError, also for a
/// certificate of the analytic model, which allocates no rates.
void apply_compute_options(const ComputeArguments& arguments, const std::string& model, sim::RunOptions& options);

/// On stderr: the peak of memory that was foretold, and what it was.
void tell_memory(const sim::Report& report);

/// On stderr, a line for each step that does not fit its card and is to be warned about (memory_check: "warn").
void tell_what_does_not_fit(const sim::Report& report);

/// --time-quantum; zero when not given. Throws InputError outside (0, 1 s] and for the analytic model, which puts nothing off.
[[nodiscard]] Duration quantum_of(const ComputeArguments& arguments, const std::string& model);

}  // namespace polyplane::cli
