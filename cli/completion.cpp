// polyplane completion: scripts for bash, zsh and fish, made from the commands themselves. Options stand in the script;
// names (clusters, algorithms, ...) are asked from polyplane when they are wanted.
#include <string>
#include <vector>

#include "cli/command_summary.h"
#include "cli/commands.h"
#include "cli/completion_names.h"
#include "cli/output.h"
#include "cli/values.h"

namespace polyplane::cli {
namespace {

struct CompletionArguments {
  std::string shell;
};

Command declare(CompletionArguments& completion) {
  Command command{"completion", "prints a completion script for a shell",
                  Examples{"source <(polyplane completion bash)",
                           "polyplane completion fish > ~/.config/fish/completions/polyplane.fish"}};
  command.positional("SHELL", &completion.shell, "required: bash, zsh or fish");
  return command;
}

struct CompleteNamesArguments {
  std::string kind;
};

Command declare_names(CompleteNamesArguments& complete_names) {
  Command command{"__complete", "names for the completion scripts"};
  command.positional("KIND", &complete_names.kind, "");
  return command;
}

bool is_positional(const OptionSummary& option) { return option.names.empty(); }

std::string kind_of(const OptionSummary& option) {
  if (is_positional(option)) return completion_kind(option.value);
  for (const std::string& name : option.names) {
    if (const std::string kind = completion_kind(name); !kind.empty()) return kind;
  }
  return "";
}

std::string option_words(const CommandSummary& command) {
  std::string words;
  for (const OptionSummary& option : command.options) {
    for (const std::string& name : option.names) words += (words.empty() ? "" : " ") + name;
  }
  return words;
}

std::string command_words() {
  std::string words;
  for (const CommandSummary& command : command_summaries()) words += (words.empty() ? "" : " ") + command.name;
  return words;
}

std::string positional_kind(const CommandSummary& command) {
  for (const OptionSummary& option : command.options) {
    if (is_positional(option)) return kind_of(option);
  }
  return "";
}

/// Lines of a shell `case` that set `kind` from the option before the cursor.
std::string kind_cases() {
  std::string cases;
  for (const CommandSummary& command : command_summaries()) {
    for (const OptionSummary& option : command.options) {
      const std::string kind = kind_of(option);
      if (kind.empty() || is_positional(option)) continue;
      std::string pattern;
      for (const std::string& name : option.names) pattern += (pattern.empty() ? "" : "|") + name;
      const std::string line = "    " + pattern + ") kind=" + kind + " ;;\n";
      if (cases.find(line) == std::string::npos) cases += line;
    }
  }
  return cases;
}

/// Lines of a shell `case` that set `options` and, for the first argument, `kind`.
std::string command_cases() {
  std::string cases;
  for (const CommandSummary& command : command_summaries()) {
    cases += "    " + command.name + ") options=\"" + option_words(command) + "\"; first=\"" +
             positional_kind(command) + "\" ;;\n";
  }
  return cases;
}

std::string bash_script() {
  return "# bash completion of polyplane; use: source <(polyplane completion bash)\n"
         "_polyplane() {\n"
         "  local word=\"${COMP_WORDS[COMP_CWORD]}\" before=\"${COMP_WORDS[COMP_CWORD-1]}\" kind=\"\" first=\"\" "
         "options=\"\"\n"
         "  if [ \"$COMP_CWORD\" -eq 1 ]; then\n"
         "    COMPREPLY=($(compgen -W \"" +
         command_words() +
         " --help --version\" -- \"$word\"))\n"
         "    return\n"
         "  fi\n"
         "  case \"$before\" in\n" +
         kind_cases() +
         "  esac\n"
         "  case \"${COMP_WORDS[1]}\" in\n" +
         command_cases() +
         "  esac\n"
         "  if [ -z \"$kind\" ] && [ \"$COMP_CWORD\" -eq 2 ]; then kind=\"$first\"; fi\n"
         "  case \"$word\" in\n"
         "    -*) COMPREPLY=($(compgen -W \"$options\" -- \"$word\")) ;;\n"
         "    *) if [ -n \"$kind\" ]; then\n"
         "         COMPREPLY=($(compgen -W \"$(polyplane __complete \"$kind\" 2>/dev/null)\" -- \"$word\"))\n"
         "       else\n"
         "         COMPREPLY=($(compgen -f -- \"$word\"))\n"
         "       fi ;;\n"
         "  esac\n"
         "}\n"
         "complete -F _polyplane polyplane\n";
}

std::string zsh_script() {
  return "#compdef polyplane\n"
         "# zsh completion of polyplane; use: source <(polyplane completion zsh), or save it as _polyplane in $fpath\n"
         "_polyplane() {\n"
         "  local before=\"${words[CURRENT-1]}\" kind=\"\" first=\"\" options=\"\"\n"
         "  if (( CURRENT == 2 )); then\n"
         "    compadd -- " +
         command_words() +
         " --help --version\n"
         "    return\n"
         "  fi\n"
         "  case \"$before\" in\n" +
         kind_cases() +
         "  esac\n"
         "  case \"${words[2]}\" in\n" +
         command_cases() +
         "  esac\n"
         "  if [[ -z \"$kind\" ]] && (( CURRENT == 3 )); then kind=\"$first\"; fi\n"
         "  if [[ \"$PREFIX\" == -* ]]; then\n"
         "    compadd -- ${=options}\n"
         "  elif [[ -n \"$kind\" ]]; then\n"
         "    compadd -- ${(f)\"$(polyplane __complete \"$kind\" 2>/dev/null)\"}\n"
         "  else\n"
         "    _files\n"
         "  fi\n"
         "}\n"
         "if [[ \"${funcstack[1]}\" == _polyplane ]]; then _polyplane \"$@\"; else compdef _polyplane polyplane; fi\n";
}

std::string single_quoted(const std::string& text) {
  std::string quoted = "'";
  for (const char c : text) quoted += c == '\'' || c == '\\' ? std::string("\\") + c : std::string(1, c);
  return quoted + "'";
}

std::string fish_script() {
  std::string text = "# fish completion of polyplane; save it as ~/.config/fish/completions/polyplane.fish\n";
  for (const CommandSummary& command : command_summaries()) {
    text += "complete -c polyplane -f -n __fish_use_subcommand -a " + command.name + " -d " +
            single_quoted(command.sentence) + "\n";
    const std::string here = "complete -c polyplane -n '__fish_seen_subcommand_from " + command.name + "'";
    for (const OptionSummary& option : command.options) {
      const std::string kind = kind_of(option);
      std::string line = here;
      for (const std::string& name : option.names) {
        line += name.starts_with("--") ? " -l " + name.substr(2) : " -s " + name.substr(1);
      }
      if (!is_positional(option) && !option.value.empty()) line += " -r";
      if (!kind.empty()) line += " -f -a '(polyplane __complete " + kind + ")'";
      if (is_positional(option) && kind.empty()) continue;
      text += line + " -d " + single_quoted(option.sentence) + "\n";
    }
  }
  return text;
}

int run_completion(const CompletionArguments& arguments) {
  const std::string shell = one_of("SHELL", arguments.shell, {"bash", "zsh", "fish"});
  print(shell == "bash" ? bash_script() : shell == "zsh" ? zsh_script() : fish_script());
  return 0;
}

int run_complete_names(const CompleteNamesArguments& arguments) {
  std::string text;
  for (const std::string& name : completion_names(arguments.kind)) text += name + "\n";
  print(text);
  return 0;
}

}  // namespace

Command completion_command() { return make_command(declare, run_completion); }
Command complete_names_command() { return make_command(declare_names, run_complete_names); }

}  // namespace polyplane::cli
