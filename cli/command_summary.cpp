#include "cli/command_summary.h"

#include <algorithm>

#include "cli/commands.h"

namespace polyplane::cli {
namespace {

/// Short ones first.
std::vector<std::string> split_names(const std::string& list) {
  std::vector<std::string> names;
  for (std::size_t begin = 0; begin <= list.size();) {
    const std::size_t end = std::min(list.find(',', begin), list.size());
    names.push_back(list.substr(begin, end - begin));
    begin = end + 1;
  }
  std::ranges::stable_partition(names, [](const std::string& name) { return !name.starts_with("--"); });
  return names;
}

OptionSummary summary_of(const Option& option) {
  if (option.is_positional()) return {{}, option.names, option.sentence};
  return {split_names(option.names), option.value, option.sentence};
}

}  // namespace

std::vector<CommandSummary> command_summaries() {
  std::vector<CommandSummary> summaries;
  for (const Command& command : commands()) {
    if (!command.examples) continue;
    CommandSummary summary{command.name,
                           command.sentence,
                           examples_text(command.examples->first, command.examples->second),
                           {{{"-h", "--help"}, "", "print this help"}}};
    for (const Option& option : command.options) summary.options.push_back(summary_of(option));
    summaries.push_back(std::move(summary));
  }
  return summaries;
}

std::string examples_text(const std::string& first, const std::string& second) {
  return "Examples:\n  " + first + "\n  " + second + "\n";
}

}  // namespace polyplane::cli
