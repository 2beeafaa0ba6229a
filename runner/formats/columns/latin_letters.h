#pragma once

#include <string>
#include <string_view>

namespace weir::formats {

// The text with Latin letters beyond ASCII in small ASCII letters, the same in every language: marks are dropped ("ö" is o, as
// one character or as a letter with a combining mark), ß is ss, æ ae, œ oe, ø o, ł l, đ and ð d, þ th. Everything else stays as it is, byte
// by byte. Pure.
std::string PlainLatin(std::string_view text);

}  // namespace weir::formats
