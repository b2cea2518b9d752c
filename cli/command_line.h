// From the words of the command line to a command with its values.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "cli/command.h"

namespace polyplane::cli {

/// Text for stdout, and nothing else to do: --help, --version.
struct PrintText {
  std::string text;
};

/// What was asked for: a text, or the run of a command (see Command::run).
using Invocation = std::variant<PrintText, std::function<int()>>;

/// `arguments` without the program's name. Throws InputError: unknown command or option (did-you-mean), missing or
/// extra values, nothing given.
[[nodiscard]] Invocation parse_command_line(const std::vector<std::string>& arguments);

/// Fills what `command` is bound to from the words behind its name; with --help among them, the text that is to be
/// printed instead. Throws InputError, as parse_command_line().
[[nodiscard]] std::optional<PrintText> fill(const Command& command, const std::vector<std::string>& arguments);

/// What --help prints for a command, or for "" without one. Throws InputError: an unknown command (did-you-mean).
[[nodiscard]] std::string help_text(const std::string& command);

/// What --version prints.
[[nodiscard]] std::string version_text();

}  // namespace polyplane::cli
