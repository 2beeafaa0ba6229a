// Lists of the API server, cut into objects as their bytes arrive.
#include "operator/kube/list_splitter.h"
#include "tests/fuzz/invariant.h"

using namespace weir;

namespace {

struct Split {
  std::vector<std::string> objects;
  bool taken = true;
  Result<Json> rest = Json();
};

Split Feed(std::string_view text, std::size_t step) {
  Split split;
  kube::ListSplitter splitter;
  for (std::size_t at = 0; at < text.size() && split.taken; at += step)
    split.taken = splitter.Feed(text.substr(at, step), [&](std::string_view object) { return split.objects.emplace_back(object), Ok(); }).ok();
  split.rest = splitter.Rest();
  return split;
}

bool IsDeep(std::string_view text) {
  int depth = 0, deepest = 0;
  for (const char c : text) deepest = std::max(deepest, c == '{' || c == '[' ? ++depth : c == '}' || c == ']' ? --depth : depth);
  return deepest > 60;
}

// What JSON says of the whole text is what the splitter says of its parts.
void CheckAgainstWhole(std::string_view text, const Split& split) {
  const auto whole = ParseJson(text);
  std::vector<Json> objects;
  bool parsed = split.rest.ok();
  for (const std::string& one : split.objects) {
    auto object = ParseJson(one);
    parsed = parsed && object.ok();
    if (object) objects.push_back(std::move(*object));
  }
  if (!parsed) return;
  fuzz::Require(whole.ok() && whole->is_object(), "parts that can be read are of a list that can be read");
  if (split.objects.empty()) return;
  const Json& items = At(*whole, "items");
  fuzz::Require(items.is_array() && items.size() == objects.size(), "each item is given once");
  for (std::size_t i = 0; i < objects.size(); ++i) fuzz::Require(items[i] == objects[i], "each item is given as it is");
}

void CheckCompleteness(std::string_view text, const Split& split) {
  const auto whole = ParseJson(text);
  if (!whole || !whole->is_object() || text.find('\\') != std::string_view::npos) return;
  const Json& items = At(*whole, "items");
  bool objects = items.is_array();
  for (const Json& item : items) objects = objects && item.is_object();
  if (!objects) return;
  fuzz::Require(split.rest.ok() && split.objects.size() == items.size(), "a list that can be read is split");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 1) return 0;
  const std::string_view text = fuzz::Text(data + 1, size - 1);
  const fuzz::PeakMemory memory;
  const Split whole = Feed(text, text.size() + 1), pieces = Feed(text, 1 + data[0] % 16);
  fuzz::Require(memory.Bytes() <= (64 << 10) + 400 * size, "memory is linear in the list");
  fuzz::Require(whole.taken && pieces.taken, "a small list is taken");
  fuzz::Require(whole.objects == pieces.objects && whole.rest.ok() == pieces.rest.ok(), "pieces of any size are the same list");
  if (IsDeep(text)) return 0;
  CheckAgainstWhole(text, whole);
  CheckCompleteness(text, whole);
  return 0;
}
