#include "runner/engine/errors.h"

#include <algorithm>
#include <cctype>

#include "runner/engine/file_system.h"

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

// The first paragraph is the sentence; what may follow is a picture of the SQL or a stack trace.
std::string FirstLines(const std::string& text) {
  std::string first = text.substr(0, text.find("\n\n"));
  for (char& c : first)
    if (c == '\n') c = ' ';
  return first;
}

// Of "<n><extensions>" at `at`. The end of a sentence may follow.
std::size_t EndOfName(const std::string& message, std::size_t at) {
  const auto in_word = [&message](std::size_t i) {
    return i < message.size() && (std::isalnum(static_cast<unsigned char>(message[i])) != 0 || message[i] == '_');
  };
  while (in_word(at) || (at < message.size() && message[at] == '.' && in_word(at + 1))) ++at;
  return at;
}

}  // namespace

Error FromDuckDB(const duckdb::ErrorData& error) {
  FaultAndReason kind = Classify(error.Type());
  const std::string message = FirstLines(error.RawMessage());
  // What DuckDB itself writes is what it spills; in its words the kernel's.
  for (const char* full : {"No space left", "File too large", "Disk quota exceeded", "max_temp_directory_size"})
    if (message.find(full) != std::string::npos) kind = {Fault::Exhausted, "DiskFull"};
  return {kind.fault, kind.reason, message};
}

Error FromException(const std::exception& error) {
  if (dynamic_cast<const std::bad_alloc*>(&error) != nullptr) return {Fault::Exhausted, "OutOfMemory", "the process is out of memory; raise resources.memory"};
  return FromDuckDB(duckdb::ErrorData(error));
}

std::string ForPeople(std::string message, const std::string& path) {
  for (const char* advice : {" The search space used was", " Possible fixes", " Possible Solutions", " Possible solutions"})
    message.resize(std::min(message.find(advice), message.size()));
  for (std::size_t at = message.find(kScheme); at != std::string::npos; at = message.find(kScheme, at + path.size()))
    message.replace(at, EndOfName(message, at + kScheme.size()) - at, path);
  while (message.ends_with(' ')) message.pop_back();
  return message;
}

}  // namespace weir::engine
