#pragma once

#include <ostream>
#include <string>
#include <string_view>
#include <vector>

#include "crds/base/json.h"
#include "crds/base/result.h"
#include "crds/base/text.h"

namespace weir::cli {

// How the program ends. Scripts rely on these: a finding or a failed run is 1, a mistake in the call or in a manifest
// that keeps `weir run` from starting is 2, Ctrl-C is 130 as in a shell.
enum class Exit { Ok = 0, Failed = 1, Usage = 2, Interrupted = 130 };

enum class OutputFormat { Table, Json, Yaml, Csv };

enum class Paint { Plain, Bold, Dim, Red, Green, Yellow, Blue };

// Output streams of a command. `out` gets the result and nothing else, so that it can be piped; `err` gets progress and
// errors. Colours appear only on a terminal and never with NO_COLOR (https://no-color.org) or TERM=dumb.
struct Terminal {
  std::ostream& out;
  std::ostream& err;
  enum class Kind { Pipe, Tty } outKind = Kind::Pipe, errKind = Kind::Pipe;
  enum class Colors { No, Yes } colors = Colors::No;
  int width = 100;
  int height = 24;
  OutputFormat format = OutputFormat::Table;

  // The text in that colour when `kind` is a terminal and colours are wanted.
  std::string In(Paint paint, std::string_view text, Kind kind) const;
  std::string OnOut(Paint paint, std::string_view text) const { return In(paint, text, outKind); }
  std::string OnErr(Paint paint, std::string_view text) const { return In(paint, text, errKind); }
};

// The process's own streams, inspected once.
Terminal ProcessTerminal();

// "weir: <message>" on err.
Exit Complain(const Terminal& terminal, const Error& error, Exit exit = Exit::Failed);

// `exit`, unless the output could not be written completely (a full disk): then an error message and Failed, so that partial
// output is not taken for a complete one.
Exit Delivered(const Terminal& terminal, Exit exit);

// The text member of an object, printable on one line.
std::string Shown(const Json& value, std::string_view key);

// Characters as a terminal counts them, one column for each code point.
std::size_t Width(std::string_view text);
std::string Clip(std::string_view text, std::size_t columns);  // its beginning

}  // namespace weir::cli
