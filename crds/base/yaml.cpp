#include "crds/base/yaml.h"

#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/yaml.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdlib>
#include <istream>
#include <optional>
#include <regex>
#include <sstream>

#include "crds/base/text.h"
#include "crds/base/yaml_traps.h"

namespace weir {
namespace {

constexpr std::size_t kMaxYamlDepth = 64;
constexpr std::size_t kMostRemarks = 20;     // of one text
constexpr int kMostSkipped = 50;             // blank lines and comments between two lines that are compared
constexpr std::size_t kLongestJudged = 400;  // bytes of a line; std::regex recurses with each

struct Refusal {
  int line;
  std::string what;
};

Json Scalar(const std::string& text) {
  static const std::regex kInteger("[-+]?[0-9]{1,18}"), kReal("[-+]?(\\.[0-9]+|[0-9]+(\\.[0-9]*)?)([eE][-+]?[0-9]+)?");
  if (text.empty() || text == "~" || text == "null" || text == "Null" || text == "NULL") return nullptr;
  if (text == "true" || text == "True" || text == "TRUE") return true;
  if (text == "false" || text == "False" || text == "FALSE") return false;
  if (text.size() > 40) return text;
  if (std::regex_match(text, kInteger)) return std::strtoll(text.c_str(), nullptr, 10);  // 18 digits fit
  if (!std::regex_match(text, kReal)) return text;
  const double value = std::strtod(text.c_str(), nullptr);
  return std::isfinite(value) ? Json(value) : Json(text);  // JSON has no infinity
}

}  // namespace

// Builds JSON from parser events: no node graph exists, so an alias bomb has nothing to expand.
class YamlBuilder final : public YAML::EventHandler {
 public:
  YamlBuilder(std::string_view text, std::vector<YamlDocument>& out) : text_(text), out_(out) {}

  // At a token that belongs to no document, such as a comma on its own, the parser gives empty documents without end.
  void OnDocumentStart(const YAML::Mark& mark) override {
    if (mark.pos <= start_) throw Refusal{mark.line + 1, "holds something that belongs to no value, such as a comma or a bracket; quote the text"};
    start_ = mark.pos;
    document_ = {}, document_.line = mark.line + 1, stack_.clear();
  }
  void OnDocumentEnd() override {
    if (!document_.value.is_null()) out_.push_back(std::move(document_));
  }
  void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    if (anchor != 0) Remark(mark);
    Put(nullptr, mark);
  }
  void OnAlias(const YAML::Mark& mark, YAML::anchor_t) override {
    throw Refusal{mark.line + 1, "aliases (*name) are refused, since a few lines of them can grow to gigabytes; write the value out"};
  }
  void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor, const std::string& value) override {
    if (anchor != 0 || IsUnknown(tag)) Remark(mark);
    const bool key = !stack_.empty() && stack_.back().value->is_object() && stack_.back().slot == nullptr;
    if (tag == "?")
      if (std::string advice = AdviceOnPlain(value, key ? Role::Key : Role::Value); !advice.empty()) Remark(mark, std::move(advice));
    if (key) return Key(value, mark);
    Put(tag == "!" || tag == "tag:yaml.org,2002:str" ? Json(value) : Scalar(value), mark);
  }
  void OnSequenceStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t, YAML::EmitterStyle::value) override {
    if (IsUnknown(tag)) Remark(mark);
    Open(Json::array(), mark);
  }
  void OnSequenceEnd() override { stack_.pop_back(); }
  void OnMapStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t, YAML::EmitterStyle::value) override {
    if (IsUnknown(tag)) Remark(mark);
    Open(Json::object(), mark);
  }
  void OnMapEnd() override { stack_.pop_back(); }

 private:
  // A value and where its lines are noted: of an open container, with the slot of a member whose key was read; of a new value.
  struct Frame {
    Json* value = nullptr;
    YamlLines* lines = nullptr;
    Json* slot = nullptr;
    YamlLines* slotLines = nullptr;
  };

  // Tags of YAML itself only say again what a value is.
  static bool IsUnknown(const std::string& tag) { return !tag.empty() && tag != "!" && tag != "?" && !tag.starts_with("tag:yaml.org,2002:"); }

  void Remark(const YAML::Mark& mark, std::string advice) {
    if (++remarks_ <= kMostRemarks) document_.remarks.push_back({mark.line + 1, std::move(advice)});
  }
  void Remark(const YAML::Mark& mark) {
    if (++remarks_ > kMostRemarks) return;
    const std::string advice = AdviceOnQuoting(LineOfText(text_, mark.line + 1));
    document_.remarks.push_back({mark.line + 1, advice.empty() ? "has an anchor (&name) or a tag (!name); remove it, or quote the value" : advice});
  }

  void Key(const std::string& key, const YAML::Mark& mark) {
    Frame& top = stack_.back();
    const auto [member, fresh] = top.value->get_ref<Json::object_t&>().emplace(key, nullptr);
    if (!fresh) throw Refusal{mark.line + 1, "the key " + Quoted(key) + " is here twice"};
    top.slot = &member->second;
    top.slotLines = &Children(*top.lines).members[key];
    top.slotLines->line_ = mark.line + 1;
  }
  static YamlLines::Children& Children(YamlLines& lines) {
    if (!lines.children_) lines.children_ = std::make_unique<YamlLines::Children>();
    return *lines.children_;
  }

  Frame Put(Json value, const YAML::Mark& mark) {
    if (stack_.empty()) return document_.value = std::move(value), Frame{&document_.value, &document_.lines};
    Frame& top = stack_.back();
    if (top.value->is_array()) {
      top.value->push_back(std::move(value));
      YamlLines& lines = Children(*top.lines).items.emplace_back();
      lines.line_ = mark.line + 1;
      return {&top.value->back(), &lines};
    }
    if (top.slot == nullptr) throw Refusal{mark.line + 1, "keys must be plain text"};
    *top.slot = std::move(value);
    return {std::exchange(top.slot, nullptr), std::exchange(top.slotLines, nullptr)};
  }
  void Open(Json container, const YAML::Mark& mark) {
    if (stack_.size() >= kMaxYamlDepth) throw Refusal{mark.line + 1, "is nested deeper than 64"};
    const Frame frame = Put(std::move(container), mark);
    stack_.push_back(frame);
  }

  std::string_view text_;
  std::size_t remarks_ = 0;  // of all documents: each of them looks for its line from the beginning of the text
  std::vector<YamlDocument>& out_;
  YamlDocument document_;
  int start_ = -1;  // of the document, in bytes
  std::vector<Frame> stack_;
};

