#include "operator/kube/api_status.h"

#include <algorithm>
#include <array>

#include "crds/base/text.h"

namespace weir::kube {
namespace {

constexpr std::size_t kLongestForeignText = 300;

// "field: message" of each cause that the message has not told already.
std::string UntoldCauses(const Json& status) {
  std::string text;
  const Json& causes = At(At(status, "details"), "causes");
  if (!causes.is_array()) return text;
  const std::string message = Text(status, "message");
  for (const Json& cause : causes) {
    const std::string field = Text(cause, "field"), why = Text(cause, "message");
    if (why.empty() || message.find(why) != std::string::npos) continue;
    text += (text.empty() ? " (" : "; ") + (field.empty() ? why : field + ": " + why);
  }
  return text.empty() ? text : text + ")";
}

// The words of RBAC. Quotas and admission policies are Forbidden too, and have others.
bool LacksARight(const ApiStatus& status) {
  return status.code == 403 && status.message.find(" cannot ") != std::string::npos && status.message.find(" resource ") != std::string::npos;
}

struct Wording {
  std::string_view words;
  std::string_view reason;
};

// One code for all that admission refuses, and no field that says what kind of refusal it is.
constexpr std::array kForbidden{Wording{"exceeded quota", "QuotaExceeded"}, Wording{"because it is being terminated", "NamespaceTerminating"},
                                Wording{"error looking up service account", "AccountMissing"}, Wording{"no PriorityClass with name", "ClassMissing"},
                                Wording{"pod rejected: RuntimeClass", "ClassMissing"}};

std::string ReasonOfForbidden(const ApiStatus& status) {
  if (LacksARight(status)) return "MissingRight";
  for (const Wording& wording : kForbidden)
    if (status.message.find(wording.words) != std::string::npos) return std::string(wording.reason);
  return status.reason;
}

// What no server means is no number: 0.
int Bounded(const Json& object, const char* member) {
  const std::int64_t number = Integer(object, member);
  return number < 0 || number > 1'000'000 ? 0 : static_cast<int>(number);
}

// A webhook that is down or too slow is as good as a rule that refuses: somebody must look at it, and may be long in coming.
bool IsOfAWebhook(const ApiStatus& status) { return status.code >= 500 && status.message.find("failed calling webhook") != std::string::npos; }

struct Meaning {
  Fault fault;
  std::string_view reason;  // when the Status has none
};

Meaning MeaningOf(int code) {
  switch (code) {
    case 400:
    case 413:
    case 422: return {Fault::Invalid, "Invalid"};
    case 401: return {Fault::Denied, "Unauthorized"};
    case 403: return {Fault::Denied, "Forbidden"};
    case 404: return {Fault::Missing, "NotFound"};
    case 408: return {Fault::Transient, "Timeout"};
    case 409: return {Fault::Conflict, "Conflict"};
    case 410: return {Fault::Transient, "Expired"};
    case 429: return {Fault::Transient, "TooManyRequests"};
    default: break;
  }
  // 3xx too: what answers is not the API server, or not yet.
  if (code >= 500 || code < 400) return {Fault::Transient, "ServerError"};
  return {Fault::Bug, "UnexpectedReply"};
}

}  // namespace

ApiStatus ReadApiStatus(const Json& status) {
  ApiStatus out;
  out.code = Bounded(status, "code");
  out.reason = Text(status, "reason");
  out.message = Text(status, "message") + UntoldCauses(status);
  out.retryAfterSeconds = Bounded(At(status, "details"), "retryAfterSeconds");
  return out;
}

ApiStatus ReadApiStatus(int http_code, std::string_view body) {
  const auto json = ParseJson(body);
  if (json && Text(*json, "kind") == "Status") {
    ApiStatus status = ReadApiStatus(*json);
    if (status.code == 0) status.code = http_code;
    return status;
  }
  ApiStatus status{.code = http_code, .reason = {}, .message = std::string(body.substr(0, kLongestForeignText))};
  while (status.message.ends_with('\n')) status.message.pop_back();
  if (status.message.empty()) status.message = "no explanation was given";
  if (http_code == 404)
    status.message = "this server does not know the kind (" + status.message +
                     "): install Weirkeeper's definitions with its chart or by kubectl apply --server-side --force-conflicts -f crds/, or name another cluster";
  return status;
}

Error ErrorFor(const ApiStatus& status, const std::string& what) {
  const Meaning meaning = MeaningOf(status.code);
  Error error{meaning.fault, status.code == 403 ? ReasonOfForbidden(status) : status.reason, what + ": " + status.message};
  // The API server's InternalError is not ours.
  if (status.code == 429 || error.reason.empty() || error.reason == "InternalError") error.reason = meaning.reason;
  if (IsOfAWebhook(status)) error.fault = Fault::Denied, error.reason = "WebhookFailed";
  error.message += " (HTTP " + std::to_string(status.code);
  if (status.retryAfterSeconds > 0) error.message += ", try again in " + std::to_string(status.retryAfterSeconds) + " s";
  error.message += ")";
  if (LacksARight(status)) error.message += "; grant this account the right: the operator has it by the roles of its own version's chart";
  return error;
}

bool IsExpired(const ApiStatus& status) { return status.code == 410; }

int ReadRetryAfter(std::string_view header) {
  const auto seconds = WholeNumber(header, 0);
  return static_cast<int>(std::min<std::int64_t>(seconds.value_or(0), 3600));
}

std::vector<std::string> WarningTexts(std::string_view header) {
  std::vector<std::string> texts;
  bool quoted = false;
  for (std::size_t i = 0; i < header.size(); ++i) {
    if (header[i] == '"') {
      quoted = !quoted;
      if (quoted) texts.emplace_back();
    } else if (quoted) {
      if (header[i] == '\\' && i + 1 < header.size()) ++i;
      texts.back().push_back(header[i]);
    }
  }
  return texts;
}

}  // namespace weir::kube
