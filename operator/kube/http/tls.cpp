#include "operator/kube/http/tls.h"

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>

#include <cstdlib>
#include <memory>

namespace weir::kube {
namespace {

using Bio = std::unique_ptr<BIO, decltype(&BIO_free)>;
using Certificate = std::unique_ptr<X509, decltype(&X509_free)>;
using PrivateKey = std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)>;

Bio Reader(const std::string& pem) { return {BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())), BIO_free}; }

Certificate NextCertificate(BIO* reader) { return {PEM_read_bio_X509(reader, nullptr, nullptr, nullptr), X509_free}; }

Error Bad(const std::string& message) {
  ERR_clear_error();
  return {Fault::Invalid, "BadCredentials", message};
}

// A key with a pass phrase would otherwise ask for it on the terminal.
int NoPassPhrase(char*, int, int, void*) { return 0; }

Status Trust(SSL_CTX* context, const std::string& pem) {
  const Bio reader = Reader(pem);
  X509_STORE* store = SSL_CTX_get_cert_store(context);
  int count = 0;
  while (const Certificate certificate = NextCertificate(reader.get())) count += X509_STORE_add_cert(store, certificate.get());
  ERR_clear_error();
  if (count == 0) return Bad("the certificate authority is not a PEM certificate");
  return Ok();
}

Status Present(SSL_CTX* context, const TlsMaterial& material) {
  const Bio reader = Reader(material.certificate);
  const Certificate own = NextCertificate(reader.get());
  if (!own || SSL_CTX_use_certificate(context, own.get()) != 1) return Bad("the client certificate is not a PEM certificate");
  while (const Certificate issuer = NextCertificate(reader.get())) SSL_CTX_add1_chain_cert(context, issuer.get());
  ERR_clear_error();
  const PrivateKey key(PEM_read_bio_PrivateKey(Reader(material.key).get(), nullptr, NoPassPhrase, nullptr), EVP_PKEY_free);
  if (!key) return Bad("the client key is not a PEM private key without a pass phrase");
  if (SSL_CTX_use_PrivateKey(context, key.get()) != 1) return Bad("the client key does not belong to the client certificate");
  return Ok();
}

}  // namespace

Status UseTls(ssl_ctx_st* context, const TlsMaterial& material) {
  SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION);
  if (const Status trusted = Trust(context, material.authority); !trusted) return trusted;
  return material.certificate.empty() ? Ok() : Present(context, material);
}

Status CheckTls(const TlsMaterial& material) {
  const std::unique_ptr<SSL_CTX, decltype(&SSL_CTX_free)> context(SSL_CTX_new(TLS_client_method()), SSL_CTX_free);
  return context ? UseTls(context.get(), material) : Status(Error{Fault::Exhausted, "NoTls", "OpenSSL cannot create a TLS context"});
}

void PrepareTls() { OPENSSL_init_ssl(0, nullptr); }

void TrustNoSystemRoots() {
  setenv("SSL_CERT_FILE", "/nonexistent/weirkeeper-trusts-the-cluster-authority-only", 1);
  setenv("SSL_CERT_DIR", "/nonexistent/weirkeeper-trusts-the-cluster-authority-only", 1);
}

}  // namespace weir::kube
