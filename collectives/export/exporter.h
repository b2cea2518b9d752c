// The seam for writers of schedules and programs: one file each under collectives/export/, self-registered by format.
#pragma once

#include <cstdint>
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

/// Most bytes of one file, and of all files of one export. Checked before anything is written to a disk.
struct ExportLimit {
  std::uint64_t file = UINT64_MAX, all = UINT64_MAX;
  /// `what` ends before the number: "the file would have". Throw LimitError.
  void check_file(const std::string& what, std::uint64_t bytes) const;
  void check_all(const std::string& what, std::uint64_t bytes) const;
};

/// One of the two is there, or both. They throw InputError for what the format cannot say, LimitError past the limit:
/// where a format has one file, its size is counted before it is made.
struct Exporter {
  std::vector<std::string> extensions;  // usual endings: "goal"
  /// `name` of the algorithm; words of the whole for a comment.
  std::function<std::vector<ExportFile>(const Schedule&, const std::string& name, const ExportLimit&)> schedule;
  std::function<std::vector<ExportFile>(const Program&, const ExportLimit&)> program;
};

[[nodiscard]] Registry<Exporter>& exporters();  // chakra, goal, goal_binary, msccl_xml, simai_workload

/// Through program_of() where the format has no schedules. Throws InputError for an unknown format, LimitError
/// past `limit`.
[[nodiscard]] std::vector<ExportFile> export_schedule(const std::string& format, const Schedule& schedule,
                                                      const std::string& name, const ExportLimit& limit = {});
/// Throws InputError for an unknown format and for one that has only schedules, LimitError past `limit`.
[[nodiscard]] std::vector<ExportFile> export_program(const std::string& format, const Program& program,
                                                     const ExportLimit& limit = {});

/// The sends and receives of a schedule as a program: actor r is rank r on card r, every message has a tag of its own
/// within its pair, and operations come after what their steps come after. Run without software costs it takes as long.
/// Throws LimitError past 50,000,000 operations.
[[nodiscard]] Program program_of(const Schedule& schedule, const std::string& name);

}  // namespace polyplane::collectives
