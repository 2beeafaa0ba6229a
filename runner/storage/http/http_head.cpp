#include "runner/storage/http/http_head.h"

#include <curl/curl.h>

#include <algorithm>
#include <optional>

#include "crds/base/text.h"

namespace weir::storage {
namespace {

constexpr std::string_view kBlanks = " \t\r\n";
constexpr time_t kEndOfYear9999 = 253'402'300'799;

std::string_view Trimmed(std::string_view text) {
  const std::size_t first = text.find_first_not_of(kBlanks);
  return first == std::string_view::npos ? std::string_view() : text.substr(first, text.find_last_not_of(kBlanks) - first + 1);
}

// Without the zeros in front, so that equal numbers are equal texts; nothing for what is no number.
std::optional<std::string_view> DigitsOf(std::string_view text) {
  if (text.empty() || text.find_first_not_of("0123456789") != std::string_view::npos) return std::nullopt;
  return text.substr(std::min(text.find_first_not_of('0'), text.size() - 1));
}

}  // namespace

bool HttpHead::Take(std::string_view line) {
  bytes_ += line.size();
  if (bytes_ > kMostBytes) return false;
  // Within a head it is a field, to libcurl too.
  if (ended_ && line.starts_with("HTTP/")) {
    fields_.clear();
    lengths_.clear();
    ended_ = false;
    return true;
  }
  if (line.empty() || line == "\n" || line == "\r\n") ended_ = true;
  if (ended_) open_.clear();
  if (!open_.empty() && line.find_first_of(" \t") == 0) {
    GoOn(Trimmed(line));
    return true;
  }
  open_.clear();
  const std::size_t colon = line.find(':');
  if (colon == std::string_view::npos) return true;
  const std::string name = Lower(Trimmed(line.substr(0, colon)));
  if (name.find_first_of(kBlanks) != std::string::npos) return true;
  const std::string_view value = Trimmed(line.substr(colon + 1));
  if (ended_ && name == "content-length") return true;
  if (name == "content-length") lengths_.emplace_back(value);
  fields_[name] = value;
  open_ = name;
  return true;
}

void HttpHead::GoOn(std::string_view line) {
  const auto append = [line](std::string& value) { value.append(value.empty() || line.empty() ? "" : " ").append(line); };
  append(fields_[open_]);
  if (open_ == "content-length") append(lengths_.back());
}

std::string HttpHead::FaultOfLength() const {
  std::optional<std::string> first;
  for (const std::string& length : lengths_)
    for (std::string_view rest = length;; rest.remove_prefix(rest.find(',') + 1)) {
      const auto digits = DigitsOf(Trimmed(rest.substr(0, rest.find(','))));
      if (!digits) return "its Content-Length \"" + length + "\" is not a number of bytes";
      if (first && *first != *digits) return "its Content-Length is " + *first + " and " + std::string(*digits);
      first = *digits;
      if (rest.find(',') == std::string_view::npos) break;
    }
  if (first && fields_.contains("transfer-encoding")) return "it has both a Content-Length and a Transfer-Encoding";
  return {};
}

Time ParseHttpTime(const std::string& text) {
  const time_t seconds = curl_getdate(text.c_str(), nullptr);
  return seconds < 0 || seconds > kEndOfYear9999 ? Time{} : Time::FromSeconds(seconds);
}

}  // namespace weir::storage
