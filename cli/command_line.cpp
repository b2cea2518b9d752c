#include "cli/command_line.h"

#include <algorithm>
#include <CLI/CLI.hpp>

#include "base/error.h"
#include "base/suggest.h"
#include "cli/command_summary.h"
#include "cli/commands.h"
#include "cli/version.h"

namespace polyplane::cli {
namespace {

/// One option as CLI11 wants it, by the kind of its target.
struct Binder {
  CLI::App& app;
  const Option& option;

  CLI::Option* operator()(std::string* target) const { return app.add_option(option.names, *target, option.sentence); }
  CLI::Option* operator()(std::optional<std::string>* target) const {
    return app.add_option(option.names, *target, option.sentence);
  }
  CLI::Option* operator()(std::vector<std::string>* target) const {
    CLI::Option* bound = app.add_option(option.names, *target, option.sentence);
    if (!option.is_positional()) bound->allow_extra_args(false);
    return bound;
  }
  CLI::Option* operator()(bool* target) const { return app.add_flag(option.names, *target, option.sentence); }
  CLI::Option* operator()(int* target) const { return app.add_flag(option.names, *target, option.sentence); }
  CLI::Option* operator()(const std::function<void(const std::string&)>& target) const {
    return app.add_option_function<std::string>(option.names, target, option.sentence);
  }
  CLI::Option* operator()(const std::function<void()>& target) const {
    return app.add_flag_callback(option.names, target, option.sentence);
  }
};

std::vector<std::string> option_names(const CLI::App& command) {
  std::vector<std::string> names;
  for (const CLI::Option* option : command.get_options()) {
    for (const std::string& name : option->get_lnames()) names.push_back("--" + name);
    for (const std::string& name : option->get_snames()) names.push_back("-" + name);
  }
  return names;
}

std::string help_hint(const CLI::App& command) {
  const std::string name = command.get_name() == "polyplane" ? "" : " " + command.get_name();
  return "; polyplane" + name + " --help says more";
}

[[noreturn]] void refuse_extra(const CLI::App& command, const std::string& extra) {
  const std::string hint = help_hint(command);
  if (!extra.starts_with('-')) throw InputError("unexpected argument \"" + printable(extra) + "\"" + hint);
  const std::string name = extra.substr(0, extra.find('='));
  const std::vector<std::string> known = option_names(command);
  if (std::find(known.begin(), known.end(), name) != known.end()) {
    throw InputError("option " + name + " belongs after the command: polyplane " + command.get_name() + " " + name);
  }
  std::string meant;
  if (name.starts_with("--")) meant = nearest(name, known);
  throw InputError("unknown option " + printable(name) + (meant.empty() ? "" : "; did you mean " + meant + "?") + hint);
}

/// Not CLI11's required(): that complains before a misspelt option is named.
void refuse_missing(const CLI::App& command) {
  for (const CLI::Option* option : command.get_options()) {
    if (option->get_description().starts_with("required:") && option->count() == 0) {
      throw InputError(option->get_name() + " is missing" + help_hint(command));
    }
  }
}

/// CLI11's parser of some commands.
class Parser {
 public:
  explicit Parser(std::vector<Command> commands) : commands_(std::move(commands)) {
    app_.get_formatter()->column_width(34);
    app_.set_help_flag("-h,--help", "print this help");
    app_.add_flag("--version", version_, "print the version");
    app_.footer("polyplane COMMAND --help says more about a command.\n\n" +
                examples_text("polyplane perf all_reduce --cluster deepseek-v3-2048 -b 1K -e 16G -f 2",
                              "polyplane topo ft3-65536"));
    app_.allow_extras();
    app_.require_subcommand(0, 1);  // what follows a command is never another one: help perf
    for (const Command& command : commands_) add(command);
  }

  /// Throws InputError, with a did-you-mean among the commands that --help lists.
  void check_is_listed(const std::string& name) const {
    std::vector<std::string> names;
    for (const Command& command : commands_) {
      if (command.examples) names.push_back(command.name);
    }
    if (std::find(names.begin(), names.end(), name) == names.end()) {
      throw InputError(unknown_name("command", name, names));
    }
  }

  [[nodiscard]] bool hides(const std::string& name) const {
    return std::any_of(commands_.begin(), commands_.end(),
                       [&](const Command& command) { return command.name == name && !command.examples; });
  }

  [[nodiscard]] std::string help(const std::string& command) const {
    return command.empty() ? app_.help() : app_.get_subcommand(command)->help("polyplane");
  }

  /// Fills the targets of the command that is named first.
  [[nodiscard]] Invocation parse(const std::vector<std::string>& arguments) {
    try {
      app_.parse(std::vector<std::string>(arguments.rbegin(), arguments.rend()));
    } catch (const CLI::CallForHelp&) {
      const std::vector<CLI::App*> chosen = app_.get_subcommands();
      return PrintText{help(chosen.empty() ? "" : chosen.front()->get_name())};
    } catch (const CLI::ParseError& error) { throw InputError(printable(error.what())); }
    if (version_) return PrintText{version_text()};
    const std::vector<CLI::App*> chosen = app_.get_subcommands();
    const CLI::App& app = chosen.empty() ? app_ : *chosen.front();
    const std::vector<std::string> extras = app_.remaining(true);
    if (!extras.empty()) refuse_extra(app, extras.front());
    if (chosen.empty()) throw InputError("no command given" + help_hint(app));
    refuse_missing(app);
    const Command& command = *std::find_if(commands_.begin(), commands_.end(),
                                           [&](const Command& one) { return one.name == app.get_name(); });
    if (command.as_typed != nullptr) {
      *command.as_typed = {"polyplane"};
      command.as_typed->insert(command.as_typed->end(), arguments.begin(), arguments.end());
    }
    return command.run;
  }

 private:
  void add(const Command& command) {
    CLI::App* app = app_.add_subcommand(command.name, command.sentence);
    app->allow_extras();
    if (command.examples) {
      app->footer(examples_text(command.examples->first, command.examples->second));
    } else {
      app->group("");
    }
    for (const Option& option : command.options) {
      CLI::Option* bound = std::visit(Binder{*app, option}, option.target);
      if (!option.value.empty()) bound->type_name(option.value);
      if (!option.heading.empty()) bound->group(option.heading);
    }
  }

  std::vector<Command> commands_;
  CLI::App app_{"polyplane: how long the communication of AI training takes on a cluster, and why", "polyplane"};
  bool version_ = false;
};

}  // namespace

Invocation parse_command_line(const std::vector<std::string>& arguments) {
  Parser parser(commands());
  if (!arguments.empty() && !arguments.front().starts_with('-') && !parser.hides(arguments.front())) {
    parser.check_is_listed(arguments.front());
  }
  return parser.parse(arguments);
}

std::optional<PrintText> fill(const Command& command, const std::vector<std::string>& arguments) {
  std::vector<std::string> words{command.name};
  words.insert(words.end(), arguments.begin(), arguments.end());
  const Invocation invocation = Parser({command}).parse(words);
  if (const auto* text = std::get_if<PrintText>(&invocation)) return *text;
  return std::nullopt;
}

std::string help_text(const std::string& command) {
  const Parser parser(commands());
  if (!command.empty()) parser.check_is_listed(command);
  return parser.help(command);
}

std::string version_text() { return std::string("polyplane ") + kVersion + "\n"; }

}  // namespace polyplane::cli
