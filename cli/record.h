// --record, common to all commands that have something to record.
#pragma once

#include <memory>
#include <string>

#include "cli/command.h"
#include "sim/view/recorder.h"

namespace polyplane::cli {

/// All that a report shows, in a file (sim/view).
struct RecordArguments {
  std::optional<std::string> file;
  std::vector<std::string> command_line;  // as it was typed, the program first
};

void add_record(Command& command, RecordArguments& record);

/// Null without --record. Make it before the catalogue is asked for anything (sim/view/recorder.h). `name`: what it is of.
[[nodiscard]] std::unique_ptr<sim::Recorder> recorder_of(const RecordArguments& arguments, const std::string& name);

/// Writes what the recorder made of the results, and says on stderr, unless `quiet`, what to do with it. Throws as
/// write_file() does.
void write_recording(const RecordArguments& arguments, const std::string& bytes, bool overwrite, bool quiet);

}  // namespace polyplane::cli
