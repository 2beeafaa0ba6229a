#include "runner/engine/errors.h"

namespace weir::engine {
namespace {

struct FaultAndReason {
  Fault fault;
  const char* reason;
};

FaultAndReason Classify(duckdb::ExceptionType type) {
  using duckdb::ExceptionType;
  switch (type) {
    case ExceptionType::PARSER:
    case ExceptionType::SYNTAX:
    case ExceptionType::BINDER:
    case ExceptionType::CATALOG:
    case ExceptionType::EXPRESSION:
    case ExceptionType::UNKNOWN_TYPE:
    case ExceptionType::PERMISSION:
    case ExceptionType::INVALID_INPUT:
    case ExceptionType::INVALID_CONFIGURATION:
    case ExceptionType::MISSING_EXTENSION:
    case ExceptionType::AUTOLOAD:
    case ExceptionType::NOT_IMPLEMENTED:
    case ExceptionType::PARAMETER_NOT_RESOLVED:
    case ExceptionType::PARAMETER_NOT_ALLOWED:
    case ExceptionType::PARSER_EXTENSION:
    case ExceptionType::DEPENDENCY: return {Fault::Invalid, "SqlInvalid"};
    case ExceptionType::OUT_OF_RANGE:
    case ExceptionType::CONVERSION:
    case ExceptionType::DIVIDE_BY_ZERO:
    case ExceptionType::MISMATCH_TYPE:
    case ExceptionType::INVALID_TYPE:
    case ExceptionType::DECIMAL:
    case ExceptionType::CONSTRAINT: return {Fault::Data, "BadInput"};
    case ExceptionType::IO:
    case ExceptionType::HTTP:
    case ExceptionType::NETWORK:
    case ExceptionType::CONNECTION:
    case ExceptionType::INTERRUPT: return {Fault::Transient, "StoreUnavailable"};
    case ExceptionType::OUT_OF_MEMORY:
    case ExceptionType::OBJECT_SIZE: return {Fault::Exhausted, "OutOfMemory"};
    default: return {Fault::Bug, "InternalError"};
  }
}

// The first paragraph is the sentence; of the picture of the SQL that may follow, only the line's number is kept.
std::string FirstLines(const std::string& text) {
  const auto end = text.find("\n\n");
  std::string first = end == std::string::npos ? text : text.substr(0, end);
  for (char& c : first)
    if (c == '\n') c = ' ';
  const auto line = text.find("\nLINE ");
  if (line == std::string::npos) return first;
  return first + " (line " + text.substr(line + 6, text.find(':', line) - line - 6) + " of the SQL)";
}

}  // namespace

Error FromDuckDB(const duckdb::ErrorData& error) {
  FaultAndReason kind = Classify(error.Type());
  const std::string message = FirstLines(error.RawMessage());
  if (message.find("No space left") != std::string::npos || message.find("max_temp_directory_size") != std::string::npos) kind = {Fault::Exhausted, "DiskFull"};
  return {kind.fault, kind.reason, message};
}

Error FromException(const std::exception& error) {
  if (dynamic_cast<const std::bad_alloc*>(&error) != nullptr) return {Fault::Exhausted, "OutOfMemory", "the process is out of memory; raise resources.memory"};
  return FromDuckDB(duckdb::ErrorData(error));
}

}  // namespace weir::engine
