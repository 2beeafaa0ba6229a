#include "runner/storage/paths.h"

#include <cctype>

#include "crds/base/json.h"
#include "crds/base/text.h"

namespace weir::storage {
namespace {

constexpr std::size_t kLongestPath = 1024;  // S3's limit for a key
constexpr std::size_t kLongestReadable = 4096;
constexpr std::size_t kLongestPart = 255;  // NAME_MAX

Error Unsafe(std::string_view path, const std::string& why) {
  return {Fault::Invalid, "UnsafePath", "path " + Dump(Json(std::string(path))) + " " + why + ": use a relative path with '/' between plain names"};
}

Status CheckPart(std::string_view path, std::string_view part) {
  if (part.empty()) return Unsafe(path, "has an empty part");
  if (part == "." || part == "..") return Unsafe(path, "has the part \"" + std::string(part) + "\"");
  if (part.size() > kLongestPart) return Unsafe(path, "has a part longer than 255 bytes");
  if (part.starts_with(kTemporaryPrefix)) return Unsafe(path, "uses the name of a temporary file");
  return Ok();
}

int HexDigit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

}  // namespace

Status CheckPath(std::string_view path) {
  if (path.empty()) return Unsafe(path, "is empty");
  if (path.front() == '/') return Unsafe(path, "is absolute");
  if (path.size() > kLongestPath) return Unsafe(path.substr(0, 80), "is longer than 1,024 bytes");
  for (const char c : path) {
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) return Unsafe(path, "has a control character");
  }
  if (FirstByteNotUtf8(path) != std::string_view::npos) return Unsafe(path, "is not UTF-8");
  for (const std::string& part : SplitPath(path)) {
    if (const Status status = CheckPart(path, part); !status) return status;
  }
  return Ok();
}

Status CheckReadable(std::string_view path) {
  if (path.empty()) return Unsafe(path, "is empty");
  if (path.front() == '/') return Unsafe(path, "is absolute");
  if (path.size() > kLongestReadable) return Unsafe(path.substr(0, 80), "is longer than 4,096 bytes");
  if (path.find('\0') != std::string_view::npos) return Unsafe(path, "has a NUL");
  for (const std::string& part : SplitPath(path)) {
    if (part.empty()) return Unsafe(path, "has an empty part");
    if (part == "." || part == "..") return Unsafe(path, "has the part \"" + part + "\"");
    if (part.starts_with(kTemporaryPrefix)) return Unsafe(path, "uses the name of a temporary file");
  }
  return Ok();
}

Status CheckFolder(std::string_view folder) {
  if (folder.empty()) return Ok();
  if (folder.back() == '/') folder.remove_suffix(1);
  return CheckPath(folder);
}

std::string JoinPath(std::string_view folder, std::string_view name) {
  if (folder.empty() || name.empty()) return std::string(folder) + std::string(name);
  return std::string(folder) + (folder.back() == '/' ? "" : "/") + std::string(name);
}

std::string FolderOf(std::string_view path) {
  const auto slash = path.rfind('/');
  return slash == std::string_view::npos ? std::string() : std::string(path.substr(0, slash));
}

std::string FileNameOf(std::string_view path) { return std::string(path.substr(path.rfind('/') + 1)); }

std::vector<std::string> SplitPath(std::string_view path) {
  std::vector<std::string> parts;
  if (path.empty()) return parts;
  for (std::size_t start = 0;;) {
    const auto slash = path.find('/', start);
    parts.emplace_back(path.substr(start, slash - start));
    if (slash == std::string_view::npos) return parts;
    start = slash + 1;
  }
}

std::string PercentEncode(std::string_view text, std::string_view keep) {
  constexpr char kHex[] = "0123456789ABCDEF";
  std::string out;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    const bool plain = byte < 0x80 && (std::isalnum(byte) != 0 || std::string_view("-._~").find(c) != std::string_view::npos);
    if (plain || keep.find(c) != std::string_view::npos) {
      out += c;
    } else {
      out += {'%', kHex[byte >> 4], kHex[byte & 15]};
    }
  }
  return out;
}

std::string PercentDecode(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool escape = text[i] == '%' && i + 2 < text.size() && HexDigit(text[i + 1]) >= 0 && HexDigit(text[i + 2]) >= 0;
    out += escape ? static_cast<char>(HexDigit(text[i + 1]) * 16 + HexDigit(text[i + 2])) : text[i];
    if (escape) i += 2;
  }
  return out;
}

}  // namespace weir::storage
