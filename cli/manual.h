#pragma once

#include <CLI/App.hpp>
#include <optional>
#include <string>

namespace weir::cli {

// Texts made of the declaration of commands and options itself, so that none of them can be forgotten. An option whose
// type name lists its values with '|' is completed with these; one that takes anything else is completed with files.

// The manual page weir(1), for man(7).
std::string ManPage(const CLI::App& app, const std::string& version);

// A script that completes commands, options and their values in "bash", "zsh" or "fish"; nothing for another shell.
std::optional<std::string> CompletionScript(const CLI::App& app, const std::string& shell);

}  // namespace weir::cli
