#include "crds/api/pattern_words.h"

#include <algorithm>
#include <array>
#include <cctype>

#include "crds/api/dataset.h"
#include "crds/api/kubernetes/affinity.h"
#include "crds/api/stages/export.h"

namespace weir::api {
namespace {

struct Form {
  std::string_view pattern;
  std::string_view words;
  std::string_view example;
};

// Patterns that stand at one field only are written out here as they are there; the test that walks the schema finds one
// that was changed.
constexpr std::array<Form, 28> kForms{{
    {kObjectNamePattern, "a name of small letters, digits and '-' that begins with a letter and ends with a letter or digit", "load-orders"},
    {kSubdomainPattern, "a name of small letters, digits, '-' and '.' in which each part begins and ends with a letter or digit", "orders.v1"},
    {kColumnNamePattern, "a name of letters, digits and '_' that does not begin with a digit", "order_id"},
    {kNotBlankPattern, "a string with more than blanks", "delays for each airport and day"},
    {kTypePattern, "a column type: BOOLEAN, TINYINT, SMALLINT, INTEGER, BIGINT, FLOAT, DOUBLE, DECIMAL(p,s), VARCHAR, DATE, TIMESTAMP or BLOB", "INTEGER"},
    {kLabelKeyPattern, "a label key of letters, digits, '-', '_' and '.', perhaps behind a domain and '/'", "example.com/team"},
    {kLabelValuePattern, "a label value of letters, digits, '-', '_' and '.' that begins and ends with a letter or digit", "batch"},
    {kSharePattern, "a share in percent from 0% to 100% with at most 4 decimals", "5%"},
    {kDelimiterPattern, "one ASCII character that is neither a double quotation mark nor a line end", ";"},
    {kExportDelimiterPattern, "a comma, a semicolon, a vertical bar or a tab", ";"},
    {kExportNullPattern, "one of NULL, null, NA, N/A and None", "NA"},
    {kTimestampFormatPattern, "a strptime format of the directives %Y %m %d %H %M %S %f %p %b %B %a %A %j %y %I %z %Z", "%d/%m/%Y %H:%M"},
    {kDateFormatPattern, "a format of dates of the directives %Y %y %m %b %B %d", "%d.%m.%Y"},
    {kProxyPattern, "a URL of http:// or https:// with a host and no user, password or path", "http://proxy.example.com:3128"},
    {"^default$", "the only name that a Lake may have", "default"},
    {"^[a-z]([-a-z0-9]*[a-z0-9])?-v[1-9][0-9]{0,3}$", "a name of small letters, digits and '-' that ends in its version", "daily-orders-v1"},
    {"^([0-9]{1,5}(ms|s|m|h|d|w)){1,4}$", "a duration of whole numbers with units (ms, s, m, h, d, w)", "1h30m"},
    {"^[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])$", "a day as year, month and day, in quotation marks", "2027-01-31"},
    {"^([!#-~]*)$", "printable ASCII characters without blanks and double quotation marks", "#"},
    {"^https?://[^/\\s]+$", "a URL of http:// or https:// with a host and no path", "https://s3.example.com"},
    {"^[a-z0-9][-.a-z0-9]*$", "a bucket name of small letters, digits, '-' and '.'", "acme-lake"},
    {"^([A-Za-z0-9_][-A-Za-z0-9_.]*)(/[A-Za-z0-9_][-A-Za-z0-9_.]*)*$",
     "a relative path of letters, digits, '-', '_' and '.' whose parts begin with none of '-' and '.'", "raw/landing"},
    {"^https?://[^\\s]+$", "a URL of http:// or https:// without blanks", "https://example.com/orders.csv"},
    {"^[1-9][0-9]{0,14}(Ki|Mi|Gi|Ti|k|M|G|T)?$", "a number of bytes above 0 with a unit (Ki, Mi, Gi, Ti, k, M, G, T) or without", "500Mi"},
    {"^([1-9][0-9]{0,3}(\\.[0-9]{1,3})?|0\\.([1-9][0-9]{0,2}|0[1-9][0-9]?|00[1-9])|[1-9][0-9]{0,6}m)$",
     "a number of CPUs above 0 and below 10,000 with at most 3 decimals, or of thousandths with the unit m", "500m"},
    {"^[A-Za-z_][A-Za-z0-9_]*$", "a variable name of letters, digits and '_' that does not begin with a digit", "LOG_LEVEL"},
    {"^[-._a-zA-Z0-9]+$", "a key of letters, digits, '-', '_' and '.'", "ca.crt"},
    {R"(^[^\x00-\x1f\x7f-\x{9f}]*$)", "text without control characters such as a tab or a terminal escape", "Order ID"},
}};

const Form* Find(std::string_view pattern) {
  const auto found = std::find_if(kForms.begin(), kForms.end(), [pattern](const Form& form) { return form.pattern == pattern; });
  return found == kForms.end() || pattern.empty() ? nullptr : &*found;
}

// "Load_Orders" as a name of an object: "load-orders". Empty when nothing is left of it.
std::string AsObjectName(std::string_view text) {
  std::string name;
  for (const char c : text) {
    const auto lower = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    const bool plain = (lower >= 'a' && lower <= 'z') || (lower >= '0' && lower <= '9');
    if (plain || (!name.empty() && name.back() != '-')) name += plain ? lower : '-';
  }
  while (!name.empty() && name.back() == '-') name.pop_back();
  name.erase(0, std::min(name.find_first_of("abcdefghijklmnopqrstuvwxyz"), name.size()));
  return name;
}

std::string With(const Form& form, std::string_view example) {
  const bool one = form.words.starts_with("the only ");
  return std::string(form.words).append(one ? ": " : ", such as ").append(example);
}

}  // namespace

std::string FormOf(std::string_view pattern) {
  const Form* form = Find(pattern);
  return form == nullptr ? "" : With(*form, form->example);
}

std::string_view ExampleOf(std::string_view pattern) {
  const Form* form = Find(pattern);
  return form == nullptr ? std::string_view() : form->example;
}

std::string FormAdvice(std::string_view pattern, std::string_view text) {
  const Form* form = Find(pattern);
  if (form == nullptr) return std::string("must match ").append(pattern);
  std::string nearest = pattern == kObjectNamePattern ? AsObjectName(text) : "";
  if (nearest.empty()) nearest = form->example;
  return std::string("must be ").append(With(*form, nearest));
}

}  // namespace weir::api
