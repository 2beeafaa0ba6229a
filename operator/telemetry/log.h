#pragma once

#include <functional>
#include <initializer_list>
#include <string>
#include <string_view>
#include <variant>

namespace weir::telemetry {

enum class LogLevel { Debug, Info, Warning, Error };
enum class LogForm { Json, Text };  // one JSON object a line, for collectors; or text, for a terminal

// A structured field of a log line: {"namespace", ns}, {"attempt", 2}.
struct LogField {
  std::string_view key;
  std::variant<std::string, std::int64_t, double, bool> value;

  LogField(std::string_view k, std::string v) : key(k), value(std::move(v)) {}
  LogField(std::string_view k, std::string_view v) : key(k), value(std::string(v)) {}
  LogField(std::string_view k, const char* v) : key(k), value(std::string(v)) {}
  LogField(std::string_view k, bool v) : key(k), value(v) {}
  LogField(std::string_view k, double v) : key(k), value(v) {}
  template <typename Whole>
  requires std::integral<Whole> LogField(std::string_view k, Whole v) : key(k), value(static_cast<std::int64_t>(v)) {}
};

// Log lines of this process go to stderr, or, line by line and each with its newline, to `out`. Lines below `level` are
// dropped. Before the first call: Info, as text. Not to be called while other threads log.
void StartLog(LogLevel level, LogForm form, std::function<void(std::string_view line)> out = nullptr);

// `message` is one sentence without values; values are fields, so that lines can be searched. Safe from any thread.
void Log(LogLevel level, std::string_view message, std::initializer_list<LogField> fields = {});

}  // namespace weir::telemetry
