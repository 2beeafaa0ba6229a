#pragma once

#include <string>

#include "crds/base/result.h"

struct ssl_ctx_st;  // OpenSSL's SSL_CTX

namespace weir::kube {

// PEM texts; `certificate` and `key` are empty for who comes with a token.
struct TlsMaterial {
  std::string authority;
  std::string certificate;
  std::string key;
};

// Makes an OpenSSL context speak TLS 1.2 or later, trust `authority` only (one or more certificates), and show our
// certificate. Fault::Invalid, reason "BadCredentials", when a text is not what it should be or the key is another's.
Status UseTls(ssl_ctx_st* context, const TlsMaterial& material);

// The same on a context that is thrown away: to say at start what would fail later.
Status CheckTls(const TlsMaterial& material);

// Lets OpenSSL register its end before the HTTP library starts its threads: at the exit of the process they end first, and
// what OpenSSL keeps for each of them is given back. Any number of times, from any thread.
void PrepareTls();

// Points OpenSSL's default roots at a file and a folder that do not exist. The HTTP library loads them for every
// connection, which costs 19 ms of CPU each time and would trust the world. Call before any other thread is started.
void TrustNoSystemRoots();

}  // namespace weir::kube
