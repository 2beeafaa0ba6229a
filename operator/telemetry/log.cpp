#include "operator/telemetry/log.h"

#include <spdlog/sinks/base_sink.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include <atomic>
#include <memory>
#include <mutex>

#include "crds/base/json.h"

namespace weir::telemetry {
namespace {

class FunctionSink final : public spdlog::sinks::base_sink<std::mutex> {
 public:
  explicit FunctionSink(std::function<void(std::string_view)> out) : out_(std::move(out)) {}

 private:
  void sink_it_(const spdlog::details::log_msg& message) override {
    spdlog::memory_buf_t line;
    formatter_->format(message, line);
    out_({line.data(), line.size()});
  }
  void flush_() override {}
  std::function<void(std::string_view)> out_;
};

struct Logger {
  std::shared_ptr<spdlog::logger> logger;
  LogForm form = LogForm::Text;
};

spdlog::level::level_enum Of(LogLevel level) {
  switch (level) {
    case LogLevel::Debug: return spdlog::level::debug;
    case LogLevel::Info: return spdlog::level::info;
    case LogLevel::Warning: return spdlog::level::warn;
    case LogLevel::Error: return spdlog::level::err;
  }
  return spdlog::level::info;
}

Logger Make(LogLevel level, LogForm form, std::function<void(std::string_view)> out) {
  spdlog::sink_ptr sink;
  if (out) {
    sink = std::make_shared<FunctionSink>(std::move(out));
  } else {
    sink = std::make_shared<spdlog::sinks::stderr_sink_mt>();
  }
  auto logger = std::make_shared<spdlog::logger>("weirkeeper", std::move(sink));
  // %v is the rest of a JSON object, or "message key=value".
  const char* pattern = form == LogForm::Json ? R"({"time":"%Y-%m-%dT%H:%M:%S.%eZ","level":"%l",%v)" : "%Y-%m-%dT%H:%M:%S.%eZ %-7l %v";
  logger->set_pattern(pattern, spdlog::pattern_time_type::utc);
  logger->set_level(Of(level));
  logger->flush_on(spdlog::level::trace);
  return {std::move(logger), form};
}

Logger& Current() {
  static Logger logger = Make(LogLevel::Info, LogForm::Text, nullptr);
  return logger;
}

Json ValueOf(const LogField& field) {
  return std::visit([](const auto& value) { return Json(value); }, field.value);
}

std::string AsJson(std::string_view message, std::initializer_list<LogField> fields) {
  // time and level stand before the message; a field of such a name must not appear twice in one object.
  nlohmann::ordered_json line{{"message", message}};
  for (const LogField& field : fields) {
    const bool taken = field.key == "time" || field.key == "level" || field.key == "message";
    line[(taken ? "field_" : "") + std::string(field.key)] = ValueOf(field);
  }
  return line.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace).substr(1);
}

std::string AsText(std::string_view message, std::initializer_list<LogField> fields) {
  std::string line(message);
  for (const LogField& field : fields) {
    const Json value = ValueOf(field);
    const bool plain = value.is_string() && value.get_ref<const std::string&>().find_first_of(" \"\\\n\r\t=") == std::string::npos;
    line += " " + std::string(field.key) + "=" + (plain ? value.get<std::string>() : Dump(value));
  }
  for (char& c : line)
    if (c == '\n' || c == '\r') c = ' ';
  return line;
}

}  // namespace

void StartLog(LogLevel level, LogForm form, std::function<void(std::string_view)> out) { Current() = Make(level, form, std::move(out)); }

void Log(LogLevel level, std::string_view message, std::initializer_list<LogField> fields) {
  const Logger& current = Current();
  if (!current.logger->should_log(Of(level))) return;
  const std::string text = current.form == LogForm::Json ? AsJson(message, fields) : AsText(message, fields);
  current.logger->log(Of(level), spdlog::string_view_t(text.data(), text.size()));
}

}  // namespace weir::telemetry
