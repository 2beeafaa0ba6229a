#include "crds/base/yaml.h"

#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/yaml.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <istream>
#include <optional>
#include <regex>
#include <sstream>

namespace weir {
namespace {

constexpr std::size_t kMaxYamlDepth = 64;

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
  if (std::regex_match(text, kInteger)) return std::stoll(text);
  if (!std::regex_match(text, kReal)) return text;
  const double value = std::strtod(text.c_str(), nullptr);
  return std::isfinite(value) ? Json(value) : Json(text);  // JSON has no infinity
}

// Builds JSON from parser events: no node graph exists, so an alias bomb has nothing to expand.
class Builder final : public YAML::EventHandler {
 public:
  explicit Builder(std::vector<YamlDocument>& out) : out_(out) {}

  void OnDocumentStart(const YAML::Mark& mark) override { document_ = {}, document_.line = mark.line + 1, stack_.clear(); }
  void OnDocumentEnd() override {
    if (!document_.value.is_null()) out_.push_back(std::move(document_));
  }
  void OnNull(const YAML::Mark& mark, YAML::anchor_t) override { Put(nullptr, mark); }
  void OnAlias(const YAML::Mark& mark, YAML::anchor_t) override {
    throw Refusal{mark.line + 1, "aliases (*name) are refused, since a few lines of them can grow to gigabytes; write the value out"};
  }
  void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t, const std::string& value) override {
    if (!stack_.empty() && stack_.back().value->is_object() && !stack_.back().key) return Key(value, mark);
    Put(tag == "!" || tag == "tag:yaml.org,2002:str" ? Json(value) : Scalar(value), mark);
  }
  void OnSequenceStart(const YAML::Mark& mark, const std::string&, YAML::anchor_t, YAML::EmitterStyle::value) override { Open(Json::array(), mark); }
  void OnSequenceEnd() override { stack_.pop_back(); }
  void OnMapStart(const YAML::Mark& mark, const std::string&, YAML::anchor_t, YAML::EmitterStyle::value) override { Open(Json::object(), mark); }
  void OnMapEnd() override { stack_.pop_back(); }

 private:
  struct Frame {
    Json* value;
    std::string path;
    std::optional<std::string> key;
  };

  void Key(const std::string& key, const YAML::Mark& mark) {
    if (stack_.back().value->contains(key)) throw Refusal{mark.line + 1, "the key \"" + key + "\" stands here twice"};
    stack_.back().key = key;
    document_.lines[Child(key)] = mark.line + 1;
  }
  std::string Child(const std::string& key) const { return stack_.back().path.empty() ? key : stack_.back().path + "." + key; }

  // Stores the value in the innermost open container and answers where it lies and under which path.
  Frame Put(Json value, const YAML::Mark& mark) {
    if (stack_.empty()) return document_.value = std::move(value), Frame{&document_.value, "", {}};
    Frame& top = stack_.back();
    if (top.value->is_array()) {
      const std::string path = top.path + "[" + std::to_string(top.value->size()) + "]";
      document_.lines[path] = mark.line + 1;
      top.value->push_back(std::move(value));
      return {&top.value->back(), path, {}};
    }
    if (!top.key) throw Refusal{mark.line + 1, "keys must be plain text"};
    const std::string key = *std::exchange(top.key, std::nullopt);
    Json& slot = (*top.value)[key] = std::move(value);
    return {&slot, Child(key), {}};
  }
  void Open(Json container, const YAML::Mark& mark) {
    if (stack_.size() >= kMaxYamlDepth) throw Refusal{mark.line + 1, "is nested deeper than 64"};
    Frame frame = Put(std::move(container), mark);
    stack_.push_back(std::move(frame));
  }

  std::vector<YamlDocument>& out_;
  YamlDocument document_;
  std::vector<Frame> stack_;
};

Error Bad(int line, const std::string& what) { return {Fault::Invalid, "BadYaml", "line " + std::to_string(line) + ": " + what}; }

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

}  // namespace

Result<std::vector<YamlDocument>> ParseYaml(std::string_view text) {
  if (text.size() > kLongestYaml) return Bad(1, "the text is larger than 1 MiB");
  std::vector<YamlDocument> documents;
  try {
    std::istringstream stream{std::string(text)};
    YAML::Parser parser(stream);
    Builder builder(documents);
    while (parser.HandleNextDocument(builder)) {
    }
  } catch (const Refusal& refusal) {
    return Bad(refusal.line, refusal.what);
  } catch (const YAML::Exception& e) {
    const int tab = LineWithTab(text, e.mark.line + 1);
    return tab > 0 ? Bad(tab, "is indented by a tab; YAML takes spaces only") : Bad(e.mark.line + 1, e.msg);
  }
  return documents;
}

}  // namespace weir
