#include "cli/screen/terminal.h"

#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <iostream>

namespace weir::cli {
namespace {

const char* Code(Paint paint) {
  switch (paint) {
    case Paint::Plain: return "";
    case Paint::Bold: return "\033[1m";
    case Paint::Dim: return "\033[2m";
    case Paint::Red: return "\033[31m";
    case Paint::Green: return "\033[32m";
    case Paint::Yellow: return "\033[33m";
    case Paint::Blue: return "\033[34m";
  }
  return "";
}

bool WantsColors() {
  const char* no_color = std::getenv("NO_COLOR");
  return no_color == nullptr || *no_color == '\0';
}

// A dumb terminal cannot move its cursor: it gets what a pipe gets.
Terminal::Kind KindOf(int fd) {
  const char* term = std::getenv("TERM");
  const bool dumb = term == nullptr || std::string_view(term) == "dumb";
  return isatty(fd) == 1 && !dumb ? Terminal::Kind::Tty : Terminal::Kind::Pipe;
}

void Measure(int fd, Terminal& terminal) {
  winsize size{};
  if (ioctl(fd, TIOCGWINSZ, &size) != 0) return;
  if (size.ws_col > 0) terminal.width = size.ws_col;
  if (size.ws_row > 0) terminal.height = size.ws_row;
}

bool BeginsCodePoint(char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U; }

}  // namespace

std::string Terminal::In(Paint paint, std::string_view text, Kind kind) const {
  if (kind == Kind::Pipe || colors == Colors::No || paint == Paint::Plain) return OneLine(text);
  return Code(paint) + OneLine(text) + "\033[0m";
}

Terminal ProcessTerminal() {
  Terminal terminal{std::cout, std::cerr};
  terminal.outKind = KindOf(STDOUT_FILENO);
  terminal.errKind = KindOf(STDERR_FILENO);
  terminal.colors = WantsColors() ? Terminal::Colors::Yes : Terminal::Colors::No;
  for (const int fd : {STDERR_FILENO, STDOUT_FILENO}) Measure(fd, terminal);
  return terminal;
}

Exit Complain(const Terminal& terminal, const Error& error, Exit exit) {
  terminal.err << terminal.OnErr(Paint::Red, "weir: ") << Printable(error.message) << "\n";
  return exit;
}

Exit Delivered(const Terminal& terminal, Exit exit) {
  terminal.out.flush();
  if (terminal.out) return exit;
  return Complain(terminal, {Fault::Exhausted, "DiskFull", "the answer could not be written in full: " + std::string(std::strerror(errno))});
}

std::string Shown(const Json& value, std::string_view key) { return OneLine(Text(value, key)); }

std::size_t Width(std::string_view text) { return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), BeginsCodePoint)); }

std::string Clip(std::string_view text, std::size_t columns) {
  std::size_t end = 0;
  for (std::size_t seen = 0; end < text.size(); ++end)
    if (BeginsCodePoint(text[end]) && seen++ == columns) break;
  return std::string(text.substr(0, end));
}

}  // namespace weir::cli
