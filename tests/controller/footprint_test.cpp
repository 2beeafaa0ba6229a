#include "operator/controller/instruments/footprint.h"

#include <dlfcn.h>
#include <gtest/gtest.h>

#include <fstream>
#include <stdexcept>
#include <string>

namespace weir::controller {
namespace {

long ResidentOfFiles() {
  std::ifstream status("/proc/self/status");
  for (std::string line; std::getline(status, line);)
    if (line.starts_with("RssFile:")) return std::stol(line.substr(8));
  return 0;
}

TEST(Footprint, DroppedSymbolsAreNotResidentAndCanStillBeRead) {
  const long before = ResidentOfFiles();
  ASSERT_GT(before, 0);
  DropLoadedSymbols();
  EXPECT_LT(ResidentOfFiles(), before - 500) << "kB; libstdc++ alone has 600";
  EXPECT_NE(dlsym(RTLD_DEFAULT, "malloc_trim"), nullptr);
  EXPECT_THROW((void)std::stoi("none"), std::invalid_argument);
}

TEST(FootprintTrim, MemoryIsGivenBackAtEachRestAndOnceMoreAfterAMinute) {
  int trims = 0;
  FootprintTrim footprint([&trims] { ++trims; });
  for (const std::uint64_t work : {5, 9, 12}) footprint.Look(work);
  EXPECT_EQ(trims, 0) << "not while there is work";
  for (int i = 0; i < 12; ++i) footprint.Look(12);
  EXPECT_EQ(trims, 1) << "once within a minute";
  for (int i = 0; i < 100; ++i) footprint.Look(12);
  EXPECT_EQ(trims, 2) << "and once after it";
  for (const std::uint64_t work : {13, 13, 13}) footprint.Look(work);
  EXPECT_EQ(trims, 3) << "and again after more work";
}

TEST(FootprintTrim, WithoutAnyWorkThereIsNothingToGiveBack) {
  int trims = 0;
  FootprintTrim footprint([&trims] { ++trims; });
  for (int i = 0; i < 100; ++i) footprint.Look(0);
  EXPECT_EQ(trims, 0);
}

}  // namespace
}  // namespace weir::controller
