// What is made of the declaration of commands and options: help, the manual page and completion in shells.
#include <gmock/gmock.h>

#include <sstream>

#include "tests/cli/commands.h"

namespace weir::test {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

class Manual : public Commands {
 protected:
  // What bash offers for the last of these words.
  std::vector<std::string> Completed(const std::string& words) const {
    const Ended ended = Shell("weir completion bash >weir.bash && bash -c 'source weir.bash; COMP_WORDS=(" + words +
                              "); COMP_CWORD=$((${#COMP_WORDS[@]} - 1)); _weir; printf \"%s\\n\" \"${COMPREPLY[@]}\"'");
    EXPECT_EQ(ended.err, "") << words;
    std::vector<std::string> offered;
    std::istringstream lines(ended.out);
    for (std::string line; std::getline(lines, line);)
      if (!line.empty()) offered.push_back(line);
    return offered;
  }
};

TEST_F(Manual, HelpIsACommandToo) {
  EXPECT_EQ(Weir("help").out, Weir("--help").out);
  const Ended help = Weir("help query");
  EXPECT_EQ(help.code, 0);
  EXPECT_EQ(help.out, Weir("query --help").out);
  const Ended unknown = Weir("help qurey");
  EXPECT_EQ(unknown.code, 2);
  EXPECT_THAT(unknown.err, HasSubstr("qurey"));
}

TEST_F(Manual, BashCompletesCommandsOptionsAndTheirValues) {
  EXPECT_THAT(Completed("weir qu"), ElementsAre("query"));
  EXPECT_THAT(Completed("weir get --out"), ElementsAre("--output"));
  EXPECT_THAT(Completed("weir get -o w"), ElementsAre("wide"));
  EXPECT_THAT(Completed("weir query \"\" -o c"), ElementsAre("csv"));
  EXPECT_THAT(Completed("weir get pipeliner"), ElementsAre("pipelineruns"));
  EXPECT_THAT(Completed("weir help comp"), ElementsAre("completion"));
  EXPECT_THAT(Completed("weir completion f"), ElementsAre("fish"));
  EXPECT_THAT(Completed("weir run read"), ElementsAre()) << "bash completes files itself";
  EXPECT_THAT(Completed("weir run --lake la"), ElementsAre());
}

TEST_F(Manual, BashCompletesBehindTheValueOfAnOption) {
  EXPECT_THAT(Completed("weir get -o wide vi"), ElementsAre("views"));
  EXPECT_THAT(Completed("weir get -n sales --lake x pipeliner"), ElementsAre("pipelineruns"));
  EXPECT_THAT(Completed("weir get --output = w"), ElementsAre("wide")) << "as bash cuts --output=w";
  EXPECT_THAT(Completed("weir get --output = wide -A vi"), ElementsAre("views"));
  EXPECT_THAT(Completed("weir get views --out"), ElementsAre("--output"));
  EXPECT_THAT(Completed("weir get -o wide views orders-v1 pipeliner"), ElementsAre());
}

TEST_F(Manual, SaysWhatAnOptionTakesInPlainWords) {
  std::string all = Weir("man").out;
  for (const char* command : {"init", "check", "run", "get", "query", "explain", "delete", "version", "help", "completion", "man"})
    all += Weir(std::string("help ") + command).out;
  all += Shell("weirkeeper-runner --help").out;
  for (const char* word : {"INT", "TEXT", "POSITIVE", "FLOAT", "PATH(", " in [", ":{"}) EXPECT_THAT(all, Not(HasSubstr(word)));
  EXPECT_THAT(all, AllOf(HasSubstr("--limit N"), HasSubstr("--lake FOLDER"), HasSubstr("--kubeconfig FILE"), HasSubstr("FILE ... REQUIRED")));
}

TEST_F(Manual, ScriptsOfEachShellParse) {
  EXPECT_EQ(Shell("weir completion bash | bash -n").code, 0);
  for (const std::string shell : {"zsh", "fish"}) {
    const Ended script = Weir("completion " + shell);
    EXPECT_EQ(script.code, 0);
    for (const char* command : {"init", "check", "run", "get", "query", "explain", "delete", "version", "help", "completion", "man"})
      EXPECT_THAT(script.out, HasSubstr(command)) << shell;
    if (Shell("command -v " + shell).code != 0) continue;
    EXPECT_EQ(Shell("weir completion " + shell + " >script && " + shell + " -n script").code, 0) << shell;
  }
  EXPECT_EQ(Weir("completion tcsh").code, 2);
}

TEST_F(Manual, ThePageHasEveryCommandAndOption) {
  const Ended page = Weir("man");
  ASSERT_EQ(page.code, 0);
  for (const char* text : {".TH WEIR 1", ".SH NAME", "weir init", "weir explain", "\\-\\-kubeconfig", "\\-\\-timeout", "WEIR_S3_CREDENTIALS", "Exit codes"})
    EXPECT_THAT(page.out, HasSubstr(text));
  if (Shell("command -v groff").code != 0) return;
  const Ended shown = Shell("weir man | groff -man -Tascii -ww -P-cbou");
  EXPECT_EQ(shown.err, "") << "groff warns of nothing";
  EXPECT_THAT(shown.out, AllOf(HasSubstr("weir query [options] SQL"), HasSubstr("-o, --output"), Not(HasSubstr("\\-"))));
}

}  // namespace
}  // namespace weir::test
