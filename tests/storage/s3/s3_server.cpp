#include "tests/storage/s3/s3_server.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <stdexcept>

#include "tests/storage/loopback.h"

namespace weir::storage {
namespace {

namespace fs = std::filesystem;

constexpr const char* kAccessKey = "test-access";
constexpr const char* kSecretKey = "test-secret-key";

std::string CacheFolder() {
  if (const char* cache = std::getenv("XDG_CACHE_HOME")) return std::string(cache) + "/weirkeeper";
  const char* home = std::getenv("HOME");
  return std::string(home != nullptr ? home : "") + "/.cache/weirkeeper";
}

std::string FindBinary() {
  if (const char* binary = std::getenv("WEIR_VERSITYGW")) return binary;
  const std::string cache = CacheFolder();
  std::error_code none;
  for (const auto& entry : fs::directory_iterator(cache, none)) {
    const std::string candidate = entry.path() / "versitygw";
    if (entry.path().filename().string().starts_with("versitygw-") && fs::exists(candidate)) return candidate;
  }
  throw std::runtime_error("no S3 server to test against: run tests/cluster/tool versitygw, which puts it into " + cache +
                           ", or set WEIR_VERSITYGW to its binary");
}

}  // namespace

S3Server::S3Server(const std::string& tls) : tls_(tls) {
  keys_.Write("accessKeyId", std::string(kAccessKey) + "\n");
  keys_.Write("secretAccessKey", kSecretKey);
  const std::string binary = FindBinary();
  // Another process may take the free port before the server does.
  for (int tries = 0; tries < 5; ++tries) {
    if (Start(binary)) return;
  }
  throw std::runtime_error("the S3 server " + binary + " does not start");
}

S3Server::~S3Server() { Kill(); }

S3Server& S3Server::Shared() {
  static S3Server server;
  return server;
}

bool S3Server::Start(const std::string& binary) {
  port_ = RefusedPort();
  const std::string address = "127.0.0.1:" + std::to_string(port_);
  pid_ = ::fork();
  if (pid_ == 0) {
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    const int nowhere = ::open("/dev/null", O_RDWR);
    for (const int stream : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) ::dup2(nowhere, stream);
    ::setenv("ROOT_ACCESS_KEY", kAccessKey, 1);
    ::setenv("ROOT_SECRET_KEY", kSecretKey, 1);
    if (!tls_.empty()) {
      ::setenv("VGW_CERT", (tls_ + "/tls.crt").c_str(), 1);
      ::setenv("VGW_KEY", (tls_ + "/tls.key").c_str(), 1);
    }
    ::execl(binary.c_str(), binary.c_str(), "--quiet", "--port", address.c_str(), "posix", data_.path().c_str(), static_cast<char*>(nullptr));
    ::_exit(127);
  }
  while (!Answers()) {
    if (::waitpid(pid_, nullptr, WNOHANG) != 0) return false;
    ::usleep(2000);
  }
  return true;
}

bool S3Server::Answers() const {
  const int connection = ConnectLoopback(port_);
  if (connection >= 0) ::close(connection);
  return connection >= 0;
}

api::TaskStore S3Server::NewBucket() {
  const std::string bucket = "bucket-" + std::to_string(++buckets_);
  fs::create_directories(data_ / bucket);
  return {.name = "lake", .endpoint = endpoint(), .region = "us-east-1", .bucket = bucket, .credentials = keys_.path()};
}

void S3Server::Kill() {
  if (pid_ <= 0) return;
  ::kill(pid_, SIGKILL);
  ::waitpid(pid_, nullptr, 0);
  pid_ = -1;
}

}  // namespace weir::storage
