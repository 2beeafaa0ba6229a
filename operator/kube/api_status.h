#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "crds/base/json.h"
#include "crds/base/result.h"

namespace weir::kube {

// An API server's description of a failure: metav1.Status, as the body of a reply or in an ERROR event.
struct ApiStatus {
  int code = 0;
  std::string reason;   // AlreadyExists, Conflict, Expired, Forbidden, Invalid, NotFound, TooManyRequests, ...
  std::string message;  // the API server's message, followed by the causes that it does not mention
  int retryAfterSeconds = 0;
};

// A body that is not a Status (a proxy's, for example) becomes the message, cut to 300 bytes; `http_code` then is the code.
// An API server returns such a 404 for a kind that it does not serve; for a missing object it returns a Status.
ApiStatus ReadApiStatus(int http_code, std::string_view body);
ApiStatus ReadApiStatus(const Json& status);

// The Error that ClusterApi returns for it. `what` names the call and the object and starts the message:
// "create pods default/x: pods \"x\" already exists".
Error ErrorFor(const ApiStatus& status, const std::string& what);

// 410: the resource version is gone, or a list's continue token.
bool IsExpired(const ApiStatus& status);

// The seconds of a Retry-After header, at most an hour; 0 for what is not a whole number of seconds, such as a date.
int ReadRetryAfter(std::string_view header);

// The texts in a Warning header: `299 - "first", 299 - "second"`.
std::vector<std::string> WarningTexts(std::string_view header);

}  // namespace weir::kube
