#pragma once

#include <string>
#include <string_view>

namespace weir::api {

// A pattern of the schema in words, with an example that matches: "a share in percent from 0% to 100%, such as 5%". Empty
// for a pattern that is not known here; a test walks the schema and allows none.
std::string FormOf(std::string_view pattern);

// The example by itself.
std::string_view ExampleOf(std::string_view pattern);

// What to write instead of a text that does not match: "must be ...", and the nearest name that does where it is a name.
std::string FormAdvice(std::string_view pattern, std::string_view text);

}  // namespace weir::api
