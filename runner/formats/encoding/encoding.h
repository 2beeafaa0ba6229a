#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "crds/api/dataset.h"
#include "runner/formats/encoding/byte_source.h"
#include "runner/formats/encoding/utf8.h"

namespace weir::formats {

// The encoding that a byte order mark at the front names, and the mark's bytes.
struct ByteOrderMark {
  api::Encoding encoding = api::Encoding::Utf8;
  std::size_t bytes = 0;
};
std::optional<ByteOrderMark> FindByteOrderMark(std::string_view prefix);

// Whether a text that is read in an encoding of single bytes would be UTF-8 too: then it most likely is, and each of its
// letters beyond ASCII becomes two or three others.
class Utf8Evidence {
 public:
  void Add(std::string_view bytes);
  // Of all bytes added: characters of more than one byte; 0 where some byte is no UTF-8.
  std::int64_t Characters() const { return isUtf8_ && cut_.empty() ? characters_ : 0; }

 private:
  std::string cut_;  // the beginning of a character
  std::int64_t characters_ = 0;
  bool isUtf8_ = true;
};

// The same text as UTF-8. Bytes that the encoding does not allow are no UTF-8 there either, and Legible shows them (AppendUndecoded).
// `evidence`, where there is one, gets the bytes as they are read.
std::unique_ptr<ByteSource> ToUtf8(std::unique_ptr<ByteSource> source, api::Encoding encoding, std::shared_ptr<Utf8Evidence> evidence = nullptr);

// The text of a file as UTF-8 without byte order mark: gzip is known by its first bytes, not by a name, and verified.
struct OpenedText {
  std::unique_ptr<ByteSource> text;
  api::Encoding encoding = api::Encoding::Utf8;
  bool gzipped = false;
  bool marked = false;                       // a byte order mark names the encoding
  std::shared_ptr<const Utf8Evidence> utf8;  // of what was read so far, in an encoding of single bytes; else null
  // Of `text`, for Legible.
  Undecoded MayHold() const { return encoding == api::Encoding::Utf8 ? Undecoded::None : Undecoded::Marked; }
};

enum class Undeclared { Refuse, GuessUnicode };

// Without a declared encoding a byte order mark decides; without one, text that is visibly UTF-16 is Fault::Data
// "FileUnreadable", or taken for what it seems with Undeclared::GuessUnicode. All else is taken for UTF-8.
// "FileUnreadable" are also a byte order mark of another encoding than the declared one, and a file that is named .gz and
// holds neither gzip nor text, and gzip within gzip.
Result<OpenedText> OpenText(std::unique_ptr<ByteSource> file, std::string_view name, std::optional<api::Encoding> declared, Undeclared undeclared);

}  // namespace weir::formats
