#include "cli/terminal.h"

#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
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
  const char* term = std::getenv("TERM");
  return (no_color == nullptr || *no_color == '\0') && term != nullptr && std::string_view(term) != "dumb";
}

Terminal::Kind KindOf(int fd) { return isatty(fd) == 1 ? Terminal::Kind::Tty : Terminal::Kind::Pipe; }

int WidthOf(int fd) {
  constexpr int kOtherwise = 100;
  winsize size{};
  return ioctl(fd, TIOCGWINSZ, &size) == 0 && size.ws_col > 20 ? size.ws_col : kOtherwise;
}

}  // namespace

std::string Terminal::In(Paint paint, std::string_view text, Kind kind) const {
  if (kind == Kind::Pipe || colors == Colors::No || paint == Paint::Plain) return std::string(text);
  return Code(paint) + std::string(text) + "\033[0m";
}

Terminal ProcessTerminal() {
  Terminal terminal{std::cout, std::cerr};
  terminal.outKind = KindOf(STDOUT_FILENO);
  terminal.errKind = KindOf(STDERR_FILENO);
  terminal.colors = WantsColors() ? Terminal::Colors::Yes : Terminal::Colors::No;
  terminal.width = WidthOf(STDERR_FILENO);
  return terminal;
}

Exit Complain(const Terminal& terminal, const Error& error, Exit exit) {
  terminal.err << terminal.OnErr(Paint::Red, "weir: ") << Printable(error.message) << "\n";
  return exit;
}

std::string Printable(std::string_view text) {
  std::string out(text);
  for (char& c : out)
    if ((static_cast<unsigned char>(c) < 0x20 && c != '\n') || c == 0x7F) c = c == '\t' ? ' ' : '?';
  return out;
}

std::string OneLine(std::string_view text) {
  std::string out = Printable(text);
  std::replace(out.begin(), out.end(), '\n', ' ');
  return out;
}

std::size_t Width(std::string_view text) {
  std::size_t columns = 0;
  for (const char c : text) columns += (static_cast<unsigned char>(c) & 0xC0U) != 0x80U ? 1 : 0;
  return columns;
}

}  // namespace weir::cli
