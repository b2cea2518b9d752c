// --trace and what belongs to it, common to perf and run.
#pragma once

#include <optional>

#include "cli/command.h"
#include "sim/simulation.h"
#include "sim/trace/trace_options.h"

namespace polyplane::cli {

/// Of what happened, as a file for ui.perfetto.dev.
struct TraceArguments {
  std::optional<std::string> file, ranks, links, window, time_scale;
  bool any_size = false;
};

/// `sentence` says of --trace what is traced.
void add_trace(Command& command, TraceArguments& trace, const std::string& sentence);

/// None without --trace. Tells the foretold size on stderr, unless `quiet`. Throws InputError: an option of traces
/// without --trace, a file that cannot be written, malformed ranks, links, window or scale, loads of links under the
/// analytic model.
[[nodiscard]] std::optional<sim::TraceOptions> trace_options(const TraceArguments& arguments, const std::string& model,
                                                             bool overwrite, bool quiet);

/// On stderr, once the trace is written: what to do with it.
void tell_trace(const TraceArguments& arguments, bool quiet);

}  // namespace polyplane::cli
