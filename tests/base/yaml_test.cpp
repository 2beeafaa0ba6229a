#include "crds/base/yaml.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>

namespace weir {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

Json ValueOf(std::string_view text) {
  const auto parsed = ParseYaml(text);
  EXPECT_TRUE(parsed.ok()) << parsed.error().message;
  return parsed.ok() && parsed->size() == 1 ? parsed->front().value : Json("not one document");
}

std::string ErrorOf(std::string_view text) {
  const auto parsed = ParseYaml(text);
  EXPECT_FALSE(parsed.ok()) << text.substr(0, 80);
  if (parsed.ok()) return "";
  EXPECT_EQ(parsed.error().fault, Fault::Invalid);
  EXPECT_EQ(parsed.error().reason, "BadYaml");
  return parsed.error().message;
}

TEST(ParseYaml, PlainScalarsHaveTheTypesOfYaml12) {
  EXPECT_EQ(ValueOf("{a: true, b: False, c: null, d: ~, e: , f: 12, g: -3, h: 1.5, i: 1e3}"),
            Json::parse(R"({"a": true, "b": false, "c": null, "d": null, "e": null, "f": 12, "g": -3, "h": 1.5, "i": 1000.0})"));
}

TEST(ParseYaml, WhatYaml11TookForBooleansStaysText) { EXPECT_EQ(ValueOf("[yes, no, on, off, y, n]"), Json::parse(R"(["yes", "no", "on", "off", "y", "n"])")); }

TEST(ParseYaml, QuotedScalarsAreText) { EXPECT_EQ(ValueOf("['1', \"true\", '', !!str 5]"), Json::parse(R"(["1", "true", "", "5"])")); }

TEST(ParseYaml, NumbersThatFitNoDoubleStayText) {
  EXPECT_EQ(ValueOf("[1e999, -1e999, 1e-999]"), Json::parse(R"(["1e999", "-1e999", 0.0])"));
  EXPECT_EQ(ValueOf("[123456789012345678901234567890]")[0], 123456789012345678901234567890.0);
}

TEST(ParseYaml, DocumentsAndTheirLinesAreTold) {
  const auto parsed = ParseYaml("---\na: 1\n---\n# nothing\n---\nb:\n- c: 2\n  d: 3\n");
  ASSERT_TRUE(parsed.ok());
  ASSERT_EQ(parsed->size(), 2U);
  EXPECT_EQ((*parsed)[0].lines.Nearest("a"), 2);
  EXPECT_EQ((*parsed)[1].lines.Nearest("b[0]"), 7);
  EXPECT_EQ((*parsed)[1].lines.Nearest("b[0].d"), 8);
  EXPECT_EQ((*parsed)[1].lines.Nearest("b[7].x"), 6) << "nearest that is there";
  EXPECT_EQ((*parsed)[1].lines.Nearest("a"), 0);
}

TEST(ParseYaml, RefusesAliasesSoThatABombHasNothingToExpand) {
  std::string bomb = "a0: &a0 [x, x]\n";
  for (int i = 1; i < 30; ++i)
    bomb += "a" + std::to_string(i) + ": &a" + std::to_string(i) + " [*a" + std::to_string(i - 1) + ", *a" + std::to_string(i - 1) + "]\n";
  EXPECT_THAT(ErrorOf(bomb), StartsWith("line 2: aliases"));
  EXPECT_THAT(ErrorOf("&x [ *x ]"), HasSubstr("aliases"));
  EXPECT_THAT(ErrorOf("a: &x 1\n*x : 2"), HasSubstr("aliases"));
}

TEST(ParseYaml, AnchorsThatNobodyUsesAreHarmless) { EXPECT_EQ(ValueOf("a: &x 1"), Json::parse(R"({"a": 1})")); }

TEST(ParseYaml, RefusesADuplicateKeyWithItsLine) {
  EXPECT_EQ(ErrorOf("a: 1\nb: 2\na: 3\n"), "line 3: the key \"a\" is here twice");
  EXPECT_THAT(ErrorOf("x:\n- {b: 1, b: 2}\n"), StartsWith("line 2: the key \"b\""));
}

TEST(ParseYaml, RefusesKeysThatAreNotText) {
  ErrorOf("? [a, b]\n: 1\n");
  ErrorOf("? {a: b}\n: 1\n");
  ErrorOf("{: 1}");
}

TEST(ParseYaml, RefusesWhatIsNestedDeeperThan64) {
  EXPECT_TRUE(ParseYaml(std::string(64, '[') + std::string(64, ']')).ok());
  EXPECT_THAT(ErrorOf(std::string(65, '[') + std::string(65, ']')), HasSubstr("deeper than 64"));
  EXPECT_THAT(ErrorOf(std::string(500'000, '[')), StartsWith("line 1"));
}

TEST(ParseYaml, RefusesTextsOverOneMebibyte) {
  EXPECT_TRUE(ParseYaml("a: " + std::string((1 << 20) - 3, 'x')).ok());
  EXPECT_THAT(ErrorOf("a: " + std::string(1 << 20, 'x')), HasSubstr("1 MiB"));
}

TEST(ParseYaml, BrokenTextIsToldWithItsLine) {
  EXPECT_THAT(ErrorOf("a: 1\nb: [1, 2\n"), StartsWith("line "));
  EXPECT_THAT(ErrorOf("a: b: c\n"), StartsWith("line 1"));
}

TEST(ParseYaml, TabsThatIndentAreToldWithTheirOwnLine) {
  EXPECT_EQ(ErrorOf("a:\n  b: 1\n\tc: 2\nd: 3\n"), "line 3: is indented by a tab; YAML takes spaces only");
  EXPECT_EQ(ErrorOf("a:\n \t- b\nc: [\n"), "line 2: is indented by a tab; YAML takes spaces only");
  EXPECT_EQ(ValueOf("a:\tb"), Json::parse(R"({"a": "b"})")) << "elsewhere a tab is a space";
}

TEST(ParseYaml, ValuesThatNeedQuotationMarksAreToldWithThem) {
  const std::pair<const char*, const char*> cases[] = {{"a: {path: *.csv}", "a value that begins with `*` refers to an anchor in YAML; quote it: '*.csv'"},
                                                       {"path: *.csv", "quote it: '*.csv'"},
                                                       {"- *.csv", "quote it: '*.csv'"},
                                                       {"path: %x", "quote it: '%x'"},
                                                       {"path: @x", "quote it: '@x'"},
                                                       {"path: `x`", "quote it: '`x`'"},
                                                       {"path: | x", "quote it: '| x'"},
                                                       {"{path: > 5}", "quote it: '> 5'"},
                                                       {"purpose: Note: this", "the value holds `: `, which ends a key in YAML; quote it: 'Note: this'"},
                                                       {"{a: 1, b: c: d}", "quote it: 'c: d'"},
                                                       {"path: {date}.csv", "quote it: '{date}.csv'"},
                                                       {"path: [a].csv # x", "quote it: '[a].csv'"},
                                                       {"a: 'it's'", "text follows the closing quotation mark of the value; quote it: 'it''s'"},
                                                       {"a: \"C:\\data\"", "quote it: 'C:\\data'"},
                                                       {"a: - x", "quote it: '- x'"},
                                                       {"%x: 1", "a line that begins with `%` is for the parser"}};
  for (const auto& [text, advice] : cases) EXPECT_THAT(ErrorOf(text), HasSubstr(advice)) << text;
  EXPECT_THAT(ErrorOf("a: |\n  x: y\nb: @z\n"), StartsWith("line 3: "));
}

TEST(ParseYaml, AKeyThatIsIndentedTooDeepIsToldSo) {
  const std::string told = "is indented more than the line above, which already has a value; give both the same indent";
  EXPECT_EQ(ErrorOf("spec:\n  purpose: to know\n   freshness:\n    maxLag: 1d\n"), "line 3: " + told);
  EXPECT_EQ(ErrorOf("spec:\n  purpose: to know\n   grain: one row\n"), "line 3: " + told);
  EXPECT_EQ(ErrorOf("spec:\n  purpose: to know\r\n\n  # why\n      grain: one row\r\n"), "line 5: " + told);
  EXPECT_EQ(ErrorOf("stages:\n- name: land\n    land: {}\n"), "line 3: " + told);
  for (const char* other : {"purpose: Note: this", "a:\n  b: c\n  d: e: f\n", "a: b\n  c\n: d: e"})
    EXPECT_THAT(ErrorOf(other), Not(HasSubstr("is indented"))) << other;
  EXPECT_THAT(ErrorOf("a: |\n  b: c\n    d: e\nf: @g\n"), StartsWith("line 4: a value that begins with `@`")) << "lines of a text have any indent";
  EXPECT_THAT(ErrorOf("a: b\n" + std::string(1 << 20, '\n') + "  c: d: e\n"), Not(HasSubstr("is indented")));
}

TEST(ParseYaml, AnchorsAndTagsOfValuesAreRemarked) {
  for (const char* text : {"a: &x", "a: &nbsp; x", "a: !x", "a: !x y", "a: !Ref {b: 1}", "a: !x [1]"}) {
    const auto parsed = ParseYaml(text);
    ASSERT_TRUE(parsed.ok()) << text;
    ASSERT_EQ(parsed->front().remarks.size(), 1U) << text;
    EXPECT_THAT(parsed->front().remarks[0].message, HasSubstr(std::string("quote it: '") + (text + 3) + "'"));
  }
  for (const char* text : {"a: ! y", "a: !!str 5", "a: 'x & y'", "a: x & !y"}) EXPECT_TRUE(ParseYaml(text)->front().remarks.empty()) << text;
}

TEST(ParseYaml, SoundValuesBesideAMistakeAreNotBlamed) {
  for (const char* sound : {"\"abc\"", "\"hello\"", "\"\"", "\"a\\\\\"", "'it''s'", "\"in\\n\""}) {
    EXPECT_THAT(ErrorOf("a: {name: " + std::string(sound) + ", path: *.csv}"), HasSubstr("quote it: '*.csv'")) << sound;
    EXPECT_THAT(ErrorOf("a: " + std::string(sound) + "\n  b: 1\n"), testing::Not(HasSubstr("escape"))) << sound;
  }
}

TEST(ParseYaml, RemarksOnManyDocumentsAreFew) {
  std::string text;
  for (int i = 0; i < 50'000; ++i) text += "--- !a b\n";
  const auto parsed = ParseYaml(text);
  ASSERT_TRUE(parsed.ok());
  std::size_t remarks = 0;
  for (const YamlDocument& document : *parsed) remarks += document.remarks.size();
  EXPECT_EQ(remarks, 20U);
}

// Whatever a person writes as a value: it is what they wrote, or what the message tells them to write is.
TEST(ParseYaml, WhatIsToldToBeQuotedReadsAsItWasMeant) {
  std::minstd_rand random(7);
  const std::string letters = "ab1 :-#*&!%@`|>'\"{}[],?\\~/=.";
  int told = 0;
  for (int i = 0; i < 20'000; ++i) {
    std::string value;
    for (std::size_t n = 1 + random() % 8; n > 0; --n) value += letters[random() % letters.size()];
    const auto parsed = ParseYaml("k: " + value);
    std::string message;
    if (!parsed)
      message = parsed.error().message;
    else if (!parsed->empty() && !parsed->front().remarks.empty())
      message = parsed->front().remarks[0].message;
    const std::size_t at = message.find("quote it: ");
    if (at == std::string::npos) continue;
    ++told;
    const std::string quoted = message.substr(at + 10);
    const auto again = ParseYaml("k: " + quoted);
    ASSERT_TRUE(again.ok() && again->size() == 1) << value << " => " << message;
    const std::string read = Text(again->front().value, "k");
    EXPECT_THAT(value, HasSubstr(read)) << message;
    EXPECT_FALSE(read.empty()) << value;
  }
  EXPECT_GT(told, 2000);
}

// What sigs.k8s.io/yaml, which kubectl, Argo CD, Flux and Helm read with, makes of a plain scalar: as JSON, "" for an error.
struct Elsewhere {
  const char* plain;
  const char* json;
};
constexpr Elsewhere kElsewhere[] = {
    {"y", R"(true)"},
    {"Y", R"(true)"},
    {"yes", R"(true)"},
    {"Yes", R"(true)"},
    {"YES", R"(true)"},
    {"yEs", R"("yEs")"},
    {"n", R"(false)"},
    {"N", R"(false)"},
    {"no", R"(false)"},
    {"No", R"(false)"},
    {"NO", R"(false)"},
    {"on", R"(true)"},
    {"On", R"(true)"},
    {"ON", R"(true)"},
    {"oN", R"("oN")"},
    {"off", R"(false)"},
    {"Off", R"(false)"},
    {"OFF", R"(false)"},
    {"true", R"(true)"},
    {"True", R"(true)"},
    {"TRUE", R"(true)"},
    {"tRue", R"("tRue")"},
    {"false", R"(false)"},
    {"null", R"(null)"},
    {"Null", R"(null)"},
    {"~", R"(null)"},
    {"nil", R"("nil")"},
    {".inf", R"()"},
    {".Inf", R"()"},
    {"+.INF", R"()"},
    {"-.inf", R"()"},
    {".nan", R"()"},
    {".NaN", R"()"},
    {"inf", R"("inf")"},
    {"nan", R"("nan")"},
    {"010", R"(8)"},
    {"0010", R"(8)"},
    {"007", R"(7)"},
    {"00", R"(0)"},
    {"08", R"(8)"},
    {"0o17", R"(15)"},
    {"0O17", R"(15)"},
    {"+010", R"(8)"},
    {"-010", R"(-8)"},
    {"010.5", R"(10.5)"},
    {"0x10", R"(16)"},
    {"0X1f", R"(31)"},
    {"-0x10", R"(-16)"},
    {"0x", R"("0x")"},
    {"0xg", R"("0xg")"},
    {"0b11", R"(3)"},
    {"-0b11", R"(-3)"},
    {"0b2", R"("0b2")"},
    {"1_000", R"(1000)"},
    {"1_000.5", R"(1000.5)"},
    {"_1", R"("_1")"},
    {"1_", R"(1)"},
    {"2024_01", R"(202401)"},
    {"2024_q1", R"("2024_q1")"},
    {"0x_1", R"(1)"},
    {"+5", R"(5)"},
    {"-5", R"(-5)"},
    {"5", R"(5)"},
    {"1e3", R"(1000)"},
    {".5", R"(0.5)"},
    {"+.5", R"(0.5)"},
    {"1.5e-3", R"(0.0015)"},
    {"12:30:00", R"("12:30:00")"},
    {"12:30", R"("12:30")"},
    {"190:20:30", R"("190:20:30")"},
    {"2026-01-02", R"("2026-01-02")"},
    {"2026-01-02T03:04:05Z", R"("2026-01-02T03:04:05Z")"},
    {"12345678901234567890123456789012345678901234567890", R"(1.2345678901234567e+49)"},
    {"0777777777777777777777777", R"(7.777777777777778e+23)"},
    {"1e400", R"("1e400")"},
    {"1__0", R"(10)"},
    {"+", R"("+")"},
    {".", R"(".")"},
    {"1.2.3", R"("1.2.3")"},
    {"1e", R"("1e")"},
    {"0e5", R"(0)"},
    {"0.1", R"(0.1)"},
    {"0_8", R"(8)"},
    {"089", R"(89)"},
    {"5%", R"("5%")"},
};

// Each is read as others read it, or remarked: never one thing here and another thing there.
TEST(ParseYaml, PlainScalarsThatOthersReadOtherwiseAreRemarked) {
  for (const auto& [plain, json] : kElsewhere) {
    const auto parsed = ParseYaml(std::string("a: ") + plain);
    ASSERT_TRUE(parsed.ok()) << plain;
    const Json& here = At(parsed->front().value, "a");
    const bool alike = *json != '\0' && (here == Json::parse(json) ||
                                         (here.is_number() && Json::parse(json).is_number() && here.get<double>() == Json::parse(json).get<double>()));
    EXPECT_EQ(parsed->front().remarks.empty(), alike) << plain << " is " << here << " here and " << json << " elsewhere";
    for (const YamlRemark& remark : parsed->front().remarks) {
      EXPECT_THAT(remark.message, HasSubstr(std::string("quote it: '") + plain + "'")) << plain;
      EXPECT_TRUE(ParseYaml(std::string("a: '") + plain + "'")->front().remarks.empty()) << plain;
    }
  }
}

TEST(ParseYaml, WhatOthersReadIsToldWithWhatToWrite) {
  const auto remark = [](const std::string& text) { return ParseYaml(text)->front().remarks.at(0).message; };
  EXPECT_EQ(remark("team: on"), "`on` is true to kubectl and other readers of YAML 1.1, and text here; write true where it is meant; quote it: 'on'");
  EXPECT_EQ(
      remark("rows: 010"),
      "`010` is the number 8 to kubectl and other readers of YAML 1.1, which count in eights after a leading 0, and 10 here; write 10 or 8; quote it: '010'");
  EXPECT_EQ(remark("a: {b: [0x10]}"),
            "`0x10` is the number 16 to kubectl and other readers of YAML 1.1, and text here; write 16 where it is meant; quote it: '0x10'");
  EXPECT_EQ(remark("a: .inf"), "`.inf` is a number that JSON does not have to kubectl and other readers of YAML 1.1, and text here; quote it: '.inf'");
  EXPECT_EQ(remark("y: 1"), "`y` is true to kubectl and other readers of YAML 1.1, and text here; quote it: 'y'");
}

TEST(ParseYaml, OtherEncodingsAndControlCharactersAreToldWithTheirLine) {
  EXPECT_EQ(ErrorOf("a: 1\nb: caf\xE9\n"), "line 2: the byte 0xE9 is not UTF-8; save the file as UTF-8");
  EXPECT_EQ(ErrorOf(std::string_view("\xFF\xFE"
                                     "a\0:\0",
                                     6)),
            "line 1: the text is UTF-16; save it as UTF-8");
  EXPECT_EQ(ErrorOf(std::string_view("a\0:\0 \0", 6)), "line 1: holds the control character U+0000; remove it, or write it as an escape in double quotes");
  EXPECT_EQ(ErrorOf("a: 1\n\nb: \x1B[2J"), "line 3: holds the control character U+001B; remove it, or write it as an escape in double quotes");
  EXPECT_EQ(ValueOf("\xEF\xBB\xBF"
                    "a: ä\r\nb: \"\\e\"\r\n"),
            Json({{"a", "ä"}, {"b", "\x1B"}}));
}

TEST(ParseYaml, ALineIsFoundBelowKeysThatHoldDots) {
  const auto parsed = ParseYaml("metadata:\n  annotations:\n    a.b/c[0]: x\n    a: {b: y}\n");
  ASSERT_TRUE(parsed.ok());
  EXPECT_EQ(parsed->front().lines.Nearest("metadata.annotations.a.b/c[0]"), 3);
  EXPECT_EQ(parsed->front().lines.Nearest("metadata.annotations.a.b"), 4);
  EXPECT_EQ(parsed->front().lines.Nearest("metadata.annotations[99999999999999999999]"), 2);
}

// Found by the fuzzer: the parser gave empty documents without end.
TEST(ParseYaml, ATokenThatBelongsToNoValueIsRefused) {
  for (const char* stray : {",", ", 10x%", "a: b\n, c", "]", "}", "a: 1\n]\n", "[a]]"}) {
    const auto parsed = ParseYaml(stray);
    ASSERT_FALSE(parsed.ok()) << stray;
    EXPECT_TRUE(parsed.error().message.starts_with("line ")) << parsed.error().message;
  }
}

TEST(ParseYaml, NothingIsNoDocument) {
  for (const char* nothing : {"", "# only a remark\n", "---\n", "---\n---\n", "null\n"}) {
    const auto parsed = ParseYaml(nothing);
    ASSERT_TRUE(parsed.ok()) << nothing;
    EXPECT_TRUE(parsed->empty()) << nothing;
  }
}

}  // namespace
}  // namespace weir
