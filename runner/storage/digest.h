#pragma once

#include <memory>
#include <string>
#include <string_view>

namespace weir::storage {

// SHA-256 (FIPS 180-4) of bytes that arrive piece by piece. Not thread-safe.
class Sha256 {
 public:
  Sha256();
  ~Sha256();
  Sha256(Sha256&&) noexcept;
  Sha256& operator=(Sha256&&) noexcept;

  void Update(std::string_view bytes);
  // 64 lower-case hex digits; ends the digest, a new one starts empty.
  std::string Hex();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

std::string Sha256Hex(std::string_view bytes);

// HMAC-SHA-256 (RFC 2104), 32 raw bytes.
std::string HmacSha256(std::string_view key, std::string_view bytes);

// Lower case.
std::string ToHex(std::string_view bytes);

}  // namespace weir::storage