namespace {

Error Bad(int line, const std::string& what) { return {Fault::Invalid, "BadYaml", OneLine("line " + std::to_string(line) + ": " + what)}; }

// The last line up to this one that is indented by a tab, which YAML does not take and the parser stumbles over somewhere
// behind; 0 when there is none. Lines count from 1.
int LineWithTab(std::string_view text, int last) {
  int found = 0;
  for (int line = 1; line <= last && !text.empty(); ++line) {
    const std::size_t first = text.find_first_not_of(' ');
    if (first != std::string_view::npos && text[first] == '\t') found = line;
    text.remove_prefix(std::min(text.find('\n'), text.size() - 1) + 1);
  }
  return found;
}

// What the parser would take or guess about: other encodings, and characters that YAML does not allow.
Status CheckCharacters(std::string_view text) {
  int line = 1;
  const bool utf16 = text.starts_with("\xFF\xFE") || text.starts_with("\xFE\xFF");
  if (utf16) return Bad(line, "the text is UTF-16; save it as UTF-8");
  for (std::size_t at = 0; at < text.size();) {
    const CodePoint c = ReadCodePoint(text.substr(at, 4));
    char shown[32];
    if (c.length == 0) {
      std::snprintf(shown, sizeof shown, "%02X", static_cast<unsigned>(static_cast<unsigned char>(text[at])));
      return Bad(line, std::string("the byte 0x") + shown + " is not UTF-8; save the file as UTF-8");
    }
    const bool control = (c.value < 0x20 && c.value != '\t' && c.value != '\n' && c.value != '\r') || c.value == 0x7F;
    if (control) {
      std::snprintf(shown, sizeof shown, "U+%04X", static_cast<unsigned>(c.value));
      return Bad(line, std::string("holds the control character ") + shown + "; remove it, or write it as an escape in double quotes");
    }
    line += c.value == '\n' ? 1 : 0;
    at += c.length;
  }
  return Ok();
}

std::string_view LineWithoutReturn(std::string_view text, int number) {
  std::string_view line = LineOfText(text, number);
  if (line.ends_with('\r')) line.remove_suffix(1);
  return line;
}

std::size_t IndentOf(std::string_view line) { return std::min(line.find_first_not_of(' '), line.size()); }

// Whether the line has a key of its own, deeper than the line above with a `key: value` that is complete: YAML has nothing
// that it could belong to.
bool IsTooDeep(std::string_view text, int line) {
  static const std::regex kKey("[A-Za-z][A-Za-z0-9_.-]*:(\\s.*)?"), kKeyAndValue("[A-Za-z][A-Za-z0-9_.-]*:\\s+[^\\s#|>\"'&{\\[].*");
  const std::string_view deeper = LineWithoutReturn(text, line);
  int above = line - 1;
  const auto says_nothing = [&] {
    const std::string_view it = LineWithoutReturn(text, above);
    return IndentOf(it) == it.size() || it[IndentOf(it)] == '#';
  };
  while (above > std::max(line - kMostSkipped, 0) && says_nothing()) --above;
  if (above < 1 || deeper.size() > kLongestJudged) return false;
  std::string_view before = LineWithoutReturn(text, above);
  std::size_t indent = IndentOf(before);
  before.remove_prefix(indent);
  while (before.starts_with("- ")) indent += 2 + IndentOf(before.substr(2)), before.remove_prefix(2 + IndentOf(before.substr(2)));
  if (before.size() > kLongestJudged || IndentOf(deeper) <= indent) return false;
  const std::string_view own = deeper.substr(IndentOf(deeper));
  return std::regex_match(own.begin(), own.end(), kKey) && std::regex_match(before.begin(), before.end(), kKeyAndValue);
}

Error Unreadable(std::string_view text, const YAML::Exception& e) {
  const int tab = LineWithTab(text, e.mark.line + 1);
  if (tab > 0) return Bad(tab, "is indented by a tab; YAML takes spaces only");
  const int line = std::max(e.mark.line, 0) + 1;
  // The parser may notice on the next line only.
  for (int at = line; at >= std::max(line - 1, 1); --at) {
    if (IsTooDeep(text, at)) return Bad(at, "is indented more than the line above, which already has a value; give both the same indent");
    if (const std::string advice = AdviceOnQuoting(LineOfText(text, at)); !advice.empty()) return Bad(at, advice);
  }
  return Bad(line, Printable(e.msg.substr(0, 300)));
}

}  // namespace

