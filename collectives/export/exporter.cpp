#include "collectives/export/exporter.h"

#include "base/error.h"

namespace polyplane::collectives {

Registry<Exporter>& exporters() {
  static Registry<Exporter> registry("format to export");
  return registry;
}

std::vector<ExportFile> export_schedule(const std::string& format, const Schedule& schedule, const std::string& name) {
  const Exporter& exporter = exporters().at(format);
  return exporter.schedule ? exporter.schedule(schedule, name) : exporter.program(program_of(schedule, name));
}

std::vector<ExportFile> export_program(const std::string& format, const Program& program) {
  const Exporter& exporter = exporters().at(format);
  if (!exporter.program) throw InputError("format " + format + " has schedules of one collective, no programs");
  return exporter.program(program);
}

}  // namespace polyplane::collectives
