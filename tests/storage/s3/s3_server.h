#pragma once

#include <sys/types.h>

#include <memory>
#include <string>

#include "crds/api/protocol/stage_task.h"
#include "tests/temporary_folder.h"

namespace weir::storage {

// A real S3 server (versitygw over a temporary folder) on a free loopback port; the binary is $WEIR_VERSITYGW or the one
// in the build cache. Dies with the object, or with the process. Throws, which fails the test, when it cannot start.
class S3Server {
 public:
  // Over TLS with tls.crt and tls.key of the folder `tls`; plain when it is empty.
  explicit S3Server(const std::string& tls = "");
  ~S3Server();
  // One for all tests of this process.
  static S3Server& Shared();

  // A new, empty bucket, as a task names it.
  api::TaskStore NewBucket();
  void Kill();
  std::string endpoint() const { return (tls_.empty() ? "http" : "https") + std::string("://127.0.0.1:") + std::to_string(port_); }
  int port() const { return port_; }
  const test::TemporaryFolder& data() const { return data_; }

 private:
  bool Start(const std::string& binary);
  bool Answers() const;
  const std::string tls_;
  test::TemporaryFolder data_;
  test::TemporaryFolder keys_;
  int port_ = 0;
  pid_t pid_ = -1;
  int buckets_ = 0;
};

}  // namespace weir::storage
