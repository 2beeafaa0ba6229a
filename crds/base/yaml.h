#pragma once

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "crds/base/json.h"
#include "crds/base/result.h"

namespace weir {

inline constexpr std::size_t kLongestYaml = 1 << 20;  // bytes

// The line, from 1, of each field of a document. A tree of the document's shape, so its size is linear in the document.
class YamlLines {
 public:
  // Line of the field at `path` ("spec.stages[0].name"), or of its nearest parent that the document has; 0 when it has
  // none.
  int Nearest(std::string_view path) const;

 private:
  friend class YamlBuilder;
  struct Children {
    std::map<std::string, YamlLines, std::less<>> members;
    std::vector<YamlLines> items;
  };
  const YamlLines* Step(std::string_view& path) const;

  int line_ = 0;
  std::unique_ptr<Children> children_;
};

// A value that YAML may read differently than a person: `&x` and `!x` are not part of a value; `on`, `010` and `1_000` have another meaning in YAML 1.1,
// which kubectl uses.
struct YamlRemark {
  int line = 1;
  std::string message;
};

// One YAML document as JSON, the line of each field, and at most 20 remarks. Strict readers refuse a document with remarks.
struct YamlDocument {
  Json value;
  int line = 1;
  YamlLines lines;
  std::vector<YamlRemark> remarks;
};

// Strict: refuses aliases, duplicate keys, keys that are not text, nesting beyond 64, texts over 1 MiB, bytes that are not
// UTF-8 and control characters, with the line. Memory is linear in the text. Nothing is thrown but std::bad_alloc.
// Plain scalars become booleans, numbers and null as in YAML 1.2 core (yes, no, on, off stay text); quoted ones are text.
// Empty documents are left out. Fault::Invalid, reason "BadYaml"; the message starts with "line N: ".
Result<std::vector<YamlDocument>> ParseYaml(std::string_view text);

}  // namespace weir
