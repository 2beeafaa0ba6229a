#include "cli/manual.h"

#include <algorithm>
#include <sstream>
#include <vector>

#include "crds/base/shell_word.h"
#include "crds/base/text.h"

namespace weir::cli {
namespace {

using Options = std::vector<const CLI::Option*>;

std::vector<const CLI::App*> CommandsOf(const CLI::App& app) {
  return app.get_subcommands([](const CLI::App*) { return true; });
}

Options OptionsOf(const CLI::App& app) {
  Options options = app.get_options([](const CLI::Option* option) { return option->nonpositional(); });
  return options;
}

Options PositionalsOf(const CLI::App& app) {
  return app.get_options([](const CLI::Option* option) { return option->get_positional(); });
}

bool TakesValue(const CLI::Option& option) { return option.get_items_expected_max() > 0; }

// "-o" and "--output"
std::vector<std::string> FlagsOf(const CLI::Option& option) {
  std::vector<std::string> flags;
  for (const std::string& name : option.get_snames()) flags.push_back("-" + name);
  for (const std::string& name : option.get_lnames()) flags.push_back("--" + name);
  return flags;
}

// Of "table|json|yaml"; none where the type name is one word.
std::vector<std::string> ValuesOf(const CLI::Option& option) {
  std::vector<std::string> values;
  std::istringstream list(option.get_type_name());
  for (std::string value; std::getline(list, value, '|');) values.push_back(value);
  return values.size() > 1 ? values : std::vector<std::string>();
}

std::string Replaced(std::string text, const std::string& from, const std::string& to) {
  for (std::size_t at = 0; (at = text.find(from, at)) != std::string::npos; at += to.size()) text.replace(at, from.size(), to);
  return text;
}

// --- man(7)

// Text of a line: a backslash, a hyphen and a dot at its start mean something to roff.
std::string Roff(const std::string& text) {
  std::istringstream lines(Replaced(Replaced(text, "\\", "\\e"), "-", "\\-"));
  std::string out;
  for (std::string line; std::getline(lines, line);)
    out += (out.empty() ? "" : "\n") + std::string(line.starts_with('.') || line.starts_with('\'') ? "\\&" : "") + line;
  return out;
}

void AppendOption(std::string& out, const CLI::Option& option) {
  std::vector<std::string> flags = FlagsOf(option);
  for (std::string& flag : flags) flag = "\\fB" + Roff(flag) + "\\fR";
  if (flags.empty()) flags.push_back("\\fI" + Roff(option.get_name()) + "\\fR");
  std::string title = Joined(flags, ", ");
  if (TakesValue(option) && option.nonpositional()) title += " \\fI" + Roff(option.get_type_name()) + "\\fR";
  if (!option.get_default_str().empty()) title += " (" + Roff(option.get_default_str()) + ")";
  out += ".TP\n" + title + "\n" + Roff(option.get_description()) + "\n";
}

void AppendCommand(std::string& out, const CLI::App& command) {
  std::string synopsis = "weir " + command.get_name() + " [options]";
  for (const CLI::Option* option : PositionalsOf(command)) synopsis += (option->get_required() ? " " + option->get_name() : " [" + option->get_name() + "]");
  out += ".SS " + Roff(synopsis) + "\n" + Roff(command.get_description()) + ".\n";
  for (const CLI::Option* option : PositionalsOf(command)) AppendOption(out, *option);
  for (const CLI::Option* option : OptionsOf(command)) AppendOption(out, *option);
  if (!command.get_footer().empty()) out += ".PP\n.nf\n" + Roff(command.get_footer()) + "\n.fi\n";
}

// --- shells

std::string WordsOf(const CLI::App& app) {
  std::vector<std::string> words;
  for (const CLI::App* command : CommandsOf(app)) words.push_back(command->get_name());
  for (const CLI::Option* option : OptionsOf(app))
    for (const std::string& flag : FlagsOf(*option)) words.push_back(flag);
  return Joined(words, " ");
}

// What follows an option, in bash.
void AppendBashValues(std::string& out, const CLI::App& command) {
  for (const CLI::Option* option : OptionsOf(command)) {
    if (!TakesValue(*option)) continue;
    std::vector<std::string> patterns;
    for (const std::string& flag : FlagsOf(*option)) patterns.push_back(command.get_name() + ":" + flag);
    out += "    " + Joined(patterns, "|") + ") COMPREPLY=($(compgen -W " + ShellQuoted(Joined(ValuesOf(*option), " ")) + " -- \"$word\")); return ;;\n";
  }
}

// The options that a value follows, as "query:--limit".
std::string WithValues(const CLI::App& app) {
  std::vector<std::string> patterns;
  for (const CLI::App* command : CommandsOf(app))
    for (const CLI::Option* option : OptionsOf(*command))
      if (TakesValue(*option))
        for (const std::string& flag : FlagsOf(*option)) patterns.push_back(command->get_name() + ":" + flag);
  return Joined(patterns, "|");
}

// Bash makes words of their own of "=" and of what is around it. A value of an option is no positional.
std::string Bash(const CLI::App& app) {
  std::string out =
      "# bash completion for weir: source <(weir completion bash)\n_weir() {\n"
      "  local word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD-1]} command= place=0 i\n"
      "  COMPREPLY=()\n"
      "  if [[ $before == '=' ]]; then before=${COMP_WORDS[COMP_CWORD-2]}; elif [[ $word == '=' ]]; then word=; fi\n"
      "  for ((i = 1; i < COMP_CWORD; i++)); do\n"
      "    case ${COMP_WORDS[i]} in\n      =) ((i++)) ;;\n      -*)\n        case $command:${COMP_WORDS[i]} in\n          " +
      WithValues(app) +
      ") [[ ${COMP_WORDS[i+1]} == '=' ]] || ((i++)) ;;\n        esac ;;\n"
      "      *) if [[ -z $command ]]; then command=${COMP_WORDS[i]}; else ((place++)); fi ;;\n    esac\n  done\n"
      "  case $command:$before in\n";
  for (const CLI::App* command : CommandsOf(app)) AppendBashValues(out, *command);
  out += "  esac\n  if [[ -z $command ]]; then\n    COMPREPLY=($(compgen -W " + ShellQuoted(WordsOf(app)) +
         " -- \"$word\"))\n    return\n  fi\n  case $command:$word in\n";
  for (const CLI::App* command : CommandsOf(app))
    out += "    " + command->get_name() + ":-*) COMPREPLY=($(compgen -W " + ShellQuoted(WordsOf(*command)) + " -- \"$word\")); return ;;\n";
  out += "  esac\n  case $command:$place in\n";
  for (const CLI::App* command : CommandsOf(app)) {
    const Options positionals = PositionalsOf(*command);
    for (std::size_t i = 0; i < positionals.size(); ++i)
      if (const auto values = ValuesOf(*positionals[i]); !values.empty())
        out +=
            "    " + command->get_name() + ":" + std::to_string(i) + ") COMPREPLY=($(compgen -W " + ShellQuoted(Joined(values, " ")) + " -- \"$word\")) ;;\n";
  }
  return out + "  esac\n}\ncomplete -o default -F _weir weir kubectl-weir\n";
}

// A description in zsh's own quoting: brackets and colons end it.
std::string ZshText(const std::string& text) { return Replaced(Replaced(Replaced(text, "[", "("), "]", ")"), ":", "\\:"); }

std::string ZshAction(const CLI::Option& option) {
  const auto values = ValuesOf(option);
  const std::string what = option.get_type_name().empty() ? option.get_name() : option.get_type_name();
  return ":" + ZshText(what) + ":" + (values.empty() ? "_files" : "(" + Joined(values, " ") + ")");
}

std::string Zsh(const CLI::App& app) {
  std::string out =
      "#compdef weir kubectl-weir\n# zsh completion: source <(weir completion zsh), or a file _weir in a folder of $fpath\n_weir() {\n  local -a commands\n  "
      "commands=(\n";
  for (const CLI::App* command : CommandsOf(app)) out += "    " + ShellQuoted(command->get_name() + ":" + ZshText(command->get_description())) + "\n";
  out +=
      "  )\n  if (( CURRENT == 2 )); then\n    _describe command commands\n    return\n  fi\n  local command=${words[2]}\n  shift words\n  (( CURRENT-- ))\n  "
      "case $command in\n";
  for (const CLI::App* command : CommandsOf(app)) {
    out += "    " + command->get_name() + ")\n      _arguments";
    for (const CLI::Option* option : OptionsOf(*command))
      for (const std::string& flag : FlagsOf(*option))
        out += " \\\n        " + ShellQuoted(flag + "[" + ZshText(option->get_description()) + "]" + (TakesValue(*option) ? ZshAction(*option) : ""));
    for (const CLI::Option* option : PositionalsOf(*command))
      out += " \\\n        " + ShellQuoted((option->get_items_expected_max() > 1 ? "*" : option->get_required() ? "" : ":") + ZshAction(*option));
    out += " ;;\n";
  }
  return out + "  esac\n}\nif [ \"$funcstack[1]\" = _weir ]; then _weir \"$@\"; else compdef _weir weir kubectl-weir; fi\n";
}

std::string FishText(const std::string& text) { return "'" + Replaced(Replaced(text, "\\", "\\\\"), "'", "\\'") + "'"; }

std::string Fish(const CLI::App& app) {
  std::string out = "# fish completion: weir completion fish | source\ncomplete -c weir -n __fish_use_subcommand -f\n";
  for (const CLI::App* command : CommandsOf(app)) {
    const std::string begin = "complete -c weir -n '__fish_seen_subcommand_from " + command->get_name() + "'";
    out += "complete -c weir -n __fish_use_subcommand -f -a " + command->get_name() + " -d " + FishText(command->get_description()) + "\n";
    for (const CLI::Option* option : PositionalsOf(*command))
      if (const auto values = ValuesOf(*option); !values.empty()) out += begin + " -f -a " + FishText(Joined(values, " ")) + "\n";
    for (const CLI::Option* option : OptionsOf(*command)) {
      out += begin;
      for (const std::string& name : option->get_snames()) out += " -s " + name;
      for (const std::string& name : option->get_lnames()) out += " -l " + name;
      if (TakesValue(*option)) out += ValuesOf(*option).empty() ? " -r" : " -x -a " + FishText(Joined(ValuesOf(*option), " "));
      out += " -d " + FishText(option->get_description()) + "\n";
    }
  }
  return out;
}

}  // namespace

std::string ManPage(const CLI::App& app, const std::string& version) {
  const std::string& description = app.get_description();
  std::string out = ".TH WEIR 1 \"\" \"weir " + version + "\" \"Weirkeeper\"\n.SH NAME\nweir \\- " + Roff(description.substr(description.find(": ") + 2)) +
                    "\n.SH SYNOPSIS\n.B weir\n.I command\n[options]\n.SH OPTIONS\n";
  for (const CLI::Option* option : OptionsOf(app)) AppendOption(out, *option);
  out += ".SH COMMANDS\n";
  for (const CLI::App* command : CommandsOf(app)) AppendCommand(out, *command);
  return out + ".SH ENVIRONMENT AND EXIT CODES\n.nf\n" + Roff(app.get_footer()) + "\n.fi\n";
}

std::optional<std::string> CompletionScript(const CLI::App& app, const std::string& shell) {
  if (shell == "bash") return Bash(app);
  if (shell == "zsh") return Zsh(app);
  if (shell == "fish") return Fish(app);
  return std::nullopt;
}

}  // namespace weir::cli
