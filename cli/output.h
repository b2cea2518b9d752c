// The only way to stdout and to result files.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace polyplane::cli {

/// The reader of stdout has gone (| head): not an error, the command ends quietly.
struct OutputClosed {};

/// Writes all of `text` to stdout at once. Throws RunError when stdout cannot take it (disk full). When its reader has
/// gone: throws OutputClosed, unless check_outputs() was told of files that the command writes too; then it goes on for
/// those, and what is printed from there on is dropped.
void print(std::string_view text);

/// Writes `path` as base/output_file.h says: a file as a whole or not at all, a pipe or a device as it comes. Throws
/// InputError and RunError as OutputFile does.
void write_file(const std::string& path, std::string_view text, bool overwrite);
/// Several that belong together: none takes its name before all are on disk.
struct TextFile {
  std::string path, text;
};
void write_files(const std::vector<TextFile>& files, bool overwrite);
/// The checks of write_file() alone, for asking before a long run.
void check_writable(const std::string& path, bool overwrite);
/// check_writable() of all files of a command, of which each must be another and none an input: links are followed.
/// What is not a file of `inputs` is passed over (names of the catalog). Throws InputError.
void check_outputs(const std::vector<std::optional<std::string>>& outputs,
                   const std::vector<std::optional<std::string>>& inputs, bool overwrite);

}  // namespace polyplane::cli
