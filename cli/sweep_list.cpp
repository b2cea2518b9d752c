#include "cli/sweep_list.h"

#include <algorithm>

namespace polyplane::cli {

std::string shell_word(const std::string& text) {
  constexpr std::string_view kPlain = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-./=:,+%@";
  if (!text.empty() && text.find_first_not_of(kPlain) == std::string::npos) return text;
  std::string word = "'";
  for (const char c : text) word += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return word + "'";
}

std::string sweep_list(const SweepArguments& arguments, std::size_t points) {
  std::string command = "polyplane sweep " + shell_word(arguments.experiment);
  for (const std::string& vary : arguments.vary) command += " --vary " + shell_word(vary);
  if (arguments.prices) command += " --prices " + shell_word(*arguments.prices);
  if (arguments.max_memory) command += " --max-memory " + shell_word(*arguments.max_memory);
  const std::string store = arguments.store.value_or("sweep.store");
  std::string text;
  for (std::size_t i = 0; i < points; ++i) {
    text += command + " -q --jobs 1 --shard " + std::to_string(i) + "/" + std::to_string(points) + " --store " +
            shell_word(store + "." + std::to_string(i)) + "\n";
  }
  return text;
}

}  // namespace polyplane::cli
