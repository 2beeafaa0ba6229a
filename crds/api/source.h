#pragma once

#include "crds/api/describe/choice.h"
#include "crds/api/kubernetes/meta.h"
#include "crds/base/time.h"

namespace weir::api {

struct FilesSource {
  static constexpr std::string_view kField = "files";
  static constexpr std::string_view kDoc = "Files in a store.";
  std::string store;
  std::string path;
  bool operator==(const FilesSource&) const = default;
};
void Describe(auto&& field, Of<FilesSource> auto& self) {
  field("store", self.store,
        Rules{.doc = "Store of the Lake that holds the files. Absent means the store named source; weir run uses the folder of the manifests for it.",
              .maxLength = 63});
  field("path", self.path, Rules{.doc = "Path in the store, with * and ? in the last part.", .required = true, .minLength = 1, .maxLength = 1024});
  field.Rule({.rule = "!self.path.startsWith('/') && !self.path.matches('(^|/)[.][.]?(/|$)|//|/$')",
              .message = "is a path inside of the store, such as in/*.csv: it has no leading or trailing slash, no empty part, and no part that is . or ..",
              .fieldPath = ".path"});
  field.Rule({.rule = "!self.path.matches('[*?].*/')",
              .message = "may have * and ? in its last part only: in/*.csv, not in/*/x.csv. Use one stage for each folder",
              .fieldPath = ".path"});
}

struct HttpSource {
  static constexpr std::string_view kField = "http";
  static constexpr std::string_view kDoc = "One file from a web server.";
  std::string url;
  std::string maxBytes;             // absent means 10Gi
  std::optional<Duration> timeout;  // absent means 30m
  bool operator==(const HttpSource&) const = default;
  Duration Timeout() const { return timeout.value_or(Duration::Minutes(30)); }
};
void Describe(auto&& field, Of<HttpSource> auto& self) {
  field("url", self.url,
        Rules{.doc =
                  "URL to fetch with GET. Link-local and metadata addresses are refused, and so are user names and passwords. The part after ? is never shown: "
                  "it may hold a token.",
              .required = true,
              .maxLength = 2048,
              .pattern = "^https?://[^\\s]+$"});
  field(
      "maxBytes", self.maxBytes,
      Rules{.doc = "Largest file that is fetched, such as 500Mi. Absent means 10Gi.", .maxLength = 16, .pattern = "^[1-9][0-9]{0,14}(Ki|Mi|Gi|Ti|k|M|G|T)?$"});
  field("timeout", self.timeout, Rules{.doc = "Longest time of the whole transfer. Absent means 30m.", .min = 1000, .max = 86'400'000});
  field.Rule(
      {.rule = "!self.url.matches('^https?://[^/?#]*@')", .message = "holds a user name or password: keep credentials out of URLs", .fieldPath = ".url"});
  field.Rule({.rule = "!self.url.matches('^https?://"
                      "(169[.]254[.]|[[]([fF][eE][89abAB]|[0-9a-fA-F:]*:[fF]{4}:(169[.]254[.]|[aA]9[fF][eE]:))|metadata[.]google[.]internal([:/?#]|$))')",
              .message = "is a link-local address, where clouds serve the credentials of their machines: it is refused",
              .fieldPath = ".url"});
  field.Rule({.rule = "!self.url.matches('^https?://([^/?#]*[.])?(0[xX][0-9a-fA-F]*|[0-9]+)(:[0-9]*)?([/?#]|$)') || "
                      "self.url.matches('^https?://"
                      "([1-9]?[0-9]|1[0-9][0-9]|2[0-4][0-9]|25[0-5])([.]([1-9]?[0-9]|1[0-9][0-9]|2[0-4][0-9]|25[0-5])){3}(:[0-9]*)?([/?#]|$)')",
              .message = "has a number for a host: write an IPv4 address as four numbers from 0 to 255, such as 192.0.2.7",
              .fieldPath = ".url"});
}

using LandSource = Choice<FilesSource, HttpSource>;

}  // namespace weir::api
