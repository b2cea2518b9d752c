#include "cli/record.h"

#include <iostream>

#include "base/suggest.h"
#include "cli/output.h"
#include "cli/version.h"

namespace polyplane::cli {

void add_record(Command& command, RecordArguments& record) {
  command.group("Output").option("--record", &record.file, "FILE", "all that `polyplane report FILE` shows, in FILE");
  command.as_typed = &record.command_line;
}

std::unique_ptr<sim::Recorder> recorder_of(const RecordArguments& arguments, const std::string& name) {
  if (!arguments.file) return nullptr;
  return std::make_unique<sim::Recorder>(sim::RecordedCommand{name, kVersion, arguments.command_line});
}

void write_recording(const RecordArguments& arguments, const std::string& bytes, bool overwrite, bool quiet) {
  write_file(*arguments.file, bytes, overwrite);
  if (quiet) return;
  std::cerr << "# recording: polyplane report " << printable(*arguments.file) << " -o report.html\n";
}

}  // namespace polyplane::cli
