// Opens the files of schedules and traces for the readers of collectives/import.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "collectives/import/importer.h"

namespace polyplane::sim {

/// Of all files of one trace; of one file it is configs::kMaxFileBytes.
inline constexpr std::uint64_t kMaxTraceFilesBytes = std::uint64_t{4} << 30U;

/// The trace `path` as `format`; `options` as "name=value". Where a format has one file a rank, `path` is one file, for
/// rank 0 alone, or the prefix of PREFIX.0.et, PREFIX.1.et, ..., or a directory DIR, which stands for the prefix DIR/rank; a
/// gap in their numbers is an InputError. Options that name files count from the folder of `beside`; "" = the current one.
/// Throws as the readers do, InputError for files that cannot be read, LimitError past 64 MiB a file and 4 GiB in all.
[[nodiscard]] collectives::ImportedProgram read_program(const std::string& format, const std::string& path,
                                                        const std::vector<std::string>& options = {},
                                                        const std::string& beside = "");

/// A schedule, by the ending of its file: .xml is MSCCL XML, .json an execution plan of MSCCL++. Throws likewise.
[[nodiscard]] collectives::ImportedSchedule read_schedule(const std::string& path);

/// What the notes of a reader say, a sentence each: "file:3: ... is not read (and 2 more)", "assumed: ...".
[[nodiscard]] std::vector<std::string> words_of(const ImportNotes& notes, const std::string& file);

}  // namespace polyplane::sim
