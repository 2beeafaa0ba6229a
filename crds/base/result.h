#pragma once

#include <optional>
#include <string>
#include <utility>
#include <variant>

namespace weir {

// Class of a failure, which decides what happens next. The callee sets it and the caller's loop acts on it, so that no code
// in between has to interpret messages.
enum class Fault {
  Invalid,    // The user's manifest is wrong: not retried until it changes.
  Waiting,    // A dependency does not exist yet: retried on a watch event or after a long delay.
  Transient,  // The server failed (5xx, timeout, refused): retry with back-off.
  Conflict,   // Another writer was first (409): observe again at once.
  Missing,    // The requested object does not exist (404).
  Denied,     // Not allowed (401, 403, admission): scheduled as Transient, and reported to the user.
  Exhausted,  // A limit was hit: memory, disk, quota.
  Fenced,     // A newer attempt owns the table: stop without any effect.
  Data,       // The data broke a rule or cannot be read as declared.
  Bug,        // An invariant of ours broke.
};

const char* Name(Fault fault);

// `reason` is a CamelCase enum value of crds/api/condition.h or a stable id of the module that made it. `message` is one
// sentence for a person: it names the field or object and what to do.
struct Error {
  Fault fault = Fault::Bug;
  std::string reason;
  std::string message;

  bool operator==(const Error&) const = default;
};

// A value or an Error. value() on an error and error() on a value are programming errors and abort.
template <typename T>
class [[nodiscard]] Result {
 public:
  Result(T value) : state_(std::in_place_index<0>, std::move(value)) {}
  Result(Error error) : state_(std::in_place_index<1>, std::move(error)) {}

  bool ok() const { return state_.index() == 0; }
  explicit operator bool() const { return ok(); }
  const T& value() const& { return std::get<0>(state_); }
  T& value() & { return std::get<0>(state_); }
  T&& value() && { return std::get<0>(std::move(state_)); }
  const T& operator*() const& { return value(); }
  T& operator*() & { return value(); }
  const T* operator->() const { return &value(); }
  T* operator->() { return &value(); }
  const Error& error() const& { return std::get<1>(state_); }
  Error&& error() && { return std::get<1>(std::move(state_)); }

 private:
  std::variant<T, Error> state_;
};

// Success without a value: `return Ok();`.
template <>
class [[nodiscard]] Result<void> {
 public:
  Result() = default;
  Result(Error error) : error_(std::move(error)) {}

  bool ok() const { return !error_.has_value(); }
  explicit operator bool() const { return ok(); }
  const Error& error() const { return error_.value(); }

 private:
  std::optional<Error> error_;
};

using Status = Result<void>;
inline Status Ok() { return {}; }

}  // namespace weir
