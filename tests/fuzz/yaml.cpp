// YAML of users and of the cluster.
#include "crds/base/yaml.h"

#include "crds/base/text.h"
#include "tests/fuzz/invariant.h"

using namespace weir;

namespace {

// Text that YAML turns into a document is JSON that reads back as itself, and each member has a line of the text.
void CheckDocument(const YamlDocument& document, int lines) {
  const auto again = ParseJson(Dump(document.value));
  fuzz::Require(again.ok() && *again == document.value, "a document is JSON that reads back as itself");
  if (!document.value.is_object()) return;
  for (const auto& [key, value] : document.value.items()) {
    if (key.empty()) continue;  // no path names it
    const int line = document.lines.Nearest(key);
    fuzz::Require(line >= 1 && line <= lines, "a member has a line of the text");
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text = fuzz::Text(data, size);
  const auto lines = 1 + static_cast<int>(std::count_if(text.begin(), text.end(), [](char c) { return c == '\n' || c == '\r'; }));
  const fuzz::PeakMemory memory;
  {
    const auto documents = ParseYaml(text);
    fuzz::Require(memory.Bytes() <= (1 << 20) + 600 * size, "memory is linear in the text");
    if (!documents) {
      fuzz::RequireReadable(documents.error().message);
      fuzz::Require(documents.error().message.starts_with("line "), "a message begins with its line");
      return 0;
    }
    std::size_t written = 0;
    for (const YamlDocument& document : *documents) {
      CheckDocument(document, lines);
      written += Dump(document.value).size();
    }
    fuzz::Require(written <= 8 * size + 64, "the documents are not larger than 8 times the text");
  }
  return 0;
}
