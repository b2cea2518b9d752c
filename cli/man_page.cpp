#include "cli/man_page.h"

#include "cli/version.h"

namespace polyplane::cli {
namespace {

/// Text for troff: hyphens that can be copied, backslashes kept, no line taken for a request.
std::string troff(const std::string& text) {
  std::string out;
  for (const char c : text) {
    const bool line_start = out.empty() || out.back() == '\n';
    if (line_start && (c == '.' || c == '\'')) out += "\\&";
    if (c == '-') {
      out += "\\-";
    } else if (c == '\\') {
      out += "\\e";
    } else {
      out += c;
    }
  }
  return out;
}

std::string option_text(const OptionSummary& option) {
  std::string names;
  for (const std::string& name : option.names) names += (names.empty() ? "" : ", ") + name;
  if (!option.value.empty()) names += (names.empty() ? "" : " ") + option.value;
  return ".TP\n.B " + troff(names) + "\n" + troff(option.sentence) + "\n";
}

std::string command_text(const CommandSummary& command) {
  std::string text = ".SS polyplane " + troff(command.name) + "\n" + troff(command.sentence) + ".\n";
  for (const OptionSummary& option : command.options) text += option_text(option);
  return text + ".PP\n.nf\n" + troff(command.examples) + ".fi\n";
}

constexpr const char* kExitCodes[][2] = {
    {"0", "fine"},
    {"1", "it ran but failed, a check fell short, or the output could not be written"},
    {"2", "wrong input or command line"},
    {"3", "a limit on size, count or memory was refused or exceeded"},
    {"4", "a bug in polyplane"},
    {"130, 143", "interrupted by SIGINT or SIGTERM; what was finished is kept"},
};
constexpr const char* kEnvironment[][2] = {
    {"POLYPLANE_CONFIGS", "the directory of the catalogue, in place of the one that was installed"},
    {"POLYPLANE_LOG", "what is said on stderr: debug, info, warn (the default), error or off"},
    {"NO_COLOR", "not empty: no colours"},
};

template <std::size_t kRows>
std::string list_text(const char* const (&rows)[kRows][2]) {
  std::string text;
  for (const auto& row : rows) text += ".TP\n.B " + troff(row[0]) + "\n" + troff(row[1]) + "\n";
  return text;
}

}  // namespace

std::string man_page(const std::vector<CommandSummary>& commands) {
  std::string text = ".TH POLYPLANE 1 \"\" \"polyplane " + std::string(kVersion) + "\" \"User Commands\"\n";
  text += ".SH NAME\npolyplane \\- how long the communication of AI training takes on a cluster, and why\n";
  text += ".SH SYNOPSIS\n.B polyplane\n.I COMMAND\n[options]\n.SH COMMANDS\n";
  for (const CommandSummary& command : commands) text += command_text(command);
  text += ".SH EXIT STATUS\n" + list_text(kExitCodes);
  text += ".SH ENVIRONMENT\n" + list_text(kEnvironment);
  return text;
}

}  // namespace polyplane::cli