// Text between dots, or a number in brackets. A key may hold dots itself: the longest one that is there is meant.
const YamlLines* YamlLines::Step(std::string_view& path) const {
  if (!children_ || path.empty()) return nullptr;
  if (path.front() == '[') {
    std::size_t index = 0;
    const auto [end, problem] = std::from_chars(path.data() + 1, path.data() + path.size(), index);
    if (problem != std::errc() || end == path.data() + path.size() || *end != ']' || index >= children_->items.size()) return nullptr;
    path.remove_prefix(static_cast<std::size_t>(end - path.data()) + 1);
    return &children_->items[index];
  }
  for (std::size_t end = path.size(); end != std::string_view::npos && end > 0; end = path.find_last_of(".[", end - 1)) {
    const auto found = children_->members.find(path.substr(0, end));
    if (found == children_->members.end()) continue;
    path.remove_prefix(end);
    return &found->second;
  }
  return nullptr;
}

int YamlLines::Nearest(std::string_view path) const {
  const YamlLines* at = this;
  int line = 0;
  while ((at = at->Step(path)) != nullptr) {
    line = at->line_;
    path.remove_prefix(path.starts_with('.') ? 1 : 0);
  }
  return line;
}

Result<std::vector<YamlDocument>> ParseYaml(std::string_view text) {
  if (text.size() > kLongestYaml) return Bad(1, "the text is larger than 1 MiB");
  if (const Status usual = CheckCharacters(text); !usual) return usual.error();
  std::vector<YamlDocument> documents;
  try {
    std::istringstream stream{std::string(text)};
    YAML::Parser parser(stream);
    YamlBuilder builder(text, documents);
    while (parser.HandleNextDocument(builder)) {
    }
  } catch (const Refusal& refusal) {
    return Bad(refusal.line, refusal.what);
  } catch (const YAML::Exception& e) {
    return Unreadable(text, e);
  } catch (const std::bad_alloc&) {
    throw;
  } catch (const std::exception& e) {
    return Bad(1, std::string("cannot be read: ") + e.what());
  }
  if (documents.empty())
    for (int line = 1; !text.empty(); ++line, text.remove_prefix(std::min(text.find('\n'), text.size() - 1) + 1))
      if (text.front() == '%')
        if (const std::string advice = AdviceOnQuoting(LineOfText(text, 1)); !advice.empty()) return Bad(line, advice);
  return documents;
}

}  // namespace weir
