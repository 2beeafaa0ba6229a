// How weir behaves as a program among others: streams, signals, terminals, exit codes.
#include <gmock/gmock.h>

#include "tests/cli/commands.h"

namespace weir::test {
namespace {

using ::testing::AllOf;
using ::testing::ContainsRegex;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

const char* const kCommands[] = {"init", "check", "run", "get", "query", "explain", "delete", "version"};

class Manners : public Commands {
 protected:
  Manners() { CopyExample("quarantine"); }
  void RunOnce() const { ASSERT_EQ(Weir("run readings.yaml").code, 0); }
  // The command on a terminal; what the terminal got.
  std::string OnTerminal(const std::string& command, const std::string& environment = "TERM=xterm") const {
    return Shell("env -u NO_COLOR " + environment + " script -qec '" + command + "' /dev/null </dev/null").out;
  }
};

TEST_F(Manners, EveryCommandHelps) {
  const Ended help = Weir("--help");
  EXPECT_EQ(help.code, 0);
  EXPECT_THAT(help.out, AllOf(HasSubstr("WEIR_S3_CREDENTIALS"), HasSubstr("Exit codes")));
  for (const std::string command : kCommands) {
    EXPECT_THAT(help.out, HasSubstr(command));
    const Ended of_command = Weir(command + " --help");
    EXPECT_EQ(of_command.code, 0) << command;
    EXPECT_THAT(of_command.out, AllOf(HasSubstr("Usage: weir " + command), HasSubstr("Example"), HasSubstr("  weir " + command))) << command;
  }
}

TEST_F(Manners, AMistakeInTheCallIsOneLineAndTwo) {
  const std::pair<const char*, const char*> calls[] = {{"gte views", "there is no command \"gte\" (did you mean get?)"},
                                                       {"help quer", "there is no command \"quer\" (did you mean query?)"},
                                                       {"get -o xml", "weir: --output: xml not in"},
                                                       {"version -o xml", "weir: --output: xml not in"},
                                                       {"version 1", "weir: The following argument was not expected: 1; see weir version --help"},
                                                       {"get --nothing", "weir: The following argument was not expected: --nothing; see weir get --help"},
                                                       {"query", "SQL is required; see weir query --help"},
                                                       {"query 'SELECT 1' --limit 0", "--limit"},
                                                       {"run readings.yaml --timeout soon", "soon"}};
  for (const auto& [call, message] : calls) {
    const Ended ended = Weir(call);
    EXPECT_EQ(ended.code, 2) << call;
    EXPECT_THAT(ended.err, HasSubstr(message));
    EXPECT_EQ(std::count(ended.err.begin(), ended.err.end(), '\n'), 1) << ended.err;
    EXPECT_EQ(ended.out, "") << call;
  }
  const Ended nothing = Shell("weir");
  EXPECT_EQ(nothing.code, 2);
  EXPECT_THAT(nothing.err, HasSubstr("Subcommands:"));
}

TEST_F(Manners, TheVersionIsALineForPeopleAndAFieldForPrograms) {
  const Ended line = Weir("version");
  EXPECT_EQ(line.code, 0) << line.err;
  EXPECT_EQ(line.out, Weir("--version").out);
  EXPECT_EQ(Weir("version -o table").out, line.out);
  const std::string number = line.out.substr(line.out.find(' ') + 1);
  EXPECT_EQ(Weir("version -o json").out, "{\n  \"version\": \"" + number.substr(0, number.size() - 1) + "\"\n}\n");
  EXPECT_EQ(Weir("version -o yaml").out, "version: \"" + number.substr(0, number.size() - 1) + "\"\n") << "0.10 is no number";
}

TEST_F(Manners, ASourceThatIsNoFolderIsAMistakeOfTheCall) {
  for (const char* source : {"/nonexist", "readings.csv", "readings.csv/below"}) {
    const Ended run = Weir(std::string("run readings.yaml --source ") + source);
    EXPECT_EQ(run.code, 2) << source;
    EXPECT_THAT(run.err, AllOf(StartsWith(std::string("weir: --source ") + source), HasSubstr("give the folder with the files"))) << source;
  }
  EXPECT_NE(Shell("ls .weir").code, 0) << "nothing was begun";
  ASSERT_EQ(Shell("mkdir manifests && mv readings.yaml manifests").code, 0);
  const Ended elsewhere = Weir("run manifests");
  EXPECT_EQ(elsewhere.code, 1);
  EXPECT_THAT(elsewhere.err, AllOf(HasSubstr("files of the store source are looked for in " + folder_ + "/manifests"), HasSubstr("--source FOLDER")));
  const Ended named = Weir("run manifests --source .");
  EXPECT_EQ(named.code, 0) << named.err;
}

TEST_F(Manners, ANameThatIsNearIsSuggestedByEachCommand) {
  RunOnce();
  for (const char* command :
       {"get view weather_readings_v1", "get view/weather-reading-v1", "explain view/weather_readings_v1", "delete view/weather_readings_v1"}) {
    const Ended ended = Weir(command);
    EXPECT_EQ(ended.code, 1) << command;
    EXPECT_THAT(ended.err, AllOf(HasSubstr("there is no view \""), HasSubstr("(did you mean weather-readings-v1?)"))) << command;
  }
  EXPECT_THAT(Weir("explain dataset/zzz").err, HasSubstr("weir get datasets lists those that are"));
}

TEST_F(Manners, RunsAreToldApartOnANarrowTerminal) {
  RunOnce();
  RunOnce();
  const std::string shown = OnTerminal("stty cols 60; weir get", "TERM=xterm COLUMNS=60");
  EXPECT_THAT(shown, AllOf(ContainsRegex("t[0-9]+-1[^0-9]"), ContainsRegex("t[0-9]+-2[^0-9]"))) << shown;
}

TEST_F(Manners, LongFilesShowHowMuchIsReadOnATerminalOnly) {
  std::string text = "id,name,amount\n";
  for (int i = 0; text.size() < 1'500'000; ++i) text += std::to_string(i) + ",somebody " + std::to_string(i) + "," + std::to_string(i) + ".25\n";
  Write("long.csv", text);
  const std::string shown = OnTerminal("weir init long.csv");
  const std::string line = "\r\033[Kreading long.csv: ";
  std::size_t lines = 0, last = 0;
  for (std::size_t at = shown.find(line); at != std::string::npos; at = shown.find(line, at + 1)) ++lines, last = at;
  ASSERT_GT(lines, 0U) << shown;
  EXPECT_LT(lines, 200U);
  EXPECT_THAT(shown, HasSubstr(" of 1.5 MB"));
  EXPECT_THAT(shown.substr(last + line.size()), HasSubstr(" MB\r\033[Klong.csv: 3 columns")) << "gone at the end";
  Shell("rm long.yaml");
  EXPECT_THAT(Weir("init long.csv").err, AllOf(Not(HasSubstr("reading")), Not(HasSubstr("\033"))));
  Shell("rm long.yaml");
  EXPECT_THAT(OnTerminal("weir init long.csv", "TERM=dumb"), Not(HasSubstr("reading")));
}

TEST_F(Manners, AManifestMayBeAPipe) {
  Write("lake.yaml", "apiVersion: weirkeeper.io/v1alpha1\nkind: Lake\nmetadata: {name: default}\nspec: {environment: 7}\n");
  const Ended piped = Shell("mkfifo pipe && (cat lake.yaml >pipe & exec weir check pipe)");
  EXPECT_EQ(piped.code, 1);
  EXPECT_THAT(piped.out, HasSubstr("pipe:4: Lake/default spec.environment"));
}

int Count(const std::string& text, const std::string& what) {
  int count = 0;
  for (std::size_t at = text.find(what); at != std::string::npos; at = text.find(what, at + 1)) ++count;
  return count;
}

class Failed : public Commands {
 protected:
  Failed() {
    Write("orders.csv", "order,day\n1,2026-03-01\n2,2026-03-02\n1,2026-03-03\n");
    Weir("init orders.csv");
    Shell("sed -i '/^kind: Dataset/,/^---/s/^    columns:$/    keys: [{columns: [order]}]\\n    columns:/' orders.yaml");
  }
};

TEST_F(Failed, RunsSayEachMessageOnce) {
  const Ended run = Weir("run orders.yaml");
  EXPECT_EQ(run.code, 1);
  EXPECT_EQ(Count(run.err, "must be unique"), 1) << run.err;
  EXPECT_THAT(run.err, AllOf(HasSubstr("decode-orders: Failed (CheckFailed)"), HasSubstr("e.g. order = '1', which is there 2 times, in source/orders.csv"),
                             HasSubstr("Ready=False StageFailed\n"), HasSubstr("Stalled=True StageFailed\n")));
  for (const char* object : {"run", "pipeline/load-orders"}) {
    const Ended explain = Weir(std::string("explain ") + object);
    EXPECT_EQ(Count(explain.out, "must be unique"), 1) << explain.out;
  }
}

TEST_F(Failed, AZoneOfFilesClaimsNoRows) {
  Weir("run orders.yaml");
  for (const std::string name : {"orders-landing", "orders-history"}) {
    EXPECT_THAT(Weir("get dataset/" + name + " -o json").out, Not(HasSubstr("\"rows\""))) << name;
    EXPECT_THAT(Weir("explain dataset/" + name).out, AllOf(HasSubstr(" files"), Not(HasSubstr(" rows")))) << name;
  }
  EXPECT_THAT(Weir("get datasets").out, HasSubstr("ROWS   FILES"));
  EXPECT_THAT(Weir("explain run").out, testing::ContainsRegex("Dataset/orders-history +0 +- +1 "));
}

class Removed : public Commands {};

TEST_F(Removed, AViewIsNamedByTheNextRunAndDeletedByACommand) {
  Shell("mkdir in");
  Write("in/a.csv", "id\n1\n");
  Write("in/b.csv", "n\n2\n");
  Weir("init in/a.csv in/b.csv --name both --output .");
  ASSERT_EQ(Weir("run both.yaml --source in").code, 0);
  EXPECT_THAT(Weir("run both.yaml --source in").err, Not(HasSubstr("no longer declared")));
  Shell("rm both.yaml");
  Weir("init in/a.csv --name both --output .");
  const Ended run = Weir("run both.yaml --source in");
  EXPECT_EQ(run.code, 0) << run.err;
  EXPECT_THAT(run.err, AllOf(HasSubstr("view b-v1 is published but no longer declared"), HasSubstr("weir delete view/b-v1"), Not(HasSubstr("view a-v1 is"))));
  const Ended deleted = Weir("delete view/b-v1");
  EXPECT_EQ(deleted.code, 0) << deleted.err;
  EXPECT_EQ(Weir("get view/b-v1").code, 1);
  EXPECT_EQ(Weir("query 'SELECT * FROM b_v1'").code, 1);
  EXPECT_NE(Shell("find .weir/lake -path '*b_v1*' -name '*.parquet'").out, "") << "its files stay";
  EXPECT_THAT(Weir("run both.yaml --source in").err, Not(HasSubstr("view b-v1")));
  EXPECT_EQ(Weir("delete view/b-v1").code, 1);
  for (const char* two : {"delete view/a-v1 b-v1", "explain view/a-v1 b-v1", "get view/a-v1 b-v1"}) {
    EXPECT_EQ(Weir(two).code, 2) << two;
    EXPECT_THAT(Weir(two).err, HasSubstr("one object at a time")) << two;
  }
  EXPECT_EQ(Weir("get view/a-v1").code, 0) << "the first of two was not deleted";
}

TEST_F(Removed, AViewOfAnotherNamespaceAndLakeIsNamedWithBoth) {
  Write("a.csv", "id\n1\n");
  Write("b.csv", "n\n2\n");
  Weir("init a.csv b.csv --name both --output .");
  const std::string run = "run both.yaml -n sales --lake 'my lake'";
  ASSERT_EQ(Weir(run).code, 0);
  Shell("rm both.yaml");
  Weir("init a.csv --name both --output .");
  EXPECT_THAT(Weir(run).err, HasSubstr("weir delete view/b-v1 -n sales --lake 'my lake' removes it"));
  EXPECT_EQ(Weir("delete view/b-v1 -n sales --lake 'my lake'").code, 0);
}

TEST_F(Manners, ShowsEachFormThatGetKnows) {
  RunOnce();
  const Ended wide = Weir("get views -o wide"), narrow = Weir("get views");
  EXPECT_EQ(wide.code, 0);
  EXPECT_GT(wide.out.find('\n'), narrow.out.find('\n')) << "more columns";
  EXPECT_THAT(Weir("get views -A").out, AllOf(StartsWith("NAMESPACE"), HasSubstr("default")));
  EXPECT_THAT(Weir("get -A views x-v1").err, HasSubstr("a name is of one namespace"));
  for (const char* several : {"datasets,views", "all"})
    EXPECT_THAT(Weir(std::string("get ") + several).err,
                AllOf(HasSubstr(std::string("\"") + several + "\" is not one kind: give one of lakes, "), HasSubstr("or no kind for all")));
  EXPECT_THAT(Weir("get").out, AllOf(HasSubstr("dataset."), HasSubstr("view.")));
  EXPECT_THAT(Weir("get views -o json").out, StartsWith("{"));
  EXPECT_THAT(Weir("get views -o yaml").out, StartsWith("apiVersion: v1\nkind: List"));
}

TEST_F(Manners, AnAnswerThatCannotBeWrittenIsAFailure) {
  RunOnce();
  for (const char* call : {"get", "get -o json", "check readings.yaml -o json", "query 'SELECT 1 AS a'", "explain run"}) {
    const Ended ended = Weir(std::string(call) + " >/dev/full");
    EXPECT_EQ(ended.code, 1) << call;
    EXPECT_THAT(ended.err, HasSubstr("could not be written in full")) << call;
  }
}

TEST_F(Manners, EndsQuietlyWhenItsReaderGoesAway) {
  RunOnce();
  const Ended ended = Shell("weir query 'SELECT range AS n FROM range(20000)' --limit 20000 -o csv | head -n 2");
  EXPECT_EQ(ended.out, "n\n0\n");
  EXPECT_EQ(ended.err, "");
}

TEST_F(Manners, GoesOnWithARunThatNobodyWatchesAnyMore) {
  const Ended ended = Shell("(weir run readings.yaml; echo $? >code) 2>&1 | head -n 1; exit $(cat code)");
  EXPECT_EQ(ended.code, 0) << ended.out;
  EXPECT_THAT(Weir("query 'SELECT count(*) AS n FROM weather_readings_v1' -o csv").out, HasSubstr("n\n6\n"));
}

TEST_F(Manners, WritesNoEscapeCodesWhereThereIsNoTerminal) {
  const Ended run = Weir("run readings.yaml");
  EXPECT_THAT(run.out + run.err, Not(HasSubstr("\033")));
  for (const char* call : {"get", "explain run", "check readings.yaml"}) {
    const Ended ended = Weir(call);
    EXPECT_THAT(ended.out + ended.err, Not(HasSubstr("\033"))) << call;
  }
}

TEST_F(Manners, PaintsOnATerminalAndNotWithNoColor) {
  EXPECT_THAT(OnTerminal("weir run readings.yaml"), AllOf(HasSubstr("\033[32m"), HasSubstr("A\r\033[J")));
  EXPECT_THAT(OnTerminal("weir explain run"), HasSubstr("\033[1m"));
  EXPECT_THAT(OnTerminal("weir explain run", "TERM=xterm NO_COLOR=1"), Not(HasSubstr("\033[")));
  EXPECT_THAT(OnTerminal("weir run readings.yaml", "TERM=dumb"), Not(HasSubstr("\033["))) << "a dumb terminal cannot move its cursor";
}

}  // namespace
}  // namespace weir::test
