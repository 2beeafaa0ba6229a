#include "crds/base/file.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <fstream>
#include <thread>

#include "tests/temporary_folder.h"

namespace weir {
namespace {

using testing::HasSubstr;

class ReadBoundedTest : public testing::Test {
 protected:
  std::string Pipe() {
    const std::string path = folder_ / "pipe";
    EXPECT_EQ(::mkfifo(path.c_str(), 0600), 0);
    return path;
  }
  test::TemporaryFolder folder_;
};

TEST_F(ReadBoundedTest, AFileIsReadWhole) {
  const std::string path = folder_ / "file";
  std::ofstream(path) << std::string(100'000, 'x');
  EXPECT_EQ(ReadBounded(path, {.maxBytes = 100'000})->size(), 100'000U);
  EXPECT_EQ(ReadBounded(path, {.maxBytes = 99'999}).error().reason, "TooLarge");
}

TEST_F(ReadBoundedTest, ADeviceWithoutEndIsTooLarge) { EXPECT_EQ(ReadBounded("/dev/zero").error().reason, "TooLarge"); }

TEST_F(ReadBoundedTest, AFolderAndNothingAreUnreadable) {
  EXPECT_THAT(ReadBounded(folder_.path()).error().message, HasSubstr("cannot be read"));
  EXPECT_EQ(ReadBounded(folder_ / "none").error().fault, Fault::Missing);
}

TEST_F(ReadBoundedTest, APipeWithoutWriterIsWaitedForAndGivenUp) { EXPECT_EQ(ReadBounded(Pipe(), {.wait = Duration::Millis(20)}).error().reason, "Timeout"); }

TEST_F(ReadBoundedTest, APipeIsReadToItsEndAndASilentOneIsGivenUp) {
  const std::string path = Pipe();
  const int keeps_open = ::open(path.c_str(), O_RDWR | O_CLOEXEC);
  EXPECT_EQ(ReadBounded(path, {.wait = Duration{50}}).error().reason, "Timeout");
  std::thread writer([keeps_open] {
    EXPECT_EQ(::write(keeps_open, "token", 5), 5);
    ::close(keeps_open);
  });
  EXPECT_EQ(ReadBounded(path).value(), "token");
  writer.join();
}

}  // namespace
}  // namespace weir
