// Stores and sources whose certificates are signed by an authority that only WEIR_CA_BUNDLE names, over real TLS.
#include <fcntl.h>
#include <gmock/gmock.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "runner/storage/http/http_source.h"
#include "runner/storage/s3/s3_store.h"
#include "tests/storage/loopback.h"
#include "tests/storage/s3/s3_server.h"

namespace weir::storage {
namespace {

using testing::AllOf;
using testing::HasSubstr;

// A company's authority, and a certificate of this machine that it signed.
class Authority {
 public:
  Authority() {
    const std::string key = "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 ", quiet = " 2>/dev/null";
    const std::string in = "cd '" + folder_.path() + "' && ";
    Run(in + key + "-subj '/CN=Company CA' -keyout ca.key -out ca.crt" + quiet);
    Run(in + key +
        "-CA ca.crt -CAkey ca.key -subj /CN=store -addext subjectAltName=IP:127.0.0.1 -addext basicConstraints=CA:FALSE -keyout tls.key -out tls.crt" + quiet);
  }
  const std::string& folder() const { return folder_.path(); }
  std::string certificate() const { return folder_ / "ca.crt"; }

 private:
  static void Run(const std::string& command) {
    if (std::system(command.c_str()) != 0) throw std::runtime_error("failed: " + command);
  }
  test::TemporaryFolder folder_;
};

Authority& Company() {
  static Authority authority;
  return authority;
}

// Trusted by the process while it lives. Transfers read it when they are made.
class Bundle {
 public:
  explicit Bundle(const std::string& file) { setenv("WEIR_CA_BUNDLE", file.c_str(), 1); }
  ~Bundle() { unsetenv("WEIR_CA_BUNDLE"); }
  Bundle(const Bundle&) = delete;
  Bundle& operator=(const Bundle&) = delete;
};

constexpr const char* kFileServer = R"(
import http.server, ssl, sys
folder, port = sys.argv[1], int(sys.argv[2])
handler = lambda *a: http.server.SimpleHTTPRequestHandler(*a, directory=folder)
server = http.server.ThreadingHTTPServer(("127.0.0.1", port), handler)
context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
context.load_cert_chain(folder + "/tls.crt", folder + "/tls.key")
server.socket = context.wrap_socket(server.socket, server_side=True)
server.serve_forever()
)";

// Serves the company's folder over TLS; dies with the object.
class FileServer {
 public:
  FileServer() {
    for (int tries = 0; tries < 5; ++tries)
      if (Start()) return;
    throw std::runtime_error("the HTTPS server does not start");
  }
  ~FileServer() {
    ::kill(pid_, SIGKILL);
    ::waitpid(pid_, nullptr, 0);
  }
  FileServer(const FileServer&) = delete;
  FileServer& operator=(const FileServer&) = delete;
  std::string Url(const std::string& path) const { return "https://127.0.0.1:" + std::to_string(port_) + path; }

 private:
  bool Start() {
    port_ = RefusedPort();
    const std::string port = std::to_string(port_);
    const std::string folder = Company().folder();  // before the fork: the child would found a company of its own
    pid_ = ::fork();
    if (pid_ == 0) {
      ::prctl(PR_SET_PDEATHSIG, SIGKILL);
      const int nowhere = ::open("/dev/null", O_RDWR);
      for (const int stream : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) ::dup2(nowhere, stream);
      ::execlp("python3", "python3", "-c", kFileServer, folder.c_str(), port.c_str(), static_cast<char*>(nullptr));
      ::_exit(127);
    }
    for (int connection = -1; connection < 0; ::usleep(2000)) {
      connection = ConnectLoopback(port_);
      if (connection >= 0) return ::close(connection), true;
      if (::waitpid(pid_, nullptr, WNOHANG) != 0) return false;
    }
    return false;
  }
  int port_ = 0;
  pid_t pid_ = -1;
};

const auto kSaysWhatToDo = AllOf(HasSubstr("SSL certificate problem"), HasSubstr("spec.runner.caBundle of the Lake"));

TEST(PrivateAuthority, OfAStoreIsTrustedWhenTheBundleNamesItAndOnlyThen) {
  S3Server server(Company().folder());
  const api::TaskStore task = server.NewBucket();
  ASSERT_THAT(task.endpoint, testing::StartsWith("https://"));
  const auto untrusted = (*OpenS3(task))->Get("a.txt");
  ASSERT_FALSE(untrusted.ok());
  EXPECT_EQ(untrusted.error().reason, "StoreUnavailable");
  EXPECT_THAT(untrusted.error().message, kSaysWhatToDo);
  const Bundle bundle(Company().certificate());
  const auto store = *OpenS3(task);
  auto writer = store->Create("a.txt");
  ASSERT_TRUE(writer.ok()) << writer.error().message;
  ASSERT_TRUE((*writer)->Write("trusted").ok());
  ASSERT_TRUE((*writer)->Close().ok());
  const auto back = store->Get("a.txt");
  ASSERT_TRUE(back.ok()) << back.error().message;
  EXPECT_EQ(*back, "trusted");
}

TEST(PrivateAuthority, OfASourceIsTrustedWhenTheBundleNamesItAndOnlyThen) {
  FileServer server;
  std::string bytes;
  const auto sink = [&bytes](std::string_view piece) {
    bytes += piece;
    return Ok();
  };
  const auto untrusted = Fetch(server.Url("/ca.crt"), sink);
  ASSERT_FALSE(untrusted.ok());
  EXPECT_EQ(untrusted.error().reason, "SourceUnavailable");
  EXPECT_THAT(untrusted.error().message, kSaysWhatToDo);
  const Bundle bundle(Company().certificate());
  const auto fetched = Fetch(server.Url("/ca.crt"), sink);
  ASSERT_TRUE(fetched.ok()) << fetched.error().message;
  EXPECT_THAT(bytes, HasSubstr("BEGIN CERTIFICATE"));
}

// Another company's authority is no reason to trust this one.
TEST(PrivateAuthority, OfAnotherNameIsNotTrusted) {
  FileServer server;
  const Authority other;
  const Bundle bundle(other.certificate());
  const auto fetched = Fetch(server.Url("/ca.crt"), [](std::string_view) { return Ok(); });
  ASSERT_FALSE(fetched.ok());
  EXPECT_THAT(fetched.error().message, kSaysWhatToDo);
}

TEST(PrivateAuthority, ThatIsNoCertificateIsNamed) {
  const test::TemporaryFolder folder;
  const Bundle bundle(folder.Write("ca.crt", "not a certificate"));
  const auto fetched = Fetch("https://127.0.0.1:1/", [](std::string_view) { return Ok(); });
  ASSERT_FALSE(fetched.ok());
  EXPECT_THAT(fetched.error().message, AllOf(HasSubstr("the CA bundle of the Lake"), HasSubstr("has no certificate in PEM form")));
}

}  // namespace
}  // namespace weir::storage
