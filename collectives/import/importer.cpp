#include "collectives/import/importer.h"

#include <algorithm>

#include "base/check.h"
#include "base/error.h"
#include "base/suggest.h"
#include "collectives/program_check.h"

namespace polyplane::collectives {

Registry<ProgramImporter>& program_importers() {
  static Registry<ProgramImporter> registry("format of traces");
  return registry;
}

Registry<ScheduleImporter>& schedule_importers() {
  static Registry<ScheduleImporter> registry("format of schedules");
  return registry;
}

ImportedProgram import_program(const std::string& format, const std::vector<ImportFile>& files,
                               const std::vector<std::string>& options,
                               const std::map<std::string, ImportFile>& beside) {
  CHECK(!files.empty(), "a trace without a file");
  const ProgramImporter& importer = program_importers().at(format);
  const Options parsed = Options::parse(format, importer.options, options);
  ImportedProgram imported = importer.read({files, beside, parsed});
  std::uint32_t cards = 0;
  for (const Actor& actor : imported.program.actors) {
    for (const std::uint32_t card : actor.cards) cards = std::max(cards, card + 1);
  }
  try {
    check_program(imported.program, cards);
  } catch (const InputError& error) { throw InputError(printable(files.front().name) + ": " + error.what()); }
  return imported;
}

ImportedSchedule import_schedule(const std::string& format, const ImportFile& file,
                                 const std::vector<std::string>& options) {
  const ScheduleImporter& importer = schedule_importers().at(format);
  const std::vector<ImportFile> files{file};
  const std::map<std::string, ImportFile> beside;
  const Options parsed = Options::parse(format, importer.options, options);
  return importer.read({files, beside, parsed});
}

}  // namespace polyplane::collectives
