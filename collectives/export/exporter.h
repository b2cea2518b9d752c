// The seam for writers of schedules and programs: one file each under collectives/export/, self-registered by format.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "base/registry.h"
#include "collectives/program.h"
#include "collectives/schedule.h"

namespace polyplane::collectives {

struct ExportFile {
  std::string suffix;  // after the name that the user gave: "" or ".3.et", one file a rank
  std::string bytes;
};

/// One of the two is there, or both. They throw InputError for what the format cannot say.
struct Exporter {
  std::vector<std::string> extensions;  // usual endings: "goal"
  /// `name` of the algorithm; words of the whole for a comment.
  std::function<std::vector<ExportFile>(const Schedule&, const std::string& name)> schedule;
  std::function<std::vector<ExportFile>(const Program&)> program;
};

[[nodiscard]] Registry<Exporter>& exporters();  // chakra, goal, goal_binary, msccl_xml

/// Through program_of() where the format has no schedules. Throws InputError for an unknown format.
[[nodiscard]] std::vector<ExportFile> export_schedule(const std::string& format, const Schedule& schedule,
                                                      const std::string& name);
/// Throws InputError for an unknown format and for one that has only schedules.
[[nodiscard]] std::vector<ExportFile> export_program(const std::string& format, const Program& program);

/// The sends and receives of a schedule as a program: actor r is rank r on card r, every message has a tag of its own
/// within its pair, and operations come after what their steps come after. Run without software costs it takes as long.
/// Throws LimitError past 50,000,000 operations.
[[nodiscard]] Program program_of(const Schedule& schedule, const std::string& name);

}  // namespace polyplane::collectives
