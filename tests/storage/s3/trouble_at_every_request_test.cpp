// A process that commits to S3 is killed in front of every single request and behind it, and each request and each reply
// gets lost. Readers must see the old version or the new one, and another attempt must end with one committed version.
#include <gmock/gmock.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "runner/storage/s3/s3_store.h"
#include "tests/storage/attempt_scene.h"
#include "tests/storage/s3/s3_server.h"
#include "tests/storage/s3/troubled_proxy.h"

namespace weir::storage {
namespace {

constexpr S3Options kSmallParts{.partBytes = 5 << 20};

struct Scene {
  const char* name;
  Trouble trouble;
  int attempt;  // 1 commits without, 2 with a claim
  Before before;
  std::size_t bytes;  // of the data file: more than 5 MiB go in parts
};

class TroubleAtEveryRequest : public testing::TestWithParam<Scene> {
 protected:
  // A process that runs an attempt once it is told the port of the store.
  struct Child {
    pid_t pid = -1;
    int port_pipe = -1;
  };

  // Before there are threads: what is forked then is whole.
  static Child Fork(api::TaskStore task) {
    int ends[2];
    if (::pipe(ends) != 0) std::abort();
    const pid_t pid = ::fork();
    if (pid != 0) {
      ::close(ends[0]);
      return {pid, ends[1]};
    }
    int port = 0;
    (void)!::read(ends[0], &port, sizeof port);
    task.endpoint = "http://127.0.0.1:" + std::to_string(port);
    const Status done = RunAttempt(*OpenS3(task, kSmallParts), GetParam().attempt, GetParam().bytes);
    ::_exit(done.ok() ? 0 : done.error().fault == Fault::Transient ? 1 : 2);
  }

  // Whether there was an n-th request to make trouble with.
  static bool RunTroubled(const api::TaskStore& task, int n) {
    const Child child = Fork(task);
    const TroubledProxy proxy(S3Server::Shared().port(), n, GetParam().trouble, [&child] { ::kill(child.pid, SIGKILL); });
    const int port = proxy.port();
    EXPECT_EQ(::write(child.port_pipe, &port, sizeof port), static_cast<ssize_t>(sizeof port));
    ::close(child.port_pipe);
    int status = 0;
    ::waitpid(child.pid, &status, 0);
    EXPECT_TRUE(WIFSIGNALED(status) || WEXITSTATUS(status) < 2) << "the child failed for another reason than the trouble at request " << n;
    return proxy.happened();
  }
};

TEST_P(TroubleAtEveryRequest, ReadersSeeOldOrNewAndARetryConverges) {
  int n = 0;
  for (bool happened = true; happened;) {
    ASSERT_LT(++n, 200);
    const api::TaskStore task = S3Server::Shared().NewBucket();
    const std::shared_ptr<ObjectStore> store = *OpenS3(task, kSmallParts);
    if (GetParam().before == Before::OldVersion) PutOldVersion(store);
    happened = RunTroubled(task, n);
    ExpectOldOrNew(store, GetParam().before);
    ExpectRetryConverges(store, GetParam().attempt, GetParam().bytes);
    ASSERT_FALSE(HasFailure()) << "trouble at request " << n;
  }
  EXPECT_GT(n, 5) << "the proxy saw too few requests";
  RecordProperty("requests", n - 1);
}

constexpr std::size_t kInParts = 6 << 20;

INSTANTIATE_TEST_SUITE_P(Scenes, TroubleAtEveryRequest,
                         testing::Values(Scene{"KillBefore", Trouble::KillBefore, 2, Before::OldVersion, 0},
                                         Scene{"KillAfter", Trouble::KillAfter, 2, Before::OldVersion, 0},
                                         Scene{"LoseRequest", Trouble::LoseRequest, 2, Before::OldVersion, 0},
                                         Scene{"LoseReply", Trouble::LoseReply, 2, Before::OldVersion, 0},
                                         Scene{"KillAfterFirstVersion", Trouble::KillAfter, 1, Before::NoTable, 0},
                                         Scene{"LoseReplyFirstVersion", Trouble::LoseReply, 1, Before::NoTable, 0},
                                         Scene{"KillAfterInParts", Trouble::KillAfter, 1, Before::OldVersion, kInParts},
                                         Scene{"LoseReplyInParts", Trouble::LoseReply, 1, Before::OldVersion, kInParts}),
                         [](const auto& instance) { return instance.param.name; });

}  // namespace
}  // namespace weir::storage
