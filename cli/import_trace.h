// polyplane import of a schedule or a trace: what it holds, and an experiment file that runs it.
#pragma once

#include "cli/import_options.h"

namespace polyplane::cli {

/// Is this a format of schedules or of traces, not of fabrics?
[[nodiscard]] bool is_trace_format(const std::string& format);
/// Returns an exit code and throws as commands do (cli/command.h). REQUIRES: is_trace_format().
[[nodiscard]] int import_trace(const ImportArguments& arguments);

}  // namespace polyplane::cli
