#include "runner/storage/http_head.h"

#include <curl/curl.h>

#include "crds/base/text.h"

namespace weir::storage {
namespace {

constexpr std::string_view kBlanks = " \t\r\n";
constexpr time_t kEndOfYear9999 = 253'402'300'799;

std::string_view Trimmed(std::string_view text) {
  const std::size_t first = text.find_first_not_of(kBlanks);
  return first == std::string_view::npos ? std::string_view() : text.substr(first, text.find_last_not_of(kBlanks) - first + 1);
}

}  // namespace

bool HttpHead::Take(std::string_view line) {
  bytes_ += line.size();
  if (bytes_ > kMostBytes) return false;
  if (line.starts_with("HTTP/")) {
    fields_.clear();
    return true;
  }
  const std::size_t colon = line.find(':');
  if (colon == std::string_view::npos) return true;
  const std::string name = Lower(Trimmed(line.substr(0, colon)));
  if (name.find_first_of(kBlanks) != std::string::npos) return true;
  fields_[name] = Trimmed(line.substr(colon + 1));
  return true;
}

Time ParseHttpTime(const std::string& text) {
  const time_t seconds = curl_getdate(text.c_str(), nullptr);
  return seconds < 0 || seconds > kEndOfYear9999 ? Time{} : Time::FromSeconds(seconds);
}

}  // namespace weir::storage
