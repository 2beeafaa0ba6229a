// What HTTP servers send: headers, times, waits and the XML of S3.
#include "crds/base/text.h"
#include "operator/kube/api_status.h"
#include "runner/storage/http/http_head.h"
#include "runner/storage/s3/s3_xml.h"
#include "tests/fuzz/invariant.h"

using namespace weir;

namespace {

void CheckHead(std::string_view text) {
  storage::HttpHead head;
  std::size_t bytes = 0;
  while (!text.empty()) {
    const auto end = std::min(text.find('\n'), text.size() - 1) + 1;
    if (!head.Take(text.substr(0, end))) return;
    bytes += end;
    text.remove_prefix(end);
  }
  fuzz::Require(bytes <= storage::HttpHead::kMostBytes, "a head is bounded");
  std::size_t kept = 0;
  for (const auto& [name, value] : head.Fields()) {
    kept += name.size() + value.size();
    fuzz::Require(name.find_first_of(":\r\n\t ") == std::string::npos && value.find('\n') == std::string::npos, "a field is one line");
  }
  fuzz::Require(kept <= bytes, "fields are not longer than their head");
  const auto length = head.Fields().find("content-length");
  if (length == head.Fields().end() || !head.FaultOfLength().empty()) return;
  const auto last = length->second.substr(length->second.rfind(',') + 1);
  fuzz::Require(last.find_first_of("0123456789") != std::string::npos && last.find_first_not_of("0123456789 \t\r\n") == std::string::npos,
                "a clear length is a number");
  fuzz::Require(!head.Fields().contains("transfer-encoding"), "a clear length has no other end beside it");
}

void CheckXml(std::string_view text) {
  std::size_t bytes = 0;
  for (const std::string_view element : storage::XmlElements(text, "Key")) bytes += element.size();
  fuzz::Require(bytes <= text.size(), "elements are not longer than their document");
  const std::string key = storage::XmlText(text, "Key");
  fuzz::Require(key.size() <= text.size(), "a text is not longer than its document");
  if (FirstByteNotUtf8(text) == std::string::npos) fuzz::Require(FirstByteNotUtf8(key) == std::string::npos, "references make no text that is not UTF-8");
  fuzz::Require(storage::XmlText("<Key>" + storage::XmlEscape(text) + "</Key>", "Key") == text, "an escaped text reads back as itself");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text = fuzz::Text(data, size);
  CheckHead(text);
  CheckXml(text);
  const Time time = storage::ParseHttpTime(std::string(text));
  fuzz::Require(Format(time).size() == 20, "a time is one of the calendar's");
  const int wait = kube::ReadRetryAfter(text);
  fuzz::Require(wait >= 0 && wait <= 3600, "a server's wait is between nothing and an hour");
  return 0;
}
