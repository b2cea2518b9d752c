// The commands as --help lists them, for completion scripts and the man page.
#pragma once

#include <string>
#include <vector>

namespace polyplane::cli {

struct OptionSummary {
  std::vector<std::string> names;  // "-b", "--min-bytes"; empty for a positional argument
  std::string value;               // "" for a flag, else what is expected: "SIZE", "CLUSTER"
  std::string sentence;
};
struct CommandSummary {
  std::string name, sentence, examples;
  std::vector<OptionSummary> options;  // --help among them
};
/// In the order of --help.
[[nodiscard]] std::vector<CommandSummary> command_summaries();

/// The end of a page of --help.
[[nodiscard]] std::string examples_text(const std::string& first, const std::string& second);

}  // namespace polyplane::cli
