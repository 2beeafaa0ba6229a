#pragma once

#include <string>

#include "crds/base/result.h"

struct ssl_ctx_st;  // OpenSSL's SSL_CTX

namespace weir::kube {

// PEM texts; `certificate` and `key` are empty when a token is used.
struct TlsMaterial {
  std::string authority;
  std::string certificate;
  std::string key;
};

// Makes an OpenSSL context speak TLS 1.2 or later, trust `authority` only (one or more certificates), and show our
// certificate. Fault::Invalid, reason "BadCredentials", when a text is malformed or the key does not match the certificate.
Status UseTls(ssl_ctx_st* context, const TlsMaterial& material);

// The same on a temporary context: reports at start what would fail later.
Status CheckTls(const TlsMaterial& material);

// Makes OpenSSL register its exit handler before the HTTP library starts its threads: these then end first at process exit,
// and OpenSSL frees its state of each of them. May be called any number of times, from any thread.
void PrepareTls();

// Points OpenSSL's default roots at a file and a folder that do not exist. The HTTP library loads them for every
// connection, which costs 19 ms of CPU each time and would trust every public CA. Call it before other threads are started.
void TrustNoSystemRoots();

}  // namespace weir::kube
