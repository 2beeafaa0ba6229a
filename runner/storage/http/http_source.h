#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "crds/base/result.h"
#include "crds/base/time.h"
#include "runner/storage/http/http_transfer.h"
#include "runner/storage/object_store.h"

namespace weir::storage {

struct FetchOptions {
  std::int64_t maxBytes = std::int64_t{10} << 30;  // a larger file is refused, not cut
  Duration timeout = Duration::Hours(1);           // from the call to the last byte, redirects included
  int redirects = 5;
  Duration connectTimeout = Duration::Seconds(10);
  Duration stallTimeout = Duration::Seconds(60);
  Addresses addresses = Addresses::NotLinkLocal;  // of a URL that a user chose
};

struct FetchedFile {
  std::int64_t bytes = 0;
  std::string sha256;  // of the bytes as they arrived
};

// Without query and fragment, which may hold a token: fit for messages, logs and identities.
std::string UrlWithoutQuery(const std::string& url);

// The last part of the URL's path, unescaped; "download" when there is none that is safe as the name of a file.
std::string FileNameOfUrl(const std::string& url);

// Streams the body of an http or https URL, as it is (no decompression), with bounded memory. Tries once. A body that
// ends early is an error. Reason "SourceUnavailable" with Fault::Transient (unreachable, 5xx, 429, cut short), Missing
// (404, 410), Invalid (bad URL, credentials inside the URL, blocked address, other status, too large, lengths that contradict
// each other, a Content-Encoding other than gzip); reason "AccessDenied" with Fault::Denied (401, 403);
// an error of the sink is handed on as it is. Messages show the URL without its query.
Result<FetchedFile> Fetch(const std::string& url, const std::function<Status(std::string_view)>& sink, const FetchOptions& options = {});

// Into a new object; the caller closes the writer after it looked at what came.
Result<FetchedFile> Fetch(const std::string& url, ObjectWriter& out, const FetchOptions& options = {});

}  // namespace weir::storage
