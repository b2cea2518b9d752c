#include "collectives/export/exporter.h"

#include "base/error.h"

namespace polyplane::collectives {
namespace {

void check(const std::string& what, std::uint64_t bytes, std::uint64_t most) {
  if (bytes <= most) return;
  throw LimitError(what + " " + std::to_string(bytes) + " bytes; import reads at most " + std::to_string(most) +
                   " (--any-size writes them all the same)");
}

}  // namespace

void ExportLimit::check_file(const std::string& what, std::uint64_t bytes) const { check(what, bytes, file); }
void ExportLimit::check_all(const std::string& what, std::uint64_t bytes) const { check(what, bytes, all); }

Registry<Exporter>& exporters() {
  static Registry<Exporter> registry("format to export");
  return registry;
}

std::vector<ExportFile> export_schedule(const std::string& format, const Schedule& schedule, const std::string& name,
                                        const ExportLimit& limit) {
  const Exporter& exporter = exporters().at(format);
  return exporter.schedule ? exporter.schedule(schedule, name, limit)
                           : exporter.program(program_of(schedule, name), limit);
}

std::vector<ExportFile> export_program(const std::string& format, const Program& program, const ExportLimit& limit) {
  const Exporter& exporter = exporters().at(format);
  if (!exporter.program) throw InputError("format " + format + " has schedules of one collective, no programs");
  return exporter.program(program, limit);
}

}  // namespace polyplane::collectives
