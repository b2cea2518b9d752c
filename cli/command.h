// A subcommand as plain data: what it is called, what it takes, where the values go, what it does. Each one stands in a
// file of its own (cli/NAME.cpp); CLI11, which reads words into it, stays in command_line.cpp.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace polyplane::cli {

/// An option, a flag or a positional argument. Values arrive as they were typed: what a text means (sizes, counts,
/// names) is decided by the command.
struct Option {
  /// Not owned, and written while the command line is read. A list takes one value each time its option is given, or
  /// all that stand in its position; a bool is a flag, an int counts how often its flag is given; the functions are
  /// called for each value, and for each time a flag is given.
  using Target = std::variant<std::string*, std::optional<std::string>*, std::vector<std::string>*, bool*, int*,
                              std::function<void(const std::string&)>, std::function<void()>>;

  std::string names;     // "-b,--min-bytes"; "CLUSTER" is a positional argument
  std::string value;     // what is expected, in --help: "SIZE"; "" for flags and positional arguments
  std::string sentence;  // in --help; "required: ...": the command is refused without it
  std::string heading;   // over it in --help; "": "Options"
  Target target;

  [[nodiscard]] bool is_positional() const { return !names.starts_with('-'); }
};

/// Adds options under one heading of --help. Not to outlive the list.
class OptionGroup {
 public:
  OptionGroup(std::vector<Option>& options, std::string heading) : options_(options), heading_(std::move(heading)) {}

  void option(std::string names, Option::Target target, std::string value, std::string sentence) const {
    options_.push_back({std::move(names), std::move(value), std::move(sentence), heading_, std::move(target)});
  }
  void flag(std::string names, Option::Target target, std::string sentence) const {
    option(std::move(names), std::move(target), "", std::move(sentence));
  }

 private:
  std::vector<Option>& options_;
  std::string heading_;
};

struct Examples {
  std::string first, second;
};

/// `run` is called when all targets are filled; it prints to stdout, returns an exit code, and leaves by the exceptions
/// of base/error.h.
struct Command {
  std::string name, sentence;
  std::optional<Examples> examples = {};  // without them --help does not list the command
  std::vector<Option> options = {};       // in the order of --help
  std::function<int()> run = {};
  std::vector<std::string>* as_typed = nullptr;  // gets the whole command line, the program first; not owned

  [[nodiscard]] OptionGroup group(std::string heading) { return {options, std::move(heading)}; }
  void option(std::string names, Option::Target target, std::string value, std::string says) {
    group("").option(std::move(names), std::move(target), std::move(value), std::move(says));
  }
  void flag(std::string names, Option::Target target, std::string says) {
    group("").flag(std::move(names), std::move(target), std::move(says));
  }
  void positional(std::string names, Option::Target target, std::string says) {
    group("").flag(std::move(names), std::move(target), std::move(says));
  }
};

/// A command that owns the values it is bound to.
template <typename Arguments>
[[nodiscard]] Command make_command(Command (*declare)(Arguments&), int (*run)(const Arguments&)) {
  const auto arguments = std::make_shared<Arguments>();
  Command command = declare(*arguments);
  command.run = [arguments, run] { return run(*arguments); };
  return command;
}

}  // namespace polyplane::cli
