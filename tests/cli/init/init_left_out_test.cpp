// What `weir init` leaves out of a folder is told with its own reason, and takes no Dataset from the others.
#include <gmock/gmock.h>

#include "tests/cli/commands.h"

namespace weir::test {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

class InitLeftOut : public Commands {
 protected:
  InitLeftOut() { Shell("mkdir in"); }
  void Good(int number) const { Write("in/sales-" + std::to_string(number) + ".csv", "id,amount\n" + std::to_string(number) + ",2\n"); }
  void Bad(int number) const { Write("in/sales-" + std::to_string(number) + ".csv", "id,am\x1Bount\n1,2\n"); }
};

TEST_F(InitLeftOut, AsManyUnreadableFilesAsGoodOnesLeaveOneDatasetOfTheGoodOnes) {
  for (const int number : {1, 2}) Good(number);
  for (const int number : {3, 4, 5}) Bad(number);
  const Ended init = Weir("init in");
  ASSERT_EQ(init.code, 0) << init.err;
  EXPECT_THAT(init.err, AllOf(HasSubstr("sales-*.csv (2 files): 2 columns"), HasSubstr("sales-5.csv also matches the path and does not fit"),
                              Not(HasSubstr("no path with a wildcard"))));
  EXPECT_EQ(Weir("run in/in.yaml").code, 0);
}

TEST_F(InitLeftOut, MoreFilesThanCanBeExcludedAreTheReasonForOneDatasetEach) {
  for (const int number : {1, 2}) Good(number);
  for (int number = 3; number < 24; ++number) Bad(number);
  EXPECT_THAT(Weir("init in").err,
              AllOf(HasSubstr("sales-1.csv and sales-2.csv have the same columns, but 21 files that do not fit match the path sales-*.csv too, "
                              "and at most 20 are excluded: one Dataset each. Move those files to another folder"),
                    Not(HasSubstr("no path with a wildcard"))));
}

TEST_F(InitLeftOut, AColumnWhoseNameHasControlCharactersIsTheReasonAloneAndBesideOthers) {
  Good(1);
  Bad(2);
  const std::string reason = "sales-2.csv has control characters in the name of column 2, 'am\\x1Bount': rename it in the file";
  const Ended alone = Weir("init in/sales-2.csv");
  EXPECT_EQ(alone.code, 2);
  EXPECT_THAT(alone.err, HasSubstr(reason));
  EXPECT_THAT(Weir("init in").err, HasSubstr("sales-2.csv is left out: " + reason));
}

TEST_F(InitLeftOut, HiddenFilesOfDataAreNoted) {
  Good(1);
  Write("in/.x.csv", "id\n1\n");
  Write("in/.DS_Store", "x");
  Shell("mkdir in/.y.csv");
  EXPECT_THAT(Weir("init in").err,
              AllOf(HasSubstr("in/.x.csv is left out: it is hidden. Rename it to load it"), Not(HasSubstr("DS_Store")), Not(HasSubstr(".y.csv"))));
  Write("in/.z.json.gz", "x");
  Shell("rm in/sales-1.csv in/in.yaml");
  const Ended none = Weir("init in");
  EXPECT_EQ(none.code, 2);
  EXPECT_THAT(none.err, AllOf(HasSubstr("in has no data files"), HasSubstr("in/.x.csv and 1 more hidden file are left out: rename them to load them")));
}

}  // namespace
}  // namespace weir::test
