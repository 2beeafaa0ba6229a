#pragma once

#include <string>

#include "crds/api/dataset.h"
#include "runner/engine/session.h"

namespace weir::engine {

// A declaration holds the bounds of `range` and the values of `acceptedValues` as texts. They are values of the column's
// own type, by the grammar of runner/formats/values/value.h and no other, and are compared as such. `regex` holds a pattern, in
// the syntax of the engine.

// Everything that is wrong with the texts of a check about `column`, with what to write; "" when nothing is: one that is no
// value of the type (a digit that the type cannot keep included), a range whose min is greater than its max, a pattern that the
// engine cannot compile, or one for a column that is not VARCHAR. The session reads no data. Errors: those of the session that are
// not about the pattern, such as its cancellation.
Result<std::string> WrongValues(Session& session, const api::Check& check, const api::Column& column);

// SQL conditions that are TRUE for a row whose `value`, an SQL expression of type `type`, is outside of the check; a missing
// value is not, NaN always is. Only for texts in which WrongValues finds nothing.
std::string OutsideRange(const api::RangeCheck& check, const std::string& value, const std::string& type);
std::string NotAccepted(const api::AcceptedValuesCheck& check, const std::string& value, const std::string& type);
std::string NotMatched(const api::RegexCheck& check, const std::string& value);  // of type VARCHAR

}  // namespace weir::engine
