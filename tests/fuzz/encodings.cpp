// The bytes of a file on their way to text: gzip, byte order marks, encodings.
#include "runner/formats/encoding/encoding.h"

#include "crds/base/text.h"
#include "tests/fuzz/invariant.h"

using namespace weir;
using namespace weir::formats;

namespace {

// The text, or nothing where the file cannot be read; `step` bytes a read.
std::optional<std::string> ReadText(std::string_view bytes, std::optional<api::Encoding> declared, std::size_t step) {
  auto opened = OpenText(std::make_unique<PrefixedSource>(std::string(bytes)), "in/a.csv", declared, Undeclared::GuessUnicode);
  if (!opened) return fuzz::RequireReadable(opened.error().message), std::nullopt;
  std::string text;
  std::string piece(step, '\0');
  while (text.size() < (16U << 20)) {
    const auto read = opened->text->Read(piece.data(), piece.size());
    if (!read) return fuzz::RequireReadable(read.error().message), std::nullopt;
    if (*read == 0) return text;
    fuzz::Require(*read <= piece.size(), "a read fills at most what was asked for");
    text.append(piece, 0, *read);
  }
  return text;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 2) return 0;
  const std::string_view bytes = fuzz::Text(data + 2, size - 2);
  const std::optional<api::Encoding> declared = data[0] % 5 == 0 ? std::nullopt : std::optional(static_cast<api::Encoding>(data[0] % 5 - 1));
  const auto whole = ReadText(bytes, declared, 1 << 16), pieces = ReadText(bytes, declared, 1 + data[1]);
  fuzz::Require(whole == pieces, "a text does not depend on the size of reads");
  if (whole) fuzz::Require(whole->size() <= 3 * 1040 * (bytes.size() + 1), "a text is at most what gzip can hold, in UTF-8");
  return 0;
}
