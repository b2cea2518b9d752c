// The only way to stdout and to result files.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace polyplane::cli {

/// The reader of stdout has gone (| head): not an error, the command ends quietly.
struct OutputClosed {};

/// Writes all of `text` to stdout at once. Throws OutputClosed, or RunError when stdout cannot take it (disk full).
void print(std::string_view text);

/// Writes `path` as a whole or not at all: to a temporary file beside it, then renamed. Throws InputError when `path`
/// exists and `overwrite` is false or its directory does not, RunError when writing fails.
void write_file(const std::string& path, std::string_view text, bool overwrite);
/// The checks of write_file() alone, for asking before a long run.
void check_writable(const std::string& path, bool overwrite);
/// check_writable() of all files of a command, of which each must be another and none an input: links are followed.
/// What is not a file of `inputs` is passed over (names of the catalog). Throws InputError.
void check_outputs(const std::vector<std::optional<std::string>>& outputs,
                   const std::vector<std::optional<std::string>>& inputs, bool overwrite);

}  // namespace polyplane::cli
