// The seam for readers of schedules and traces: one file each under collectives/import/, self-registered by format. A
// reader turns bytes into a Program, or into a schedule of one collective. It sees these bytes and its options alone:
// no other file, no clock, no environment; sim/read_imports.h opens files.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/import_notes.h"
#include "base/options.h"
#include "base/registry.h"
#include "collectives/program.h"
#include "collectives/schedule.h"

namespace polyplane::collectives {

struct ImportFile {
  std::string name;   // how messages call it
  std::string bytes;  // any at all
};

struct ImportInput {
  const std::vector<ImportFile>& files;             // at least one; where each rank has its own, by rank
  const std::map<std::string, ImportFile>& beside;  // of each option in `file_options` that is given
  const Options& options;
};

/// What every reader has. `read` throws InputError "file:line: field: ..." for what is wrong, LimitError for what is
/// too large or nested too deeply; it ends, in memory proportional to the bytes and to the limits below, for all bytes.
template <class Result>
struct ImporterOf {
  std::vector<std::string> extensions;    // usual endings of such files, for help: "goal"
  std::vector<OptionSpec> options;        // what the format does not say
  std::vector<std::string> file_options;  // those of `options` whose value names a file
  /// "" or the ending of the files of a trace that has one a rank: PREFIX then stands for PREFIX.0.et, PREFIX.1.et, ...
  std::string file_of_each_rank;
  std::function<Result(const ImportInput&)> read;
};

struct ImportedProgram {
  Program
      program;  // actor i is rank i; unless a reader says otherwise in its header, one card each, numbered as they are
  ImportNotes notes;
};

/// A schedule that a file gives for one collective among so many ranks, whatever the size.
struct ImportedSchedule {
  std::string name;
  CollectiveKind kind = CollectiveKind::all_reduce;
  std::uint32_t ranks = 0;
  std::string protocol;                 // that the file asks for; "" none
  std::optional<Bytes> smallest, most;  // sizes that it is meant for
  ImportNotes notes;
  /// REQUIRES: a contract of this kind and this number of ranks. Throws InputError for what the file cannot do with it
  /// (a root). Says nothing of correctness: verify() does.
  std::function<std::unique_ptr<Schedule>(const Collective&)> make;
};

using ProgramImporter = ImporterOf<ImportedProgram>;
using ScheduleImporter = ImporterOf<ImportedSchedule>;

[[nodiscard]] Registry<ProgramImporter>& program_importers();    // chakra, goal, goal_binary, simai_workload
[[nodiscard]] Registry<ScheduleImporter>& schedule_importers();  // msccl_xml, mscclpp_json

/// Reads as `format`. `options` are "name=value" of that reader. Throws as `read` does, and InputError for an unknown
/// format and for what is no program (program_check.h: messages without their other end, circles), OptionError for a
/// wrong option.
[[nodiscard]] ImportedProgram import_program(const std::string& format, const std::vector<ImportFile>& files,
                                             const std::vector<std::string>& options = {},
                                             const std::map<std::string, ImportFile>& beside = {});
[[nodiscard]] ImportedSchedule import_schedule(const std::string& format, const ImportFile& file,
                                               const std::vector<std::string>& options = {});

#ifdef FUZZING_BUILD_MODE_UNSAFE_FOR_PRODUCTION  // the preset "fuzz": no time for what is merely large
inline constexpr std::size_t kMaxImportedRanks = 64, kMaxImportedOperations = 20'000;
inline constexpr std::size_t kMaxImportedPlaces = 200'000;
#else
inline constexpr std::size_t kMaxImportedRanks = 100'000, kMaxImportedOperations = 50'000'000;  // of all ranks
inline constexpr std::size_t kMaxImportedPlaces = 100'000'000;  // chunks and scratch of all ranks of a schedule
#endif
inline constexpr std::int64_t kMaxImportedBytes = std::int64_t{1} << 50;  // of one message or collective

}  // namespace polyplane::collectives
