#include "operator/local/label_selector.h"

#include <algorithm>

namespace weir::local {
namespace {

std::string_view Trim(std::string_view text) {
  while (text.starts_with(' ')) text.remove_prefix(1);
  while (text.ends_with(' ')) text.remove_suffix(1);
  return text;
}

bool IsWord(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](unsigned char c) { return std::isalnum(c) != 0 || c == '-' || c == '_' || c == '.' || c == '/'; });
}

}  // namespace

Result<LabelSelector::Requirement> LabelSelector::ParseOne(std::string_view text) {
  Requirement found{Test::Exists, "", ""};
  const auto at = text.find('=');
  if (at != std::string_view::npos) {
    const bool differs = at > 0 && text[at - 1] == '!';
    found.test = differs ? Test::Differs : Test::Equals;
    found.label = Trim(text.substr(0, differs ? at - 1 : at));
    found.value = Trim(text.substr(text.substr(at).starts_with("==") ? at + 2 : at + 1));
  } else if (text.starts_with('!')) {
    found.test = Test::Absent;
    found.label = Trim(text.substr(1));
  } else {
    found.label = text;
  }
  if (found.label.empty() || !IsWord(found.label) || !IsWord(found.value))
    return Error{Fault::Invalid, "BadLabelSelector", "label selector \"" + std::string(text) + "\" is not one of a=b, a!=b, a, !a"};
  return found;
}

Result<LabelSelector> LabelSelector::Parse(std::string_view text) {
  LabelSelector selector;
  while (!Trim(text).empty()) {
    const auto comma = text.find(',');
    auto one = ParseOne(Trim(text.substr(0, comma)));
    if (!one) return one.error();
    selector.requirements_.push_back(std::move(*one));
    text = comma == std::string_view::npos ? std::string_view{} : text.substr(comma + 1);
  }
  return selector;
}

bool LabelSelector::Matches(const Json& object) const {
  const Json& labels = At(At(object, "metadata"), "labels");
  return std::all_of(requirements_.begin(), requirements_.end(), [&labels](const Requirement& r) {
    const bool present = labels.is_object() && labels.contains(r.label);
    switch (r.test) {
      case Test::Equals: return present && Text(labels, r.label) == r.value;
      case Test::Differs: return !present || Text(labels, r.label) != r.value;
      case Test::Exists: return present;
      case Test::Absent: return !present;
    }
    return false;
  });
}

}  // namespace weir::local
